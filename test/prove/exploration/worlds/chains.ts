import type { Answers } from '../answers.ts';
import { acquaint, grantBefore, type ToyItem, toyFirm } from '../toy-firm.ts';
import type { World, WorldPlan } from '../world.ts';
import { device, dongle, seatsOf } from './kit.ts';

/** A seat that may go round, and one that may not. */
const item: ToyItem = { number: 1, seats: 1, terms: { depth: 3 } };
const shallow: ToyItem = { number: 1, seats: 1, terms: { depth: 1 } };

/** Three dongles in a ring, with one seat that may go round. */
function ring(answers: Answers, seat: ToyItem): World {
  const dongles = ['first', 'second', 'third'].map((name) => dongle(answers, {}, name));
  for (const [at, from] of dongles.entries()) {
    const to = dongles[(at + 1) % dongles.length] ?? from;
    if (at === 0) grantBefore(toyFirm('firm', 7), from, [seat]);
    acquaint(from, to);
    from.wish({ orders: [{ to: to.key, most: 1, quantities: [1] }] });
  }
  return { parties: dongles, granted: seatsOf(seat), memory: 'kept' };
}

/** A dongle that gives to a second one, which gives to a device; everything may go back the way that it came. */
function chain(answers: Answers): World {
  const [first, second] = [dongle(answers, {}, 'first'), dongle(answers, {}, 'second')];
  const last = device(answers, 'device');
  grantBefore(toyFirm('firm', 7), first, [item]);
  acquaint(first, second);
  acquaint(second, last);
  const order = { most: 1, quantities: [1] };
  first.wish({ orders: [{ to: second.key, ...order }] });
  second.wish({ orders: [first, last].map(({ key: to }) => ({ to, ...order })) });
  last.wish({ orders: [{ to: second.key, ...order }] });
  return { parties: [first, second, last], granted: seatsOf(item), memory: 'kept' };
}

/** Items that do not go everywhere, for a device and a dongle: what may not be is ordered all the same. */
function narrow(answers: Answers): World {
  const from = dongle(answers, {}, 'first');
  const [near, far] = [device(answers, 'device'), dongle(answers, {}, 'second')];
  const terms = { mostPerTarget: 1, targetKinds: ['soft'], targetKeys: [near.key, far.key] } as const;
  const items: readonly ToyItem[] = [
    { number: 1, seats: 2, terms },
    { number: 2, seats: 1, terms: { type: 'complete', returnable: false } },
    { number: 3, seats: 1, terms: { type: 'none' } },
  ];
  grantBefore(toyFirm('firm', 7), from, items);
  for (const to of [near, far]) {
    acquaint(from, to);
    to.wish({ orders: [{ to: from.key, most: 1, quantities: [1] }] });
  }
  from.wish({ orders: [near, far].map(({ key: to }) => ({ to, most: 2, quantities: [1, 2] })) });
  return { parties: [from, near, far], granted: seatsOf(...items), memory: 'kept' };
}

export const CHAINS: readonly WorldPlan[] = [
  {
    name: 'ring',
    about:
      'Three dongles in a ring, one seat, one order from each to the next: it comes home another way than it left.',
    size: 'usual',
    most: 100_000,
    build: (answers) => ring(answers, item),
  },
  {
    name: 'ring, too far',
    about: 'The same with a seat that may only go one hop.',
    size: 'usual',
    most: 100_000,
    build: (answers) => ring(answers, shallow),
  },
  {
    name: 'chain',
    about: 'Two dongles and a device in a row, one seat, one order over each hop in each direction.',
    size: 'usual',
    build: chain,
  },
  {
    name: 'narrow terms',
    about: 'A dongle with three items of narrow terms, a device and another dongle; two orders to each and one back.',
    size: 'usual',
    most: 40_000,
    build: narrow,
  },
];
