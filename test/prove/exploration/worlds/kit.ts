import { issueRequest } from '../../../world/issue-request.ts';
import type { Answers } from '../answers.ts';
import { ContainerParty } from '../container-party.ts';
import type { NewContainer } from '../container-states.ts';
import type { FirmParty } from '../firm-party.ts';
import type { Party } from '../party.ts';
import { itemId, type ToyItem } from '../toy-firm.ts';

type Given = Omit<NewContainer, 'name' | 'kind' | 'number' | 'issues'> & { readonly keepsLedger?: boolean };

/** A dongle: it may move seats. */
export function dongle(answers: Answers, given: Given = {}, name = 'dongle'): ContainerParty {
  return new ContainerParty({ name, kind: 'dongle', number: numberOf(name), issues: 'move', ...given }, answers);
}

/** A device's soft container: it may only give back. */
export function device(answers: Answers, name: string, given: Given = {}): ContainerParty {
  return new ContainerParty({ name, kind: 'soft', number: numberOf(name), issues: 'return', ...given }, answers);
}

function numberOf(name: string): number {
  return [...name].reduce((number, letter) => (number * 31 + letter.charCodeAt(0)) % 1_000_000, 7);
}

/** What exists of each item, for `World.granted`. */
export function seatsOf(...items: readonly ToyItem[]): ReadonlyMap<string, number> {
  return new Map(items.map((item) => [itemId(item), item.seats]));
}

/** Items that nobody has yet. */
export function seatsToCome(...items: readonly ToyItem[]): ReadonlyMap<string, number> {
  return new Map(items.map((item) => [itemId(item), 0]));
}

/** A firm does something for a container before the exploration begins, and knows that it arrived. */
export function deliverBefore(firm: FirmParty, step: string, container: ContainerParty): void {
  firm.prepare(step);
  for (const { bytes } of filesTo(firm, container)) container.prepare('apply', { update: bytes });
  for (const file of filesTo(container, firm)) firm.prepare(file);
}

/** One container gives another a seat before the exploration begins; the receipt is still on its way. */
export function moveBefore(from: ContainerParty, to: ContainerParty): void {
  const { context } = to.prepare('context', { certificate: from.certificate, firmCode: null });
  const { updates } = from.prepare('issue', issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 1 }] }));
  for (const update of updates) to.prepare('apply', { update });
}

function filesTo(from: Party, to: Party) {
  return from.files(from.initial).filter((file) => file.to === to.key);
}
