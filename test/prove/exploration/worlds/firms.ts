import type { Answers } from '../answers.ts';
import { FirmParty } from '../firm-party.ts';
import type { FirmWish } from '../firm-wishes.ts';
import { acquaint, type ToyFirm, type ToyItem, toyFirm } from '../toy-firm.ts';
import type { World, WorldPlan } from '../world.ts';
import { device, dongle, seatsToCome } from './kit.ts';

interface Vendors {
  readonly firms: readonly { readonly firm: ToyFirm; readonly wishes: readonly FirmWish[] }[];
  readonly items: readonly ToyItem[];
  readonly moves: number;
  readonly back: number;
  readonly cancels: boolean;
}

/** Firms that grant to a dongle and change there what they granted, and a device that the dongle gives to. */
function vendors(answers: Answers, { firms, items, moves, back, cancels }: Vendors): World {
  const to = dongle(answers);
  const far = device(answers, 'device');
  acquaint(to, far);
  for (const { firm } of firms) to.prepare('context', { certificate: firm.certificate, firmCode: null });
  to.wish({ orders: [{ to: far.key, most: moves, quantities: [1] }] });
  far.wish({ orders: [{ to: to.key, most: back, quantities: [1] }] });
  const parties = firms.map(
    ({ firm, wishes }) => new FirmParty(firm, [{ name: to.name, certificate: to.certificate, wishes }], { cancels }),
  );
  return { parties: [...parties, to, far], granted: seatsToCome(...items), memory: 'kept' };
}

const firm = toyFirm('firm', 7);
const other = toyFirm('other firm', 8);
const item: ToyItem = { number: 1, seats: 1 };
const next: ToyItem = { number: 2, seats: 1 };

export const FIRMS: readonly WorldPlan[] = [
  {
    name: 'firm that replaces',
    about: 'A firm that grants an item to a dongle and replaces it, in any order; a device may get either.',
    size: 'usual',
    build: (answers) =>
      vendors(answers, {
        firms: [
          {
            firm,
            wishes: [
              { kind: 'add', item },
              { kind: 'replace', item, by: next },
            ],
          },
        ],
        items: [item, next],
        moves: 1,
        back: 0,
        cancels: false,
      }),
  },
  {
    name: 'firm that withdraws',
    about:
      'A firm that grants an item to a dongle and withdraws it, cancelling either at any time; a device may get it.',
    size: 'usual',
    build: (answers) =>
      vendors(answers, {
        firms: [
          {
            firm,
            wishes: [
              { kind: 'add', item },
              { kind: 'withdraw', item },
            ],
          },
        ],
        items: [item],
        moves: 1,
        back: 0,
        cancels: true,
      }),
  },
  {
    name: 'firm that changes its mind',
    about: 'A firm that grants, disables, enables, replaces and withdraws in any order, while the item moves on.',
    size: 'usual',
    most: 25_000,
    build: (answers) =>
      vendors(answers, {
        firms: [
          {
            firm,
            wishes: [
              { kind: 'add', item },
              { kind: 'disable', item },
              { kind: 'enable', item },
              { kind: 'replace', item, by: next },
              { kind: 'withdraw', item },
            ],
          },
        ],
        items: [item, next],
        moves: 1,
        back: 0,
        cancels: false,
      }),
  },
  {
    name: 'two firms',
    about: 'Two firms that each grant an item to a dongle and withdraw it; the dongle gives both to a device.',
    size: 'usual',
    most: 150_000,
    build: (answers) =>
      vendors(answers, {
        firms: [
          {
            firm,
            wishes: [
              { kind: 'add', item },
              { kind: 'withdraw', item },
            ],
          },
          {
            firm: other,
            wishes: [
              { kind: 'add', item: next },
              { kind: 'withdraw', item: next },
            ],
          },
        ],
        items: [item, next],
        moves: 1,
        back: 0,
        cancels: false,
      }),
  },
];
