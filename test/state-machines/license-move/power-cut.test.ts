import { describe, expect, it } from 'vitest';
import type { MoveResult, MoveState } from '../../../state-machines/index.ts';
import { FORBIDDEN_PRODUCT, heldItem, TERMS_FORBID } from '../fake-parties.ts';
import { items, MoveWorld, SNAPSHOT_ID } from '../move-world.ts';
import { PowerCut } from '../power-cut.ts';

interface Scene {
  readonly name: string;
  readonly holdings: ConstructorParameters<typeof MoveWorld>;
  readonly order: ReturnType<typeof items>;
  readonly state: MoveState;
  readonly seats: Record<number, number>;
  readonly reasons: readonly number[];
}

const SCENES: readonly Scene[] = [
  {
    name: 'where all is applied',
    holdings: [heldItem(1, 5), heldItem(2, 2), heldItem(3, 1, { productCode: 1002 })],
    order: items([1001, 7], [1002, 1]),
    state: 'moved',
    seats: { 1: 5, 2: 2, 3: 1 },
    reasons: [0, 0, 0],
  },
  {
    name: 'where a part is refused',
    holdings: [heldItem(1, 5), heldItem(2, 3, { productCode: FORBIDDEN_PRODUCT })],
    order: items([1001, 5], [FORBIDDEN_PRODUCT, 3]),
    state: 'movedInPart',
    seats: { 1: 5 },
    reasons: [TERMS_FORBID, 0],
  },
];

/** Whether nothing but the report was missing: the same order is then a new one, for which nothing is left. */
async function hasEnded(world: MoveWorld): Promise<boolean> {
  return (await world.snapshot()) === undefined && world.issuer.issued > 0;
}

function expectMovedOnce(world: MoveWorld, { state, seats, reasons }: Scene, result: MoveResult, ended: boolean): void {
  expect(world.target.seats()).toEqual(seats);
  expect(world.issuer.pending).toEqual([]);
  if (ended) {
    expect(result).toMatchObject({ state: 'refused', failure: { code: 'QUANTITY_NOT_HELD' } });
    return;
  }
  expect(result).toMatchObject({ state, failure: null });
  const byReason = [...result.entries].sort((one, other) => other.reason - one.reason);
  expect(byReason.map((entry) => [entry.state, entry.reason])).toEqual(
    reasons.map((reason) => [reason === 0 ? 'applied' : 'refused', reason]),
  );
}

/** A world in which the order was begun and the power was cut, again and again; undefined when a run ended before. */
async function worldAfter(
  scene: Scene,
  when: 'before' | 'after',
  cuts: readonly number[],
): Promise<MoveWorld | undefined> {
  const world = new MoveWorld(...scene.holdings);
  for (const at of cuts) if ((await world.runUntil(new PowerCut(at, when), scene.order)) !== 'cut') return undefined;
  return world;
}

async function expectFinished(world: MoveWorld, scene: Scene): Promise<void> {
  const ended = await hasEnded(world);
  expectMovedOnce(world, scene, await world.run(scene.order), ended);
  expect(await world.snapshot()).toBeUndefined();
}

describe.each(SCENES)('a move $name', (scene) => {
  it.each(['before', 'after'] as const)('is made once when the power is cut %s any step', async (when) => {
    let at = 1;
    for (; ; at++) {
      const world = await worldAfter(scene, when, [at]);
      if (world === undefined) break;
      await expectFinished(world, scene);
    }
    expect(at).toBeGreaterThan(20);
  });
});

describe.each(SCENES.slice(1))('a move $name', (scene) => {
  it('is made once, and every outcome is known, when the power is cut after any two steps', async () => {
    for (let first = 1; (await worldAfter(scene, 'after', [first])) !== undefined; first++) {
      for (let second = 1; ; second++) {
        const world = await worldAfter(scene, 'after', [first, second]);
        if (world === undefined) break;
        await expectFinished(world, scene);
      }
    }
  });
});

describe.each(SCENES)('a move $name, of which an unreadable snapshot was left by a power cut', (scene) => {
  it('is refused, and made once by the caller who starts over, whatever had happened before', async () => {
    let left = 0;
    for (let at = 1; ; at++) {
      const world = await worldAfter(scene, 'after', [at]);
      if (world === undefined) break;
      if ((await world.snapshot()) === undefined) continue;
      left += 1;
      await world.store.save(SNAPSHOT_ID, { machine: 'licenseMove', version: 999, snapshot: {} });
      const before = world.issuer.issued;
      await expect(world.run(scene.order)).rejects.toMatchObject({ code: 'SNAPSHOT_WRONG' });
      expect(world.issuer.issued).toBe(before);
      const result = await world.run(scene.order, { badSnapshot: 'startOver' });
      expect(world.told).toContainEqual(expect.objectContaining({ kind: 'startingOver' }));
      // What was settled in full is a new order, for which nothing is left here.
      const settled = before > 0 && world.issuer.settled === before && result.failure !== null;
      expect(result).toMatchObject(settled ? { failure: { code: 'QUANTITY_NOT_HELD' } } : { state: scene.state });
      expect(world.target.seats()).toEqual(scene.seats);
      expect(world.issuer.pending).toEqual([]);
      expect(await world.snapshot()).toBeUndefined();
    }
    expect(left).toBeGreaterThan(10);
  });
});

it('starting over with another order delivers what the forgotten one had in transit as well', async () => {
  const world = new MoveWorld(heldItem(1, 5), heldItem(2, 3, { productCode: 1002 }));
  for (let at = 1; world.issuer.pending.length === 0; at++)
    expect(await world.runUntil(new PowerCut(at, 'after'), items([1001, 5]))).toBe('cut');
  await world.store.save(SNAPSHOT_ID, { machine: 'licenseMove', version: 999, snapshot: {} });
  expect(await world.run(items([1002, 3]), { badSnapshot: 'startOver' })).toMatchObject({
    state: 'moved',
    earlier: null,
  });
  expect(world.target.seats()).toEqual({ 1: 5, 2: 3 });
  expect(world.issuer.pending).toEqual([]);
});
