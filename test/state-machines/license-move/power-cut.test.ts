import { describe, expect, it } from 'vitest';
import type { MoveResult, MoveState } from '../../../state-machines/index.ts';
import { FORBIDDEN_PRODUCT, heldItem, TERMS_FORBID } from '../fake-parties.ts';
import { items, MoveWorld } from '../move-world.ts';
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
