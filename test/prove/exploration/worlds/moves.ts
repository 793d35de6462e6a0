import type { Answers } from '../answers.ts';
import type { ContainerParty } from '../container-party.ts';
import { acquaint, grantBefore, type ToyItem, toyFirm } from '../toy-firm.ts';
import type { World, WorldPlan } from '../world.ts';
import { device, dongle, seatsOf } from './kit.ts';

interface Moves {
  readonly devices: readonly string[];
  readonly item: ToyItem;
  readonly quantities?: readonly number[];
  /** Orders from the dongle to each device, and back, at most. */
  readonly out: number;
  readonly back: number;
  readonly cancels?: boolean;
  readonly refuses?: boolean;
  readonly vain?: boolean;
}

/** A dongle with one item, and devices that it gives to and gets back from. */
function moves(answers: Answers, plan: Moves): World {
  const { item, quantities = [1], cancels = false, refuses = false, vain = false } = plan;
  const from = dongle(answers);
  grantBefore(toyFirm('firm', 7), from, [item]);
  const devices = plan.devices.map((name) => device(answers, name));
  for (const to of devices) acquaint(from, to);
  const order = (to: ContainerParty, most: number) => ({ to: to.key, most, quantities, vain });
  from.wish({ orders: devices.map((to) => order(to, plan.out)), cancels });
  for (const to of devices) to.wish({ orders: [order(from, plan.back)], cancels, refuses });
  return { parties: [from, ...devices], granted: seatsOf(item), memory: 'kept' };
}

const two: ToyItem = { number: 1, seats: 2 };

export const MOVES: readonly WorldPlan[] = [
  {
    name: 'one channel',
    about:
      'A dongle and a device; one order each way, given again and otherwise, for more than is free, cancelled and refused.',
    size: 'usual',
    build: (answers) =>
      moves(answers, {
        devices: ['device'],
        item: two,
        quantities: [1, 2],
        out: 1,
        back: 1,
        vain: true,
        cancels: true,
        refuses: true,
      }),
  },
  {
    name: 'one channel, twice',
    about: 'The same with two orders to the device and one back.',
    size: 'usual',
    most: 25_000,
    build: (answers) =>
      moves(answers, { devices: ['device'], item: two, out: 2, back: 1, cancels: true, refuses: true }),
  },
  {
    name: 'two devices, one way',
    about: 'A dongle with two seats; one order of a seat to each of two devices, cancelled at any time.',
    size: 'usual',
    build: (answers) => moves(answers, { devices: ['one', 'two'], item: two, out: 1, back: 0, cancels: true }),
  },
  {
    name: 'two devices',
    about: 'A dongle with two seats and two devices; one order of a seat to each and one back from each.',
    size: 'long',
    build: (answers) => moves(answers, { devices: ['one', 'two'], item: two, out: 1, back: 1 }),
  },
  {
    name: 'three devices, one way',
    about: 'A dongle with two seats and three devices; one order of a seat to each.',
    size: 'usual',
    build: (answers) => moves(answers, { devices: ['one', 'two', 'three'], item: two, out: 1, back: 0 }),
  },
  {
    name: 'parts',
    about: 'A dongle with three seats and a device; two orders out and one back, of one or two seats each.',
    size: 'usual',
    build: (answers) =>
      moves(answers, { devices: ['device'], item: { number: 1, seats: 3 }, quantities: [1, 2], out: 2, back: 1 }),
  },
  {
    name: 'four devices, one way',
    about: 'A dongle with two seats and four devices; one order of a seat to each.',
    size: 'long',
    build: (answers) => moves(answers, { devices: ['one', 'two', 'three', 'four'], item: two, out: 1, back: 0 }),
  },
  {
    name: 'two devices, everything',
    about: 'Two devices, an order each way with each, cancelled and refused by anybody at any time.',
    size: 'long',
    build: (answers) =>
      moves(answers, { devices: ['one', 'two'], item: two, out: 1, back: 1, cancels: true, refuses: true }),
  },
];
