import type { Answers } from '../answers.ts';
import { FirmParty } from '../firm-party.ts';
import { acquaint, grantBefore, type ToyItem, toyFirm } from '../toy-firm.ts';
import type { World, WorldPlan } from '../world.ts';
import { deliverBefore, device, dongle, moveBefore, seatsOf, seatsToCome } from './kit.ts';

const firm = toyFirm('firm', 7);
const item: ToyItem = { number: 1, seats: 1 };
const foreign: ToyItem = { number: 2, seats: 1 };

/**
 * A firm puts a device on its list and takes it off again, while the device gives a seat of its and one of another firm
 * back: only the first is refused, and only as long as the dongle has heard of it.
 */
function firmList(answers: Answers): World {
  const to = dongle(answers);
  const far = device(answers, 'device');
  to.prepare('context', { certificate: firm.certificate, firmCode: null });
  const target = { name: to.name, certificate: to.certificate, wishes: [{ kind: 'add', item }] } as const;
  const listed = { list: 'firm', key: far.key, name: far.name } as const;
  const vendor = new FirmParty(firm, [target], { lists: [listed, { ...listed, lifts: true }] });
  deliverBefore(vendor, `issues add ${item.number} to ${to.name}`, to);
  grantBefore(toyFirm('other firm', 8), far, [foreign]);
  acquaint(to, far);
  to.wish({ orders: [{ to: far.key, most: 1, quantities: [1] }] });
  far.wish({ orders: [{ to: to.key, most: 2, quantities: [1] }] });
  return { parties: [vendor, to, far], granted: new Map([...seatsToCome(item), ...seatsOf(foreign)]), memory: 'kept' };
}

/**
 * The root withdraws the certificate of a device, which the firm's files and the dongle's pass on. Nothing of it is taken
 * any more, so that what is in transit to it comes home by a write-off alone.
 */
function rootList(answers: Answers): World {
  const to = dongle(answers);
  const far = device(answers, 'device');
  to.prepare('context', { certificate: firm.certificate, firmCode: null });
  const wishes = [
    { kind: 'add', item },
    { kind: 'writeOff', target: far.key, of: far.name, through: 1 },
  ] as const;
  const target = { name: to.name, certificate: to.certificate, wishes };
  const vendor = new FirmParty(firm, [target], { lists: [{ list: 'root', key: far.key, name: far.name }] });
  deliverBefore(vendor, `issues add ${item.number} to ${to.name}`, to);
  acquaint(to, far);
  to.wish({ orders: [{ to: far.key, most: 1, quantities: [1] }] });
  return {
    parties: [vendor, to, far],
    granted: seatsToCome(item),
    memory: 'kept',
    suspects: new Set([far.key]),
    runsOut: 'the firm writes off once, and may do that before the move',
  };
}

/**
 * The root withdraws the key of a firm that has put a device on its list, or is about to, while the device gives back a seat
 * of it. The list counts as none from then on, and nothing that this key has signed is taken any more, whichever of
 * the two lists a container hears of first.
 */
function withdrawnFirm(answers: Answers): World {
  const to = dongle(answers);
  const far = device(answers, 'device');
  const other = toyFirm('other firm', 8);
  for (const { certificate } of [firm, other]) to.prepare('context', { certificate, firmCode: null });
  const target = { name: to.name, certificate: to.certificate };
  const lists = [{ list: 'firm', key: far.key, name: far.name }] as const;
  const withdrawn = new FirmParty(firm, [{ ...target, wishes: [{ kind: 'add', item }] }], { lists });
  const root = [{ list: 'root', key: firm.key, name: firm.name }] as const;
  const rest = new FirmParty(other, [{ ...target, wishes: [] }], { lists: root });
  deliverBefore(withdrawn, `issues add ${item.number} to ${to.name}`, to);
  acquaint(to, far);
  moveBefore(to, far);
  to.wish({ orders: [{ to: far.key, most: 2, quantities: [1] }] });
  far.wish({ orders: [{ to: to.key, most: 1, quantities: [1] }] });
  return { parties: [withdrawn, rest, to, far], granted: seatsToCome(item), memory: 'kept' };
}

export const LISTS: readonly WorldPlan[] = [
  {
    name: 'list of a firm',
    about: 'A firm lists a device and takes it off again; the device gives back a seat of its and one of another firm.',
    size: 'usual',
    most: 50_000,
    build: firmList,
  },
  {
    name: 'list of the root',
    about: 'The root withdraws the certificate of a device in the middle of a move; the firm may write it off.',
    size: 'usual',
    most: 50_000,
    build: rootList,
  },
  {
    name: 'list of a firm that is withdrawn',
    about:
      'A firm lists a device, and the root withdraws that firm; the device gives its seat back, and gets it again.',
    size: 'usual',
    most: 40_000,
    build: withdrawnFirm,
  },
];
