import { explain, FerryError } from '../../container/errors.ts';
import type { Failure } from '../../state-machines/index.ts';
import { isPlaceOf } from './addresses.ts';
import type { Cargo, Standing } from './cargo.ts';
import { absoluteAddress } from './move-sides.ts';
import { type BegunMove, NEW_ADDRESS, resumeOf } from './next-commands.ts';
import { seatsText } from './product-seats.ts';
import { shortId } from './short-id.ts';

/** A move that is kept, to be finished later. */
export interface KeptMove extends BegunMove {
  /** Under what it is kept. */
  readonly id: string;
  readonly standing: Standing;
  readonly cargo: Cargo;
}

/** Why it goes no further for now: what has arrived, what is in transit, and how it is finished. @param isFirst it was to be finished before a new order */
export function unfinishedError(move: KeptMove, failure: Failure, isFirst = false): FerryError {
  const { from, to, id } = move;
  const why = explain(failure.code, failure.details).happened;
  const stands = `${standsText(move)}${isFirst ? ' The new order is not begun.' : ''}`;
  const details = { from, to, why, cause: failure.code, stands, id: shortId(id), more: moreText(move, failure) };
  return new FerryError('MOVE_UNFINISHED', details);
}

function standsText({ from, standing: { entries, inTransit, unheard }, cargo }: KeptMove): string {
  const sequencesOf = (state: string): readonly number[] =>
    entries.flatMap((entry) => (entry.state === state ? [entry.sequence] : []));
  const [arrived, refused, unknown] = [sequencesOf('applied'), sequencesOf('refused'), sequencesOf('unknown')];
  const open = inTransit.filter((sequence) => ![...arrived, ...refused, ...unknown].includes(sequence));
  // Where the issuer answered without entries, the update files have not been given yet.
  const perhaps = entries.length > 0 || unheard ? ', unless it has arrived unheard' : '';
  const away = (sequences: readonly number[]): boolean => sequences.some((sequence) => inTransit.includes(sequence));
  const all = [
    arrived.length === 0
      ? ''
      : `Arrived: ${what(cargo, arrived)}${away(arrived) ? '; the receipt is not home yet' : ''}.`,
    open.length === 0 ? '' : `In transit from ${from}${perhaps}: ${what(cargo, open)}.`,
    refused.length === 0 ? '' : `Refused: ${what(cargo, refused)}${away(refused) ? '; it is not back yet' : ''}.`,
    unknown.length === 0 ? '' : `Not told what became of it: ${what(cargo, unknown)}.`,
  ].filter((text) => text !== '');
  if (all.length > 0) return all.join(' ');
  return unheard
    ? `It may be in transit from ${from}; \`ferry status\` says whether it is.`
    : `Nothing is known to have left ${from}.`;
}

function what(cargo: Cargo, sequences: readonly number[]): string {
  const seats = cargo(sequences);
  const numbers = `sequence${sequences.length === 1 ? '' : 's'} ${sequences.join(', ')}`;
  return seats === null || seats.length === 0 ? numbers : `${seatsText(seats)} (${numbers})`;
}

/** Only these say that nobody is where somebody was. */
const NOBODY_THERE: readonly string[] = ['CARRIER_UNREACHABLE', 'NO_CONTAINER', 'COPY_OF_SERVED'];

function moreText(move: KeptMove, { code, details }: Failure): string {
  const { remedy } = explain(code, details);
  // That program may be finishing this very move: then the same command would be a new order.
  if (code === 'CONTAINER_IN_USE') return 'Wait until that program has ended; `ferry status` shows what is left then.';
  if (!NOBODY_THERE.includes(code)) return remedy;
  const where = String(details.where);
  const isThere = (address: string): boolean => isPlaceOf(where, address) || isPlaceOf(where, absoluteAddress(address));
  const newAt = (address: string): string | undefined => (isThere(address) ? NEW_ADDRESS : undefined);
  const elsewhere = resumeOf(move.id, '', { from: newAt(move.from), to: newAt(move.to) }).command;
  return `See that both sides are there; where one has another address now, such as another port, this finishes it: ${elsewhere}`;
}
