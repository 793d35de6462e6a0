import { type Refusal, refuse } from '../errors.ts';
import { decodeEntry } from '../files/entries.ts';

/**
 * What becomes of an entry that the owner refuses by hand (R6): only what gives something may be refused.
 *
 * @returns REFUSED_BY_OWNER, or ENTRY_NOT_REFUSABLE, for which the whole call is refused
 */
export function refuseEntry(entry: Uint8Array, sequence: number): Refusal {
  const reading = decodeEntry(entry);
  if (reading.outcome !== 'known') return refuse('ENTRY_NOT_REFUSABLE', { sequence, why: 'what it does is not known' });
  const { kind } = reading.content;
  if (kind === 'add' || kind === 'transferIn') return refuse('REFUSED_BY_OWNER');
  return refuse('ENTRY_NOT_REFUSABLE', { sequence, why: 'it does not give licenses, it changes some' });
}
