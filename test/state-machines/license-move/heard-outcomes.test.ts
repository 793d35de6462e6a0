import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import type { MoveIssuer } from '../../../state-machines/index.ts';
import { FORBIDDEN_PRODUCT, heldItem, TERMS_FORBID } from '../fake-parties.ts';
import { failing, items, MoveWorld, SNAPSHOT_ID } from '../move-world.ts';

type IssuedPlan = Parameters<MoveIssuer['issue']>[0];

const unreachable = new FerryError('NO_CONTAINER', { where: 'sim:device' });
const PRODUCTS = [1, FORBIDDEN_PRODUCT, 2, 3, 4];

/** Five orders of a seat each that were issued one after another, and of which nothing is known here any more. */
async function fiveInTransit(): Promise<MoveWorld> {
  const world = new MoveWorld(...PRODUCTS.map((productCode, at) => heldItem(at + 1, 5, { productCode })));
  for (const productCode of PRODUCTS) {
    await world.run(items([productCode, 1]), { target: failing(world.target, 'apply', unreachable) });
    await world.store.delete(SNAPSHOT_ID);
  }
  return world;
}

/** The issuer, and how often it was asked to issue. */
function observed({ issuer }: MoveWorld) {
  const issued: number[] = [];
  const port: MoveIssuer = {
    list: () => issuer.list(),
    certificate: () => issuer.certificate(),
    issue: (input) => {
      issued.push(input.plan.first);
      return issuer.issue(input);
    },
    settle: (receipt) => issuer.settle(receipt),
  };
  return { port, issued };
}

describe('what else was in transit', () => {
  it('is told apart from the order: what came before it and what came after it, each with its outcome', async () => {
    const world = await fiveInTransit();
    expect(await world.run(items([2, 1]))).toMatchObject({
      plan: { first: 3, last: 3 },
      entries: [{ sequence: 3, state: 'applied', reason: 0 }],
      along: [
        { sequence: 1, reason: 0 },
        { sequence: 2, reason: TERMS_FORBID },
        { sequence: 4, reason: 0 },
        { sequence: 5, reason: 0 },
      ],
    });
  });

  it('is no part of a delivery, also where the issuer says that it gave all of it', async () => {
    const world = await fiveInTransit();
    const issuer = Object.assign(observed(world).port, {
      issue: async (input: IssuedPlan) => ({ ...(await world.issuer.issue(input)), first: 1, last: 5 }),
    });
    const result = await world.run(items([2, 1]), { issuer });
    expect(result.entries).toEqual([{ sequence: 3, state: 'applied', reason: 0 }]);
  });

  it('is nothing where the order is all of it, and where it was refused before it was issued', async () => {
    const alone = new MoveWorld(heldItem(1, 5), heldItem(2, 5));
    expect((await alone.run({ kind: 'all' })).along).toEqual([]);
    expect((await alone.run(items([4711, 1]))).along).toEqual([]);
  });
});

describe('an issuer', () => {
  it('is not asked again for outcomes that the receipt told', async () => {
    const world = new MoveWorld(heldItem(1, 5), heldItem(2, 4));
    world.target.room = 1;
    const { port, issued } = observed(world);
    expect((await world.run({ kind: 'all' }, { issuer: port })).state).toBe('movedInPart');
    expect(issued).toEqual([1]);
  });

  it('is not asked to give again what it gave, where only what another target gets was cancelled', async () => {
    const world = new MoveWorld(heldItem(1, 5));
    await world.run({ kind: 'all' }, { target: failing(world.target, 'apply', unreachable) });
    const { port, issued } = observed(world);
    const list = async () => {
      const listing = await world.issuer.list();
      const elsewhere = { target: 'cc'.repeat(32) as PublicKey, cancelled: true };
      return { ...listing, transit: listing.transit.flatMap((entry) => [entry, { ...entry, ...elsewhere }]) };
    };
    expect((await world.run({ kind: 'all' }, { issuer: { ...port, list } })).state).toBe('moved');
    expect(issued).toEqual([]);
  });

  it('is not asked again where the target forgot to tell and the receipt told all the same', async () => {
    const world = new MoveWorld(heldItem(1, 5));
    const unheard = async (update: Uint8Array) => {
      await world.target.apply(update);
      throw unreachable;
    };
    await world.run({ kind: 'all' }, { target: Object.assign(Object.create(world.target), { apply: unheard }) });
    const { port, issued } = observed(world);
    expect((await world.run({ kind: 'all' }, { issuer: port })).state).toBe('moved');
    expect(issued).toEqual([]);
  });
});

describe('an issuer that gives no file when nothing is in transit', () => {
  /** Two entries of which the issuer was cut off before it answered, or the target before it applied them. */
  async function cutOff(step: 'issue' | 'apply') {
    const world = new MoveWorld(heldItem(1, 5), heldItem(2, 4));
    const issue = async (input: IssuedPlan) => {
      const answer = await world.issuer.issue(input);
      return { ...answer, updates: world.issuer.pending.length === 0 ? [] : answer.updates };
    };
    const issuer: MoveIssuer = { ...observed(world).port, issue };
    const unheard = async (input: IssuedPlan) => {
      await issue(input);
      throw unreachable;
    };
    const over =
      step === 'issue'
        ? { issuer: { ...issuer, issue: unheard } }
        : { target: failing(world.target, 'apply', unreachable) };
    expect(await world.run({ kind: 'all' }, { issuer, ...over })).toMatchObject({ state: 'interrupted' });
    const deliver = async () => {
      for (const update of world.issuer.deliver()) await world.target.apply(update);
    };
    return { world, issuer, deliver };
  }

  it('has the order moved when the target has got it and its context says so', async () => {
    const { world, issuer, deliver } = await cutOff('issue');
    await deliver();
    world.told.length = 0;
    const bothApplied = [1, 2].map((sequence) => ({ sequence, state: 'applied', reason: 0 }));
    expect(await world.run({ kind: 'all' }, { issuer })).toMatchObject({ state: 'moved', entries: bothApplied });
    expect(world.states()).toEqual(['planned', 'contexting', 'issuing', 'moved']);
  });

  it('has the target given once more what was kept, when it was settled while that was compared', async () => {
    const { world, issuer, deliver } = await cutOff('apply');
    world.issuer.cancelled.add(2);
    const issue = async (input: IssuedPlan) => {
      await deliver();
      await world.issuer.settle(await world.target.context(new Uint8Array()));
      return issuer.issue(input);
    };
    expect(await world.run({ kind: 'all' }, { issuer: { ...issuer, issue } })).toMatchObject({ state: 'moved' });
    expect(world.target.seats()).toEqual({ 1: 5, 2: 4 });
  });
});

it('a move that is cut off when it is to be applied, and again when it is to be settled, goes on from there', async () => {
  const world = new MoveWorld(heldItem(1, 5));
  await world.run({ kind: 'all' }, { target: failing(world.target, 'apply', unreachable) });
  const again = await world.run({ kind: 'all' }, { issuer: failing(world.issuer, 'settle', unreachable) });
  expect(again).toMatchObject({ state: 'interrupted', resumed: true });
  expect(await world.run({ kind: 'all' })).toMatchObject({ state: 'moved', resumed: true, along: [] });
});
