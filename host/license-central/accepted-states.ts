import type { ContextFile, Inventory } from '../../container/files/context-file.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { type Foundation, updateChannel } from './channels.ts';
import { keepEvidence } from './evidence.ts';
import type { ChannelRow, Reads, Writes } from './tables.ts';

/** What is kept as a reason beside the statement of a container that was set back: its vendor accepted that state. */
const GIVEN = 'it was set back, and its state was accepted';
/** As it told itself: so it is for good, and what it had told in its later state is of the past. */
const TAKEN = 'it was set back, and is used as it is';

/** Whether the state of a container was accepted, and whether it is known to have taken that word. */
export type Acceptance = 'none' | 'given' | 'taken';

export async function acceptanceOf(db: Reads, { firmCode, container }: ChannelRow): Promise<Acceptance> {
  const rows = await db
    .selectFrom('evidence')
    .select('reason')
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('reason', 'in', [GIVEN, TAKEN])
    .execute();
  if (rows.some(({ reason }) => reason === TAKEN)) return 'taken';
  return rows.length > 0 ? 'given' : 'none';
}

/** The containers whose newest word is of a state that was accepted, by firm and key. */
export async function acceptedStates(db: Reads): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('evidence')
    .select(['firmCode', 'container'])
    .where('reason', 'in', [GIVEN, TAKEN])
    .execute();
  return new Set(rows.map(({ firmCode, container }) => channelName(firmCode, container)));
}

/** One firm and one container, as a key of a set. */
export function channelName(firmCode: number, container: PublicKey): string {
  return `${firmCode}/${container}`;
}

/** Whether a container says by this context that it took a firm's word for the state that it was set back to. */
export function isUsedAsSetBack({ header }: ContextFile, firmCode: number, content: Inventory): boolean {
  // A locked one without licenses of the firm has nothing to be accepted, and may come back to its latest state.
  return header.locked && !header.lockedFirms.includes(firmCode) && content.holdings.length > 0;
}

/**
 * Keeps that the state of a context was accepted. What the container tells of it counts from now on, though a later state told
 * something else before.
 */
export async function noteAccepted(
  tx: Writes,
  base: Foundation,
  channel: ChannelRow,
  file: ContextFile,
  acceptance: Exclude<Acceptance, 'none'>,
): Promise<ChannelRow> {
  await keepEvidence(tx, base, channel.firmCode, file, acceptance === 'given' ? GIVEN : TAKEN);
  await updateChannel(tx, channel, { toldGeneration: 0 });
  return { ...channel, toldGeneration: 0 };
}

/** Forgets a word that was given for a state, as its container is back in a later one. */
export async function dropAcceptance(tx: Writes, { firmCode, container }: ChannelRow): Promise<void> {
  await tx
    .deleteFrom('evidence')
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('reason', '=', GIVEN)
    .execute();
}
