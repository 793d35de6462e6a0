import { judgeSettlement } from '../../container/engine/issuer-channel.ts';
import type { ContextFile } from '../../container/files/context-file.ts';
import { takeWordOfOtherEpoch } from './begin-epoch.ts';
import { type Foundation, nextState, updateChannel } from './channels.ts';
import { keepEvidence } from './evidence.ts';
import { NOTHING_SETTLED, type Settled, settleEntry, tooLateOf } from './settle-entry.ts';
import type { ChannelRow, EntryRow, FirmRow, Writes } from './tables.ts';
import { entriesInTransit } from './update-files.ts';

/**
 * Settles a channel from the container's signed word (R4): items that were added are active or refused, and withdrawn
 * and replaced ones are gone, exactly as the container did it. A firm that was proven to be set back settles nothing, and a
 * channel that has to begin anew settles from the newest word of an honest container alone.
 */
export async function settleChannel(
  tx: Writes,
  base: Foundation,
  firm: FirmRow,
  channel: ChannelRow,
  file: ContextFile,
  { isNewest, contradicted }: { readonly isNewest: boolean; readonly contradicted: boolean },
): Promise<Settled> {
  if (firm.rolledBackBy !== null) return NOTHING_SETTLED;
  if (channel.restore < firm.restores || file.statement.inbound.epoch < channel.epoch)
    return isNewest && !contradicted ? takeWordOfOtherEpoch(tx, base, firm, channel, file) : NOTHING_SETTLED;
  const entries = await entriesInTransit(tx, channel);
  const entryAt = (sequence: number): EntryRow | undefined => entries[sequence - channel.settled - 1];
  const verdict = judgeSettlement(channel, file.statement.inbound, (sequence) => entryAt(sequence)?.chain);
  if (verdict.verdict === 'late') return NOTHING_SETTLED;
  if (verdict.verdict === 'issuerRolledBack') {
    await keepEvidence(tx, base, firm.firmCode, file, verdict.why);
    const { serial: rolledBackBy } = file.certificate;
    await tx.updateTable('firms').set({ rolledBackBy }).where('firmCode', '=', firm.firmCode).execute();
    return { ...NOTHING_SETTLED, provesRollback: true };
  }
  const { outcomes } = verdict;
  for (const { sequence, reason } of outcomes) {
    const entry = entryAt(sequence);
    if (entry !== undefined) await settleEntry(tx, base, entry, reason ?? 0, file.statement.generation);
  }
  const settled = outcomes.at(-1)?.sequence ?? channel.settled;
  await updateChannel(tx, channel, { settled, settledChain: verdict.chain, ...nextState(base, channel) });
  return { ...NOTHING_SETTLED, outcomes, tooLate: tooLateOf(outcomes, entryAt) };
}
