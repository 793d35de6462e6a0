import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import type { MoveIssuer } from '../../../state-machines/index.ts';
import { FORBIDDEN_PRODUCT, heldItem, TERMS_FORBID } from '../fake-parties.ts';
import { failing, items, MoveWorld, SNAPSHOT_ID } from '../move-world.ts';

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
