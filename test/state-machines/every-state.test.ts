import { describe, expect, it } from 'vitest';
import {
  type AnyActorLogic,
  type AnyStateMachine,
  createActor,
  type EventObject,
  initialTransition,
  toPromise,
  transition,
} from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { Defect, FerryError } from '../../container/errors.ts';
import {
  applyTransactionMachine,
  contextTransactionMachine,
  licenseMoveMachine,
  listTransactionMachine,
} from '../../state-machines/index.ts';

const HASH = 'a'.repeat(64);
const UNREACHABLE = new FerryError('NO_CONTAINER', { where: 'sim:x' });
const REFUSED = new FerryError('CONTAINER_LOCKED', { here: '3-1' });
const REASON = { code: 'CONTAINER_LOCKED', details: {} };
const BROKEN_OFF = { code: 'NO_CONTAINER', details: {} };

const done = (actor: string, output: unknown = undefined): EventObject & { output: unknown } => ({
  type: `xstate.done.actor.${actor}`,
  output,
});
const failed = (actor: string, error: unknown): EventObject & { error: unknown } => ({
  type: `xstate.error.actor.${actor}`,
  error,
});
const bothWays = (actor: string): EventObject[] => [failed(actor, UNREACHABLE), failed(actor, REFUSED)];

const taken = (entries: object[], deferral: object | null = null) => ({
  applied: 2,
  entries,
  deferral,
  receipt: HASH,
});
const [first, second] = [
  { sequence: 1, reason: 0 },
  { sequence: 2, reason: 0 },
];
const refusals = [
  { sequence: 1, reason: 305 },
  { sequence: 2, reason: 305 },
];
const plan = { targetKey: HASH, first: 1, last: null, parts: [{ holding: 1, quantity: 1 }] };

const WORLDS: readonly (readonly [string, AnyStateMachine, unknown, EventObject[]])[] = [
  [
    'list-transaction',
    listTransactionMachine,
    undefined,
    [done('requestListing', HASH), ...bothWays('requestListing')],
  ],
  [
    'context-transaction',
    contextTransactionMachine,
    { certificate: HASH },
    [done('requestContext', HASH), ...bothWays('requestContext')],
  ],
  [
    'apply-transaction',
    applyTransactionMachine,
    { updates: [HASH, HASH] },
    [
      done('applyUpdate', taken([first])),
      done('applyUpdate', taken([], { sequence: 2, reason: 401, needed: 9 })),
      ...bothWays('applyUpdate'),
    ],
  ],
  [
    'license-move',
    licenseMoveMachine,
    { order: { kind: 'all' } },
    [
      done('plan', { plan, certificate: HASH }),
      done('checkpoint', { isResumed: false }),
      done('checkpoint', { isResumed: true }),
      done('renew', { issued: { first: 1, last: 2, updates: [HASH, HASH] }, settled: [] }),
      done('contextTransaction', { context: HASH, failure: null }),
      done('contextTransaction', { context: null, failure: REASON }),
      done('contextTransaction', { context: null, failure: BROKEN_OFF }),
      done('issue', { issued: { first: 1, last: 2, updates: [HASH] }, settled: [first] }),
      done('issue', { issued: { first: 1, last: 2, updates: [] }, settled: [first, second] }),
      done('applyTransaction', { ...taken([first, second]), failure: null }),
      done('applyTransaction', { ...taken(refusals), failure: null }),
      done('applyTransaction', { ...taken([first]), failure: REASON }),
      done('applyTransaction', { ...taken([]), receipt: null, failure: REASON }),
      done('applyTransaction', { ...taken([]), failure: BROKEN_OFF }),
      done('settle', { entries: [] }),
      ...['plan', 'checkpoint', 'issue', 'renew', 'settle'].flatMap(bothWays),
    ],
  ],
];

describe.each(WORLDS)('%s', (_, machine, input, events) => {
  const options = { input, events: () => events };

  it('reaches each of its states by a shortest path', () => {
    const reached = new Set(getShortestPaths(machine, options).map(({ state }) => String(state.value)));
    const resting = Object.values(machine.root.states).filter((state) => state.always === undefined);
    expect([...reached].sort()).toEqual(resting.map(({ key }) => key).sort());
  });

  it('stays JSON in every state that it reaches', () => {
    for (const { state } of getShortestPaths(machine, options))
      expect(JSON.parse(JSON.stringify(state.context))).toEqual(state.context);
  });

  it('has no transition that waits for a time, which a restart would forget', () => {
    for (const state of Object.values(machine.root.states)) expect(state.after).toEqual([]);
  });

  it('ends with a defect itself, and in none of its states, when an actor meets one', () => {
    const [start] = initialTransition(machine, input);
    const actor = Object.keys(start.children)[0] ?? '';
    const [next] = transition(machine, start, failed(actor, new Defect('broken')));
    expect(next).toMatchObject({ status: 'error', error: new Defect('broken') });
  });

  it('does nothing but fail as long as its actors are not supplied', async () => {
    const actor = createActor(machine, { input });
    actor.subscribe({ error: () => {} });
    const end = toPromise(actor);
    actor.start();
    await expect(end).rejects.toThrow(Defect);
  });

  it('says of each actor that is not supplied which one it is', async () => {
    for (const [name, logic] of Object.entries(machine.implementations.actors)) {
      if (typeof logic !== 'object' || 'root' in logic) continue;
      const actor = createActor(logic as AnyActorLogic, { input });
      actor.subscribe({ error: () => {} });
      const end = toPromise(actor);
      actor.start();
      await expect(end).rejects.toThrow(new Defect(`the actor ${name} was not provided`));
    }
  });
});
