import type { Answers } from '../answers.ts';
import { itemIn } from '../firm-entries.ts';
import { FirmParty } from '../firm-party.ts';
import type { FirmWish } from '../firm-wishes.ts';
import { acquaint, type ToyItem, toyFirm } from '../toy-firm.ts';
import type { World, WorldPlan } from '../world.ts';
import { device, dongle, seatsToCome } from './kit.ts';

interface Restored {
  readonly wishes: readonly FirmWish[];
  readonly items: readonly ToyItem[];
  readonly setBacks: number;
  readonly cancels?: boolean;
  /** Orders to a device, at most; where there are none, there is no device. */
  readonly moves: number;
  /** Whether the device may be written off. */
  readonly writesOff?: boolean;
}

const firm = toyFirm('firm', 7);
const item: ToyItem = { number: 1, seats: 1 };
const next: ToyItem = { number: 2, seats: 1 };

/**
 * A firm whose server is set back to a copy, at any time, with or without that its vendor knows: old files of what it has
 * forgotten lie there. Nobody but the firm itself may come to be accused.
 */
function restored(
  answers: Answers,
  { wishes, items, setBacks, cancels = false, moves, writesOff = false }: Restored,
): World {
  const to = dongle(answers, { keepsLedger: true });
  const far = device(answers, 'device');
  to.prepare('context', { certificate: firm.certificate, firmCode: null });
  const writeOff: FirmWish = { kind: 'writeOff', target: far.key, of: far.name, through: 1 };
  const target = { name: to.name, certificate: to.certificate, wishes: writesOff ? [...wishes, writeOff] : wishes };
  const vendor = new FirmParty(firm, [target], { setBacks, cancels });
  const branches = Array.from({ length: setBacks + 1 }, (_, branch) => branch);
  const granted = seatsToCome(...branches.flatMap((branch) => items.map((one) => itemIn(branch, one))));
  const world = { granted, memory: 'kept', suspects: new Set([firm.key, far.key]) } as const;
  if (moves === 0) return { ...world, parties: [vendor, to] };
  acquaint(to, far);
  to.wish({ orders: [{ to: far.key, most: moves, quantities: [1] }] });
  return { ...world, parties: [vendor, to, far] };
}

const add: FirmWish = { kind: 'add', item };

export const RESTORED: readonly WorldPlan[] = [
  {
    name: 'server restored, one grant',
    about:
      'A firm that grants an item to a dongle, cancelled at any time, whose server is set back to any earlier state.',
    size: 'usual',
    build: (answers) => restored(answers, { wishes: [add], items: [item], setBacks: 1, cancels: true, moves: 0 }),
  },
  {
    name: 'server restored',
    about:
      'A firm that grants an item to a dongle and withdraws it, whose server is set back once to any earlier state.',
    size: 'usual',
    most: 60_000,
    build: (answers) =>
      restored(answers, { wishes: [add, { kind: 'withdraw', item }], items: [item], setBacks: 1, moves: 0 }),
  },
  {
    name: 'server restored twice',
    about: 'A firm that grants two items to a dongle, cancelling either, whose server is set back twice to one copy.',
    size: 'usual',
    most: 60_000,
    build: (answers) =>
      restored(answers, {
        wishes: [add, { kind: 'add', item: next }],
        items: [item, next],
        setBacks: 2,
        cancels: true,
        moves: 0,
      }),
  },
  {
    name: 'server restored, moved on',
    about: 'A firm that grants an item to a dongle and replaces it, whose server is set back, while a device gets it.',
    size: 'usual',
    most: 40_000,
    build: (answers) =>
      restored(answers, {
        wishes: [add, { kind: 'replace', item, by: next }],
        items: [item, next],
        setBacks: 1,
        moves: 1,
      }),
  },
  {
    name: 'server restored, written off',
    about: 'A firm that grants an item to a dongle and writes off a device that got it, whose server is set back.',
    size: 'usual',
    most: 40_000,
    build: (answers) => restored(answers, { wishes: [add], items: [item], setBacks: 1, moves: 1, writesOff: true }),
  },
];
