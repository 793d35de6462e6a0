import type { Outcome } from '../../container/engine/issuer-channel.ts';
import type { Foundation } from './channels.ts';
import { type EntryRow, type GrantStatus, UNSURE, type Writes } from './tables.ts';

/** What a context did to what was in transit to its container. */
export interface Settled {
  readonly outcomes: readonly Outcome[];
  /** Sequences that were applied although they had been cancelled. */
  readonly tooLate: readonly number[];
  /** Sequences that were applied or refused, but this server has lost which. */
  readonly unsure: readonly number[];
  /** The epoch in which the channel began anew; null when it did not. */
  readonly newEpoch: number | null;
  /** What contradicts the container's history, beyond what its statements show. */
  readonly contradiction: string | null;
  /** Whether the container proved that this server was set back: then nothing is settled. */
  readonly provesRollback: boolean;
}

export const NOTHING_SETTLED: Settled = {
  outcomes: [],
  tooLate: [],
  unsure: [],
  newEpoch: null,
  contradiction: null,
  provesRollback: false,
};

/** Which of these sequences were applied although they had been cancelled. */
export function tooLateOf(
  outcomes: readonly Outcome[],
  entryAt: (sequence: number) => EntryRow | undefined,
): readonly number[] {
  return outcomes
    .filter(({ sequence, reason }) => reason === null && entryAt(sequence)?.cancelled === 1)
    .map(({ sequence }) => sequence);
}

/** Writes down how an entry ended, and what that makes of its grants and its item. @param outcome as in `EntryRow` */
export async function settleEntry(
  tx: Writes,
  base: Foundation,
  entry: EntryRow,
  outcome: number,
  generation: number,
): Promise<void> {
  const { container, kind, itemId } = entry;
  await noteOutcome(tx, entry, outcome);
  const granted = await settleGrants(tx, entry, outcome);
  if (outcome !== 0) return;
  await placeGrants(tx, base, entry, granted, generation);
  if (itemId === null) return;
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

async function noteOutcome(tx: Writes, { firmCode, container, sequence }: EntryRow, outcome: number): Promise<void> {
  await tx
    .updateTable('entries')
    .set({ outcome, bytes: null })
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('sequence', '=', sequence)
    .execute();
}

type Granted = Awaited<ReturnType<typeof settleGrants>>;

async function settleGrants(tx: Writes, { firmCode, container, sequence }: EntryRow, outcome: number) {
  return tx
    .updateTable('grants')
    .set({ status: statusOf(outcome), reason: Math.max(0, outcome) })
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('sequence', '=', sequence)
    .returning(['itemId', 'quantity'])
    .execute();
}

function statusOf(outcome: number): GrantStatus {
  if (outcome === UNSURE) return 'unsure';
  return outcome === 0 ? 'active' : 'refused';
}

/** The grants that an applied entry brought are wholly in the container now. */
async function placeGrants(
  tx: Writes,
  base: Foundation,
  { firmCode, container }: EntryRow,
  granted: Granted,
  generation: number,
): Promise<void> {
  for (const { itemId, quantity } of granted) {
    const place = { firmCode, itemId, container, quantity, pending: 0, enabled: 1, generation } as const;
    await tx
      .insertInto('places')
      .values({ ...place, toldAt: base.env.now() })
      .onConflict((it) => it.doNothing())
      .execute();
  }
}
