import { judgeSettlement, type Outcome } from '../../container/engine/issuer-channel.ts';
import type { ContextFile } from '../../container/files/context-file.ts';
import { type Foundation, nextState, updateChannel } from './channels.ts';
import { keepEvidence } from './evidence.ts';
import type { ChannelRow, EntryRow, FirmRow, GrantStatus, Writes } from './tables.ts';
import { entriesInTransit } from './update-files.ts';

/** What a context did to what was in transit to its container. */
export interface Settled {
  readonly outcomes: readonly Outcome[];
  /** Sequences that were applied although they had been cancelled. */
  readonly tooLate: readonly number[];
  /** Whether the container proved that this server was set back: then nothing is settled. */
  readonly provesRollback: boolean;
}

/**
 * Settles a channel from the container's signed word (R4): items that were added are active or refused, and withdrawn
 * and replaced ones are gone, exactly as the container did it. A firm that was proven to be set back settles nothing.
 */
export async function settleChannel(
  tx: Writes,
  base: Foundation,
  firm: FirmRow,
  channel: ChannelRow,
  file: ContextFile,
): Promise<Settled> {
  const nothing = { outcomes: [], tooLate: [], provesRollback: false };
  if (firm.rolledBackBy !== null) return nothing;
  const entries = await entriesInTransit(tx, channel);
  const entryAt = (sequence: number): EntryRow | undefined => entries[sequence - channel.settled - 1];
  const verdict = judgeSettlement(channel, file.statement.inbound, (sequence) => entryAt(sequence)?.chain);
  if (verdict.verdict === 'late') return nothing;
  if (verdict.verdict === 'issuerRolledBack') {
    await keepEvidence(tx, base, firm.firmCode, file, verdict.why);
    const { serial: rolledBackBy } = file.certificate;
    await tx.updateTable('firms').set({ rolledBackBy }).where('firmCode', '=', firm.firmCode).execute();
    return { ...nothing, provesRollback: true };
  }
  for (const outcome of verdict.outcomes) {
    const entry = entryAt(outcome.sequence);
    if (entry !== undefined) await settleEntry(tx, base, entry, outcome, file.statement.generation);
  }
  const settled = verdict.outcomes.at(-1)?.sequence ?? channel.settled;
  await updateChannel(tx, channel, { settled, settledChain: verdict.chain, ...nextState(base, channel) });
  const tooLate = verdict.outcomes
    .filter(({ sequence, reason }) => reason === null && entryAt(sequence)?.cancelled === 1)
    .map(({ sequence }) => sequence);
  return { outcomes: verdict.outcomes, tooLate, provesRollback: false };
}

async function settleEntry(
  tx: Writes,
  base: Foundation,
  entry: EntryRow,
  { sequence, reason }: Outcome,
  generation: number,
): Promise<void> {
  const { firmCode, container, kind, itemId } = entry;
  await tx
    .updateTable('entries')
    .set({ outcome: reason ?? 0, bytes: null })
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('sequence', '=', sequence)
    .execute();
  await settleGrants(tx, base, entry, reason, generation);
  if (reason !== null || itemId === null) return;
  if (kind === 'withdraw' || kind === 'replace') {
    const status: GrantStatus = kind === 'withdraw' ? 'withdrawn' : 'replaced';
    await tx.updateTable('grants').set({ status }).where('itemId', '=', itemId).execute();
    await tx.deleteFrom('places').where('itemId', '=', itemId).where('container', '=', container).execute();
  }
  if (kind === 'enable' || kind === 'disable') {
    const enabled = kind === 'enable' ? 1 : 0;
    const there = tx.updateTable('places').set({ enabled }).where('itemId', '=', itemId);
    await there.where('container', '=', container).execute();
  }
}

/** The grants that an entry brought: wholly in the container now, or refused by it. */
async function settleGrants(
  tx: Writes,
  base: Foundation,
  entry: EntryRow,
  reason: number | null,
  generation: number,
): Promise<void> {
  const { firmCode, container, sequence } = entry;
  const grants = await tx
    .updateTable('grants')
    .set({ status: reason === null ? 'active' : 'refused', reason: reason ?? 0 })
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('sequence', '=', sequence)
    .returning(['itemId', 'quantity'])
    .execute();
  if (reason !== null) return;
  for (const { itemId, quantity } of grants) {
    const place = { firmCode, itemId, container, quantity, pending: 0, enabled: 1, generation } as const;
    await tx
      .insertInto('places')
      .values({ ...place, toldAt: base.env.now() })
      .onConflict((it) => it.doNothing())
      .execute();
  }
}
