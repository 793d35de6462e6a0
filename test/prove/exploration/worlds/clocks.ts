import type { Answers } from '../answers.ts';
import { FirmParty } from '../firm-party.ts';
import { type ToyItem, toyFirm } from '../toy-firm.ts';
import type { World, WorldPlan } from '../world.ts';
import { deliverBefore, device, seatsToCome } from './kit.ts';

/** Seconds since 2000-01-01: an hour, the next but one, and ten years later. */
const HOUR = 800_000_000;
const LATER = HOUR + 7200;
const FAR = HOUR + 315_360_000;
const item: ToyItem = { number: 1, seats: 1 };

/**
 * A device whose clock shows any of three times when its license is used, and a firm that certifies the time of two hours:
 * answers are kept and handed over at any time.
 */
function clocks(answers: Answers): World {
  const firm = toyFirm('firm', 7);
  const to = device(answers, 'device');
  to.prepare('context', { certificate: firm.certificate, firmCode: null });
  const expires = { ...item, expirationTime: FAR + 1 };
  const target = { name: to.name, certificate: to.certificate, wishes: [{ kind: 'add', item: expires }] } as const;
  const vendor = new FirmParty(firm, [target], { clock: [HOUR, LATER] });
  deliverBefore(vendor, `issues add ${item.number} to ${to.name}`, to);
  to.wish({ uses: { firmCode: firm.firmCode, productCode: item.number, times: [HOUR, LATER, FAR] }, commits: 5 });
  return { parties: [vendor, to], granted: seatsToCome(item), memory: 'kept' };
}

export const CLOCKS: readonly WorldPlan[] = [
  {
    name: 'answers to challenges',
    about:
      'A device whose clock shows any of three times, and a firm that certifies two, in files that are kept; at most 5 commits.',
    size: 'usual',
    most: 150_000,
    build: clocks,
  },
];
