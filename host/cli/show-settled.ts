import { CATALOGUE } from '../../container/errors.ts';
import { isAddress } from './addresses.ts';
import type { Settled } from './issuers/issuer.ts';
import type { Output } from './output.ts';
import { quoted } from './printable.ts';
import { advice, words } from './say-reason.ts';
import type { Taken } from './take-home.ts';

/**
 * Shows what came home.
 *
 * @param address whose it is
 * @param title whose it is, with the file where it is of one
 */
export function showSettled(output: Output, address: string, title: string, taken: Taken): void {
  const { file, target, entries, pending, late, tooLate, writtenOff, unsure, newEpoch } = taken;
  const { duplicates, surplus, contradiction, proven, ...more } = taken;
  const gone = entries.filter(({ reason }) => reason === 0).length;
  output.line(`${title} applied ${gone}, refused ${entries.length - gone}; ${pending} still in transit.`);
  for (const { sequence, reason } of entries)
    if (writtenOff.includes(sequence))
      output.line(`  Sequence ${sequence} was written off: ${metAgain(target, reason)}`);
    else if (reason !== 0) output.line(`  Sequence ${sequence} came back: ${words(reason)}`);
  for (const line of isAddress(address, ['central']) ? advice(refusedOf(entries)) : []) output.line(`  ${line}`);
  for (const sequence of tooLate)
    output.line(`  Sequence ${sequence} was applied before its cancellation arrived: it stays with ${target}.`);
  for (const sequence of unsure)
    output.line(
      `  Sequence ${sequence} was applied or refused before the server was restored; it is not given again by itself.`,
    );
  if (newEpoch !== null) output.line(`  The channel to ${target} begins anew behind this, in epoch ${newEpoch}.`);
  if (more.locked) output.line(`  ${lockText(address, file, target, more)}`);
  for (const line of late && contradiction === null ? lateLines(address, taken) : []) output.line(`  ${line}`);
  const cause = more.firmCode === null ? 'written off, yet applied' : 'written off or set back';
  for (const { itemId, quantity, product } of duplicates)
    output.line(
      `  ${product ?? `License ${itemId}`}: ${quantity} are there twice, ${cause}: a duplicate that was accepted.`,
    );
  if (writtenOff.some((sequence) => isApplied(entries, sequence)))
    output.line(`  Their vendor sees it when a context of ${target} that is made for it comes home.`);
  for (const { itemId, quantity } of surplus)
    output.complain(
      `  License ${itemId}: ${quantity} more than were granted are shown. Somewhere on its way a container was copied.`,
    );
  if (contradiction !== null)
    output.complain(`  ${target} was set back or copied (${contradiction}); the proof is kept, it gets nothing more.`);
  for (const { serial, why } of proven)
    output.complain(
      `  ${target} has proof that ${serial} was set back or copied (${why}); ${serial} gets nothing more.`,
    );
}

/** What is said of a context that settles nothing: that is no failure, since any may bring news and a question for the time. */
function lateLines(address: string, { pending, repeated, asksForTime }: Taken): readonly string[] {
  if (repeated === true)
    return [
      'Nothing new: it was taken home before.',
      ...(pending > 0 ? ['What is in transit had not arrived when it was made.'] : []),
    ];
  if (!isAddress(address, ['central']))
    return [pending > 0 ? 'What is in transit had not arrived when it was made.' : 'Nothing was waiting for it.'];
  const waiting =
    pending > 0
      ? 'What is in transit had not arrived when it was made. What it tells of its licenses was taken.'
      : 'Nothing was waiting for it; what it tells of its licenses was taken.';
  return [waiting, ...(asksForTime ? ['It asks for the certified time: the next update file brings the answer.'] : [])];
}

/** For what a vendor's own entries were refused; what was cancelled needs no advice. */
function refusedOf(entries: Settled['entries']): number[] {
  return entries.map(({ reason }) => reason).filter((reason) => reason !== 0 && reason !== CATALOGUE.CANCELLED.number);
}

function isApplied(entries: Settled['entries'], sequence: number): boolean {
  return entries.some((entry) => entry.sequence === sequence && entry.reason === 0);
}

/** How a target that was given up stands to what it was given. */
function metAgain(target: string, reason: number): string {
  return reason === 0
    ? `its seats are held here again, and ${target} has them, too, with the consent of their vendor.`
    : `its seats are held here again since then, and ${target} does not have them.`;
}

/** What is to be done about a lock: of a License Central by itself, where its firm is asked; a device's partners decide nothing. */
function lockText(
  address: string,
  file: string,
  target: string,
  { firmCode, lockedFirms }: Pick<Taken, 'firmCode' | 'lockedFirms'>,
): string {
  if (firmCode !== null && lockedFirms.includes(firmCode) && isAddress(address, ['central']))
    return `${target} is locked. Its licenses of firm ${firmCode} may be used as they are after: ferry central accept ${quoted(address.slice('central:'.length))} ${quoted(file)} -o PLACE`;
  if (lockedFirms.length > 0)
    return `${target} is locked for ${lockedFirms.map((code) => `firm ${code}`).join(', ')}. Each vendor decides for its own licenses, by a context made for it: ferry central accept`;
  return `${target} was set back, and is used as it is: it takes nothing and gives nothing on any more. For new licenses make a new container.`;
}
