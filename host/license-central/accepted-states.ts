import type { ContextFile, Inventory } from '../../container/files/context-file.ts';
import { type Foundation, updateChannel } from './channels.ts';
import { keepEvidence } from './evidence.ts';
import type { Acceptance, ChannelRow, Writes } from './tables.ts';

/** What is kept as a reason beside the statement of a container that was set back, by what became of its state. */
const REASONS = {
  given: 'it was set back, and its state was accepted',
  // As it told itself: so it is for good, and what it had told in its later state is of the past.
  taken: 'it was set back, and is used as it is',
} as const;

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
  told: Exclude<Acceptance, 'none'>,
): Promise<ChannelRow> {
  await keepEvidence(tx, base, channel.firmCode, file, REASONS[told]);
  // It cannot go back to a state before it took the word.
  const acceptance = channel.acceptance === 'taken' ? 'taken' : told;
  await updateChannel(tx, channel, { acceptance, toldGeneration: 0 });
  return { ...channel, acceptance, toldGeneration: 0 };
}

/** Forgets a word that was given for a state, as its container is back in a later one. */
export async function dropAcceptance(tx: Writes, channel: ChannelRow): Promise<void> {
  await updateChannel(tx, channel, { acceptance: 'none' });
}
