import type { IssuedHead, Outcome } from '../../container/engine/issuer-channel.ts';
import type { InboundState } from '../../container/files/statement.ts';
import type { Hash } from '../../container/model/ids.ts';

/** What the word of a container says about a channel of which a restored server may have forgotten a part. */
export type EpochVerdict =
  /** It has applied what this server issued, and nothing else, up to `applied`. */
  | { readonly verdict: 'known'; readonly outcomes: readonly Outcome[]; readonly unsure: readonly number[] }
  /** It has applied what this server forgot; of what is in transit up to there, nobody knows what became. */
  | { readonly verdict: 'forgotten'; readonly unsure: readonly number[] }
  /** It has other entries than it confirmed before: no honest history leads there. */
  | { readonly verdict: 'contradicts'; readonly why: string }
  /** It says less than was settled before. */
  | { readonly verdict: 'late' };

/**
 * Judges by the chain value alone, whatever the epoch (R13): a chain value stands for all that was applied before it.
 *
 * `chainAt` gives the server's chain value of every sequence in transit.
 */
export function judgeEpoch(
  head: IssuedHead,
  said: InboundState,
  chainAt: (sequence: number) => Hash | undefined,
): EpochVerdict {
  if (said.applied < head.settled) return { verdict: 'late' };
  const own = said.applied === head.settled ? head.settledChain : chainAt(said.applied);
  if (own !== said.hash) {
    if (said.applied === head.settled)
      return { verdict: 'contradicts', why: 'it applied two different entries with one sequence' };
    return { verdict: 'forgotten', unsure: sequences(head.settled + 1, Math.min(said.applied, head.issued)) };
  }
  const refused = new Map(said.refused.map(({ sequence, reason }) => [sequence, reason]));
  const outcomes: Outcome[] = [];
  const unsure: number[] = [];
  for (const sequence of sequences(head.settled + 1, said.applied)) {
    // Of what it was told is settled, the container remembers no refusals.
    if (sequence <= said.prunedThrough) unsure.push(sequence);
    else outcomes.push({ sequence, reason: refused.get(sequence) ?? null });
  }
  return { verdict: 'known', outcomes, unsure };
}

function sequences(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}
