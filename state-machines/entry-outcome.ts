import * as v from 'valibot';

/** How one entry of a channel ended at its target. */
export interface EntryOutcome {
  readonly sequence: number;
  /** 0: applied; otherwise the number of the error for which the target refused it for good. */
  readonly reason: number;
}

export const entryOutcomeSchema = v.object({ sequence: v.number(), reason: v.number() });

/** Both lists as one in order of sequence. What was known first stays: an outcome never changes. */
export function mergeOutcomes(known: readonly EntryOutcome[], more: readonly EntryOutcome[]): readonly EntryOutcome[] {
  const merged = new Map([...more, ...known].map(({ sequence, reason }) => [sequence, { sequence, reason }]));
  return [...merged.values()].sort((one, other) => one.sequence - other.sequence);
}

/** The first entry that its target has no room for now, and waits with all after it. */
export interface Deferral {
  readonly sequence: number;
  /** Number of the error that it waits for. */
  readonly reason: number;
  /** Bytes that were missing. */
  readonly needed: number;
}

export const deferralSchema = v.object({ sequence: v.number(), reason: v.number(), needed: v.number() });
