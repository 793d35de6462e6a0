import { describe, expect, it } from 'vitest';
import { CATALOGUE, FerryError } from '../../../container/errors.ts';
import type { MoveIssuer } from '../../../state-machines/index.ts';
import { FORBIDDEN_PRODUCT, heldItem, TERMS_FORBID } from '../fake-parties.ts';
import { failing, items, MoveWorld, portOf, SNAPSHOT_ID } from '../move-world.ts';

const ALL = { kind: 'all' } as const;
const CANCELLED = CATALOGUE.CANCELLED.number;
const unreachable = new FerryError('NO_CONTAINER', { where: 'sim:device' });

/** A move of two entries whose answer was not heard when they were issued, and that the target then refused, settled by hand. */
async function refusedByHand(...reasons: readonly number[]) {
  const world = new MoveWorld(heldItem(1, 5), heldItem(2, 4));
  const issue: MoveIssuer['issue'] = async (input) => {
    await world.issuer.issue(input);
    throw unreachable;
  };
  await world.run(ALL, { issuer: { ...portOf(world.issuer), issue } });
  world.target.applied = reasons.length;
  world.target.refused.push(...reasons.map((reason, at): [number, number] => [at + 1, reason]));
  await world.issuer.settle(await world.target.context(new Uint8Array()));
  world.told.length = 0;
  return world;
}

describe('an order that was refused and settled while it lay interrupted', () => {
  it('is made afresh where all of it was cancelled', async () => {
    const world = await refusedByHand(CANCELLED, CANCELLED);
    expect(await world.run(ALL)).toMatchObject({ state: 'moved', plan: { first: 3 }, earlier: { state: 'refused' } });
  });

  it.each<[string, ...number[]]>([
    ['all of it was refused for another reason', TERMS_FORBID, TERMS_FORBID],
    ['a part of it was refused for another reason', CANCELLED, TERMS_FORBID],
  ])('is over where %s', async (_, ...reasons) => {
    const world = await refusedByHand(...reasons);
    expect(await world.run(ALL)).toMatchObject({ state: 'refused', resumed: true, earlier: null });
    expect(world.issuer.issued).toBe(2);
  });

  it('is interrupted, and not made afresh, when it is cut off once more', async () => {
    const world = await refusedByHand(CANCELLED, CANCELLED);
    const cutOff = await world.run(ALL, { target: failing(world.target, 'apply', unreachable) });
    expect(cutOff).toMatchObject({ state: 'interrupted', resumed: true, earlier: null });
    expect(world.issuer.issued).toBe(2);
  });
});

it('an order that takes the place of one that had issued nothing is delivered where it is in transit already', async () => {
  const world = new MoveWorld(heldItem(1, 5), heldItem(2, 3, { productCode: 1002 }));
  await world.run(items([1002, 3]), { target: failing(world.target, 'apply', unreachable) });
  await world.store.delete(SNAPSHOT_ID);
  await world.run(items([1001, 5]), { target: failing(world.target, 'context', unreachable) });
  expect(await world.run(items([1002, 3]))).toMatchObject({ state: 'moved', plan: { first: 1, last: 1, parts: [] } });
  expect(world.told).toContainEqual({ kind: 'replacing', order: items([1001, 5]) });
  expect(world.target.seats()).toEqual({ 2: 3 });
});

it('an order of which the target refuses a part and takes the rest has moved in part', async () => {
  const world = new MoveWorld(heldItem(1, 5, { productCode: FORBIDDEN_PRODUCT }), heldItem(2, 4));
  expect(await world.run(ALL)).toMatchObject({
    state: 'movedInPart',
    failure: null,
    entries: [{ state: 'refused', reason: TERMS_FORBID }, { state: 'applied' }],
  });
});
