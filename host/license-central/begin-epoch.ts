import { chainNext } from '../../container/engine/issuer-channel.ts';
import { FerryError } from '../../container/errors.ts';
import type { ContextFile } from '../../container/files/context-file.ts';
import { U32_MAX } from '../../container/files/fields.ts';
import type { Hash } from '../../container/model/ids.ts';
import { type Foundation, nextState, updateChannel } from './channels.ts';
import { keepEvidence } from './evidence.ts';
import { type EpochVerdict, judgeEpoch } from './judge-epoch.ts';
import { moveOn } from './move-on.ts';
import { NOTHING_SETTLED, type Settled, settleEntry, tooLateOf } from './settle-entry.ts';
import { type ChannelRow, type EntryRow, type FirmRow, UNSURE, type Writes } from './tables.ts';
import { entriesInTransit } from './update-files.ts';

/**
 * Takes the newest word of a container on a channel that it has not followed into its present epoch, or that has to begin
 * anew because the server was restored (R13). What the word settles is settled. The channel begins anew behind it when it
 * has to, or when the container has applied what this server forgot: then what was in transit up to there is unsure, for
 * good, and what is behind stays in transit. So does what was issued in an epoch that the container has not followed, since it
 * cannot have applied that: it moves behind its word.
 *
 * @throws EXHAUSTED
 */
export async function takeWordOfOtherEpoch(
  tx: Writes,
  base: Foundation,
  firm: FirmRow,
  channel: ChannelRow,
  file: ContextFile,
): Promise<Settled> {
  const said = file.statement.inbound;
  const entries = await entriesInTransit(tx, channel);
  const entryAt = (sequence: number): EntryRow | undefined => entries[sequence - channel.settled - 1];
  const within = { ...channel, issued: lastWithin(channel, entries, said.epoch) };
  const verdict = judgeEpoch(within, said, (sequence) => entryAt(sequence)?.chain);
  if (verdict.verdict === 'late') return NOTHING_SETTLED;
  if (verdict.verdict === 'contradicts') {
    await keepEvidence(tx, base, firm.firmCode, file, verdict.why, channel.witness);
    await updateChannel(tx, channel, { contradiction: verdict.why });
    return { ...NOTHING_SETTLED, contradiction: verdict.why };
  }
  const outcomes = verdict.verdict === 'known' ? verdict.outcomes : [];
  for (const { sequence, reason } of outcomes)
    await settleOne(tx, base, entryAt(sequence), reason ?? 0, file.statement.generation);
  for (const sequence of verdict.unsure)
    await settleOne(tx, base, entryAt(sequence), UNSURE, file.statement.generation);
  const settled = { settled: said.applied, settledChain: said.hash };
  const begins = verdict.verdict === 'forgotten' || channel.restore < firm.restores;
  if (begins) {
    const head = await chainBehind(tx, base, within, said, verdict, entries);
    await updateChannel(tx, channel, { ...head, ...settled, ...nextState(base, channel), restore: firm.restores });
    const tooLate = tooLateOf(outcomes, entryAt);
    return { ...NOTHING_SETTLED, outcomes, tooLate, unsure: verdict.unsure, newEpoch: head.epoch };
  }
  if (said.applied > channel.settled) await updateChannel(tx, channel, { ...settled, ...nextState(base, channel) });
  return { ...NOTHING_SETTLED, outcomes, tooLate: tooLateOf(outcomes, entryAt), unsure: verdict.unsure };
}

async function settleOne(
  tx: Writes,
  base: Foundation,
  entry: EntryRow | undefined,
  outcome: number,
  generation: number,
): Promise<void> {
  if (entry !== undefined) await settleEntry(tx, base, entry, outcome, generation);
}

/** The last sequence that was issued before the epochs that a container has not followed. */
function lastWithin({ issued }: ChannelRow, entries: readonly EntryRow[], epoch: number): number {
  const later = entries.find((entry) => entry.epoch > epoch);
  return later === undefined ? issued : later.sequence - 1;
}

/**
 * Epoch, last sequence and chain of a channel that begins behind what a container told, which knows of its entries up to
 * `issued`. What stays in transit keeps its sequence, unless the container has given that to something else.
 */
async function chainBehind(
  tx: Writes,
  base: Foundation,
  channel: ChannelRow,
  said: ContextFile['statement']['inbound'],
  { verdict }: EpochVerdict,
  entries: readonly EntryRow[],
): Promise<Pick<ChannelRow, 'epoch' | 'issued' | 'issuedChain'>> {
  const epoch = Math.max(channel.epoch, said.epoch) + 1;
  if (epoch > U32_MAX) throw new FerryError('EXHAUSTED', { what: 'epoch' });
  if (verdict === 'known') {
    const issued = entries.at(-1)?.sequence ?? channel.settled;
    return { epoch, issued, issuedChain: channel.issuedChain };
  }
  const known = Math.min(said.applied, channel.issued);
  let issuedChain: Hash = said.hash;
  const behind = entries
    .filter(({ sequence }) => sequence > known)
    .map((entry) => {
      issuedChain = chainNext(base.crypto, issuedChain, entry.hash);
      return { ...entry, chain: issuedChain };
    });
  await moveOn(tx, behind, said.applied - known);
  const issued = said.applied + behind.length;
  await forgetOrder(tx, channel, issued);
  return { epoch, issued, issuedChain };
}

/** What the container has of entries that this server forgot, says nothing of what came before them and what after. */
async function forgetOrder(
  tx: Writes,
  { firmCode, container }: Pick<ChannelRow, 'firmCode' | 'container'>,
  issued: number,
): Promise<void> {
  await tx
    .updateTable('transfers')
    .set({ issuedBefore: issued })
    .where('firmCode', '=', firmCode)
    .where('sender', '=', container)
    .where('issuedBefore', '<', issued)
    .execute();
}
