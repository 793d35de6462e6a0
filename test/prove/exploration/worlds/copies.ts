import { issueRequest } from '../../../world/issue-request.ts';
import type { Answers } from '../answers.ts';
import { acquaint, grantBefore, type ToyItem, toyFirm } from '../toy-firm.ts';
import type { World, WorldPlan } from '../world.ts';
import { device, dongle, seatsOf } from './kit.ts';

interface Copies {
  /** Whose memory is copied. */
  readonly of: 'dongle' | 'device';
  /** How often memory and copy change places: once is a memory set back, more is a clone. */
  readonly swaps: number;
  readonly anchored: boolean;
  readonly devices: readonly string[];
  readonly back: number;
  /** Records that each party commits at most. */
  readonly commits: number;
}

const item: ToyItem = { number: 1, seats: 1 };

/**
 * A dongle with one seat, and devices that it gives it to and gets it back from; a memory is copied and changes places with
 * its copy. Every commit counts here: which generation is the newer one decides what is found out.
 */
function copies(answers: Answers, plan: Copies): World {
  const { commits } = plan;
  const from = dongle(answers, { exact: true, anchored: plan.anchored && plan.of === 'dongle' });
  grantBefore(toyFirm('firm', 7), from, [item]);
  const devices = plan.devices.map((name, at) =>
    device(answers, name, { exact: true, anchored: plan.anchored && plan.of === 'device' && at === 0 }),
  );
  for (const to of devices) acquaint(from, to);
  const copied = { copies: { copies: 1, swaps: plan.swaps, way: 'clone' } } as const;
  const order = { most: 1, quantities: [1] };
  from.wish({
    orders: devices.map((to) => ({ to: to.key, ...order })),
    commits,
    ...(plan.of === 'dongle' ? copied : {}),
  });
  for (const [at, to] of devices.entries())
    to.wish({
      orders: [{ to: from.key, ...order, most: plan.back }],
      commits,
      ...(plan.of === 'device' && at === 0 ? copied : {}),
    });
  return { parties: [from, ...devices], granted: seatsOf(item), memory: plan.anchored ? 'anchored' : 'copied' };
}

/**
 * A device that refuses a seat that is on its way to it, or takes it, hears that this is settled, and meets a firm: by then it
 * has told its giver of more than it comes to again once its memory is set back.
 */
function refusals(answers: Answers, commits: number): World {
  const firm = toyFirm('firm', 7);
  const [from, to] = [dongle(answers, { exact: true }), device(answers, 'device', { exact: true })];
  grantBefore(firm, from, [item]);
  acquaint(from, to);
  const { context } = to.prepare('context', { certificate: from.certificate, firmCode: null });
  from.prepare('issue', issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 1 }] }));
  from.wish({ commits });
  to.wish({ refuses: true, meets: [firm.certificate], commits, copies: { copies: 1, swaps: 1, way: 'clone' } });
  return { parties: [from, to], granted: seatsOf(item), memory: 'copied' };
}

export const COPIES: readonly WorldPlan[] = [
  {
    name: 'dongle set back',
    about: 'A dongle whose memory is copied and set back once, without an anchor; a device; at most 4 commits each.',
    size: 'usual',
    most: 20_000,
    build: (answers) =>
      copies(answers, { of: 'dongle', swaps: 1, anchored: false, devices: ['device'], back: 1, commits: 4 }),
  },
  {
    name: 'dongle cloned',
    about:
      'A dongle and its clone, which take turns three times, without an anchor; two devices; at most 4 commits each.',
    size: 'usual',
    most: 20_000,
    build: (answers) =>
      copies(answers, { of: 'dongle', swaps: 3, anchored: false, devices: ['one', 'two'], back: 0, commits: 4 }),
  },
  {
    name: 'device set back',
    about: 'A device whose memory is copied and set back once, without an anchor; at most 5 commits each.',
    size: 'usual',
    most: 20_000,
    build: (answers) =>
      copies(answers, { of: 'device', swaps: 1, anchored: false, devices: ['device'], back: 1, commits: 5 }),
  },
  {
    name: 'device set back that refused',
    about:
      'A device that refuses or takes a seat, copied and set back once, without an anchor; at most 4 commits each.',
    size: 'usual',
    most: 20_000,
    build: (answers) => refusals(answers, 4),
  },
  {
    name: 'anchored dongle set back',
    about: 'A dongle whose memory is copied and set back twice under its anchor; two devices; at most 4 commits each.',
    size: 'usual',
    most: 20_000,
    build: (answers) =>
      copies(answers, { of: 'dongle', swaps: 2, anchored: true, devices: ['one', 'two'], back: 1, commits: 4 }),
  },
  {
    name: 'anchored device set back',
    about: 'A device whose memory is copied and set back twice under its anchor; at most 5 commits each.',
    size: 'usual',
    most: 20_000,
    build: (answers) =>
      copies(answers, { of: 'device', swaps: 2, anchored: true, devices: ['device'], back: 1, commits: 5 }),
  },
  {
    name: 'anchored device set back, briefly',
    about: 'A device whose memory is copied and set back twice under its anchor; at most 3 commits each.',
    size: 'usual',
    build: (answers) =>
      copies(answers, { of: 'device', swaps: 2, anchored: true, devices: ['device'], back: 1, commits: 3 }),
  },
];
