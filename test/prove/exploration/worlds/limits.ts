import type { ContainerLimits } from '../../../../container/model/limits.ts';
import type { Answers } from '../answers.ts';
import { FirmParty } from '../firm-party.ts';
import { acquaint, grantBefore, type ToyItem, toyFirm } from '../toy-firm.ts';
import type { World, WorldPlan } from '../world.ts';
import { deliverBefore, device, dongle, seatsOf, seatsToCome } from './kit.ts';

const firm = toyFirm('firm', 7);

/** Memory for one of two items, beside what a device with one partner always has. Bytes. */
const ROOM_FOR_ONE = 2000;
const ROOM_CURED = 1400;
const ROOM_FILLED = 2600;
const ROOM_OF_OWNER = 400;

/** A dongle with two items for a device that has room for one: the other one waits until it is called back. */
function fullMemory(answers: Answers): World {
  const items: readonly ToyItem[] = [
    { number: 1, seats: 1 },
    { number: 2, seats: 1 },
  ];
  const from = dongle(answers);
  grantBefore(firm, from, items);
  const to = device(answers, 'device', { limits: { capacity: ROOM_FOR_ONE, ownerRoom: 0 } });
  acquaint(from, to);
  from.wish({ orders: [{ to: to.key, most: 2, quantities: [1] }], cancels: true });
  return { parties: [from, to], granted: seatsOf(...items), memory: 'kept' };
}

/** A device with room for one of two items of a firm: the second one fits once the first is withdrawn, by what is behind it. */
function cured(answers: Answers): World {
  const items = [1, 2].map((number): ToyItem => ({ number, seats: 1 })) as [ToyItem, ToyItem];
  const to = device(answers, 'device', { limits: { capacity: ROOM_CURED, ownerRoom: 0 } });
  to.prepare('context', { certificate: firm.certificate, firmCode: null });
  const wishes = [
    { kind: 'add', item: items[0] },
    { kind: 'add', item: items[1] },
    { kind: 'withdraw', item: items[0] },
  ] as const;
  const target = { name: to.name, certificate: to.certificate, wishes };
  const vendor = new FirmParty(firm, [target], {});
  deliverBefore(vendor, `issues add 1 to ${to.name}`, to);
  return { parties: [vendor, to], granted: seatsToCome(...items), memory: 'kept' };
}

/**
 * A dongle that its firm fills, with little room of its owner's beside that: what the owner orders, calls back and settles, and
 * what the firm adds and withdraws, in any order.
 */
function ownersRoom(answers: Answers): World {
  const items = [1, 2].map((number): ToyItem => ({ number, seats: 1 })) as [ToyItem, ToyItem];
  const from = dongle(answers, { limits: { capacity: ROOM_FILLED, ownerRoom: ROOM_OF_OWNER } });
  const to = device(answers, 'device');
  from.prepare('context', { certificate: firm.certificate, firmCode: null });
  const wishes = [
    { kind: 'add', item: items[0] },
    { kind: 'add', item: items[1] },
    { kind: 'withdraw', item: items[0] },
  ] as const;
  const vendor = new FirmParty(firm, [{ name: from.name, certificate: from.certificate, wishes }], {});
  deliverBefore(vendor, `issues add 1 to ${from.name}`, from);
  acquaint(from, to);
  from.wish({ orders: [{ to: to.key, most: 2, quantities: [1] }], cancels: true });
  return { parties: [vendor, from, to], granted: seatsToCome(...items), memory: 'kept' };
}

/** A dongle that has room for one line in its custody log: it gives no more until its firm knows that line. */
function fullLog(answers: Answers): World {
  const item: ToyItem = { number: 1, seats: 2 };
  const to = dongle(answers, { limits: { logEntries: 1 } });
  const far = device(answers, 'device');
  acquaint(to, far);
  to.prepare('context', { certificate: firm.certificate, firmCode: null });
  to.wish({ orders: [{ to: far.key, most: 2, quantities: [1] }] });
  const target = { name: to.name, certificate: to.certificate, wishes: [{ kind: 'add', item }] } as const;
  const vendor = new FirmParty(firm, [target], { cancels: false });
  return { parties: [vendor, to, far], granted: seatsToCome(item), memory: 'kept' };
}

/** Two dongles, each with an item for a device that has few channel records. */
function fewChannels(answers: Answers, limits: Partial<ContainerLimits>, cancels: boolean): World {
  const items = [1, 2].map((number): ToyItem => ({ number, seats: 1 }));
  const dongles = ['dongle one', 'dongle two'].map((name) => dongle(answers, {}, name));
  const to = device(answers, 'device', { limits });
  for (const [at, from] of dongles.entries()) {
    grantBefore(firm, from, [items[at] as ToyItem]);
    from.wish({ orders: [{ to: to.key, most: 1, quantities: [1] }], meets: [to.certificate], cancels });
  }
  to.wish({ meets: dongles.map(({ certificate }) => certificate) });
  return { parties: [...dongles, to], granted: seatsOf(...items), memory: 'kept' };
}

/** A device that a firm grants to, and that keeps one unused channel record: strangers, asked for at any time, take it in turn. */
function strangers(answers: Answers): World {
  const item: ToyItem = { number: 1, seats: 1 };
  const others = ['dongle one', 'dongle two'].map((name) => dongle(answers, {}, name));
  const to = device(answers, 'device', { limits: { unusedChannels: 1 } });
  to.prepare('context', { certificate: firm.certificate, firmCode: null });
  to.wish({ meets: others.map(({ certificate }) => certificate) });
  const wishes = [{ kind: 'add', item }] as const;
  const vendor = new FirmParty(firm, [{ name: to.name, certificate: to.certificate, wishes }], { cancels: true });
  return { parties: [vendor, ...others, to], granted: seatsToCome(item), memory: 'kept' };
}

/** A device that takes files of one entry only: what is in transit to it comes in several files, in any order. */
function splitFiles(answers: Answers): World {
  const item: ToyItem = { number: 1, seats: 2 };
  const from = dongle(answers, { fileBytes: 5300 });
  grantBefore(firm, from, [item]);
  const to = device(answers, 'device');
  acquaint(from, to);
  from.wish({ orders: [{ to: to.key, most: 2, quantities: [1] }], cancels: true });
  return { parties: [from, to], granted: seatsOf(item), memory: 'kept' };
}

export const LIMITS: readonly WorldPlan[] = [
  {
    name: 'full memory',
    about: 'A dongle with two items, a device with room for one; two orders, cancelled at any time.',
    size: 'usual',
    build: fullMemory,
  },
  {
    name: 'full memory, cured',
    about: 'A firm that grants a second item to a device with room for one, and withdraws the first, in any order.',
    size: 'quick',
    build: cured,
  },
  {
    name: "full memory, owner's room",
    about:
      "A firm that fills a dongle and withdraws from it; two orders out of the owner's room, cancelled at any time.",
    size: 'usual',
    most: 20_000,
    build: ownersRoom,
  },
  {
    name: 'full log',
    about: 'A firm that grants two seats to a dongle whose custody log has one line; two orders to a device.',
    size: 'quick',
    build: fullLog,
  },
  {
    name: 'full table',
    about: 'Two dongles that meet a device with one free channel record; an order from each.',
    size: 'quick',
    build: (answers) => fewChannels(answers, { channels: 9 }, false),
  },
  {
    name: 'few unused channels',
    about:
      'Two dongles that meet a device which keeps one unused channel record; an order from each, cancelled at any time.',
    size: 'usual',
    most: 20_000,
    build: (answers) => fewChannels(answers, { unusedChannels: 1 }, true),
  },
  {
    name: 'few unused channels, strangers',
    about:
      'A firm that grants to a device which keeps one unused channel record, cancelled at any time; two dongles it meets.',
    size: 'usual',
    most: 2000,
    build: strangers,
  },
  {
    name: 'split files',
    about: 'A dongle and a device with files of one entry; two orders, cancelled at any time.',
    size: 'quick',
    build: splitFiles,
  },
];
