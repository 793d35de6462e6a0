import type { Answers } from '../answers.ts';
import { FirmParty } from '../firm-party.ts';
import { acquaint, type ToyFirm, type ToyItem, toyFirm } from '../toy-firm.ts';
import type { World, WorldPlan } from '../world.ts';
import { deliverBefore, device, dongle, seatsToCome } from './kit.ts';

interface Locks {
  /** Firms with an item each in the dongle, which accept the state of a container whenever they are told that it was set back. */
  readonly firms: readonly ToyFirm[];
  readonly copies: number;
  readonly swaps: number;
  readonly way: 'clone' | 'backup';
  /** Orders to a device, at most; where there are none, there is no device. */
  readonly moves: number;
  /** Records that the dongle commits at most. */
  readonly commits: number;
}

/**
 * A dongle under an anchor whose memory is set back, and firms that accept what is there: no word of any of them fits
 * any other state, and what it lets be used is what that firm alone has accepted.
 */
function locks(answers: Answers, { firms, copies, swaps, way, moves, commits }: Locks): World {
  const of = dongle(answers, { anchored: true, exact: true });
  const far = device(answers, 'device', { exact: true });
  const items = firms.map((_, at): ToyItem => ({ number: at + 1, seats: 1 }));
  const vendors = firms.map((firm, at) => {
    const item = items[at] as ToyItem;
    of.prepare('context', { certificate: firm.certificate, firmCode: null });
    const target = { name: of.name, certificate: of.certificate, wishes: [{ kind: 'add', item }] } as const;
    const vendor = new FirmParty(firm, [target], { accepts: true });
    deliverBefore(vendor, `issues add ${item.number} to ${of.name}`, of);
    return vendor;
  });
  const world = { granted: seatsToCome(...items), memory: 'anchored' } as const;
  of.wish({ orders: [{ to: far.key, most: moves, quantities: [1] }], copies: { copies, swaps, way }, commits });
  if (moves === 0) return { ...world, parties: [...vendors, of] };
  acquaint(of, far);
  far.wish({ commits: 3 });
  return { ...world, parties: [...vendors, of, far] };
}

const firm = toyFirm('firm', 7);
const other = toyFirm('other firm', 8);

/**
 * An anchored dongle without licenses whose memory is set back, one firm that grants to it, and another one that has nothing
 * in it: while there are no licenses, either may accept its state.
 */
function empty(answers: Answers): World {
  const of = dongle(answers, { anchored: true, exact: true });
  const item: ToyItem = { number: 1, seats: 1 };
  const vendors = [firm, other].map((by) => {
    of.prepare('context', { certificate: by.certificate, firmCode: null });
    const wishes = by === firm ? ([{ kind: 'add', item }] as const) : [];
    return new FirmParty(by, [{ name: of.name, certificate: of.certificate, wishes }], { accepts: true });
  });
  of.wish({ copies: { copies: 2, swaps: 2, way: 'backup' }, commits: 6 });
  return { granted: seatsToCome(item), memory: 'anchored', parties: [...vendors, of] };
}

export const LOCKS: readonly WorldPlan[] = [
  {
    name: 'accepted by its firm',
    about: 'An anchored dongle that is set back three times to either of two copies; its firm accepts that; a device.',
    size: 'usual',
    most: 25_000,
    build: (answers) => locks(answers, { firms: [firm], copies: 2, swaps: 3, way: 'backup', moves: 1, commits: 5 }),
  },
  {
    name: 'accepted by two firms',
    about: 'An anchored dongle with items of two firms that is set back twice; either firm accepts that, or not.',
    size: 'usual',
    build: (answers) =>
      locks(answers, {
        firms: [firm, other],
        copies: 2,
        swaps: 2,
        way: 'backup',
        moves: 0,
        commits: 6,
      }),
  },
  {
    name: 'accepted while it is empty',
    about:
      'An anchored dongle without licenses that is set back twice; the firm that grants to it accepts that, or another.',
    size: 'usual',
    most: 20_000,
    build: empty,
  },
  {
    name: 'accepted clone',
    about: 'An anchored dongle and its clone, which take turns three times; their firm accepts either state.',
    size: 'usual',
    most: 40_000,
    build: (answers) => locks(answers, { firms: [firm], copies: 1, swaps: 3, way: 'clone', moves: 1, commits: 5 }),
  },
];
