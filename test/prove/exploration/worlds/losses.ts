import type { Answers } from '../answers.ts';
import type { ContainerParty } from '../container-party.ts';
import { FirmParty } from '../firm-party.ts';
import { acquaint, type ToyItem, toyFirm } from '../toy-firm.ts';
import type { World, WorldPlan } from '../world.ts';
import { deliverBefore, device, dongle, moveBefore, seatsToCome } from './kit.ts';

interface Loss {
  readonly item: ToyItem;
  /** Orders from the dongle to the device, and back, at most. */
  readonly out: number;
  readonly back: number;
  readonly dies: boolean;
  /** Last sequences that are written off, each once. */
  readonly through: readonly number[];
}

const firm = toyFirm('firm', 7);

/** A firm, a dongle with its item, and a device to which the dongle gives, and which the firm gives up. */
function writtenOff(answers: Answers, { item, out, back, dies, through }: Loss): World {
  const from = dongle(answers);
  const to = device(answers, 'device');
  from.prepare('context', { certificate: firm.certificate, firmCode: null });
  const wishes = [
    { kind: 'add', item },
    ...through.map((last) => ({ kind: 'writeOff', target: to.key, of: to.name, through: last }) as const),
  ] as const;
  const target = { name: from.name, certificate: from.certificate, wishes };
  const vendor = new FirmParty(firm, [target], {});
  deliverBefore(vendor, `issues add ${item.number} to ${from.name}`, from);
  acquaint(from, to);
  from.wish({ orders: [{ to: to.key, most: out, quantities: [1] }] });
  to.wish({ orders: [{ to: from.key, most: back, quantities: [1] }], dies });
  return {
    parties: [vendor, from, to],
    granted: seatsToCome(item),
    memory: 'kept',
    suspects: new Set([to.key]),
    runsOut: 'the firm writes off once, and may do that before the move',
  };
}

/**
 * Three dongles in a ring, of which the third already has the seat, and no receipt was brought: the seat comes home another
 * way than it left, while its first hop is written off.
 */
function comeHome(answers: Answers): World {
  const item: ToyItem = { number: 1, seats: 1, terms: { depth: 3 } };
  const ring = ['first', 'second', 'third'].map((name) => dongle(answers, {}, name));
  const [first, second, third] = ring as [ContainerParty, ContainerParty, ContainerParty];
  first.prepare('context', { certificate: firm.certificate, firmCode: null });
  const wishes = [
    { kind: 'add', item },
    { kind: 'writeOff', target: second.key, of: second.name, through: 1 },
  ] as const;
  const vendor = new FirmParty(firm, [{ name: first.name, certificate: first.certificate, wishes }], {});
  deliverBefore(vendor, `issues add ${item.number} to ${first.name}`, first);
  for (const [from, to] of [
    [first, second],
    [second, third],
    [third, first],
  ] as const) {
    acquaint(from, to);
    from.wish({ orders: [{ to: to.key, most: 1, quantities: [1] }] });
  }
  moveBefore(first, second);
  moveBefore(second, third);
  // More seats than granted turn up where they meet, which is evidence about the item, under the key of its firm.
  const suspects = new Set([second.key, firm.key]);
  return { parties: [vendor, ...ring], granted: seatsToCome(item), memory: 'kept', suspects };
}

export const LOSSES: readonly WorldPlan[] = [
  {
    name: 'written off, destroyed',
    about:
      'A dongle gives a seat to a device, which may be destroyed at any time; the firm may write it off at any time.',
    size: 'usual',
    build: (answers) =>
      writtenOff(answers, { item: { number: 1, seats: 2 }, out: 1, back: 0, dies: true, through: [1] }),
  },
  {
    name: 'written off, alive',
    most: 50_000,
    about: 'The same with a device that lives and gives back: it is met again.',
    size: 'usual',
    build: (answers) =>
      writtenOff(answers, { item: { number: 1, seats: 1 }, out: 1, back: 1, dies: false, through: [1] }),
  },
  {
    name: 'written off, twice given',
    most: 50_000,
    about: 'Two orders to a device that may be destroyed, of which the firm writes off the first, or both.',
    size: 'usual',
    build: (answers) =>
      writtenOff(answers, { item: { number: 1, seats: 2 }, out: 2, back: 0, dies: true, through: [1, 2] }),
  },
  {
    name: 'written off, come home',
    about: 'Three dongles in a ring; a seat that went two hops goes home, and the firm writes the first hop off.',
    size: 'usual',
    most: 40_000,
    build: comeHome,
  },
];
