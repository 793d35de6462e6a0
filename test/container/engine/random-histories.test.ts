import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counter } from '../../../container/engine/state.ts';
import { FerryError } from '../../../container/errors.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { load, makeContainer, reopen, type TestContainer, TestFirm } from '../../world/parties.ts';
import { audit, differences } from './audit.ts';
import { apply, bound, contextFor, hashOf, settle } from './scene.ts';

/** What may happen: a name and numbers to choose with. */
type Step = readonly [what: (typeof STEPS)[number], number, number, number];

const STEPS = [
  'add',
  'order',
  'deliver',
  'late file',
  'late receipt',
  'cancel',
  'withdraw',
  'write',
  'reopen',
] as const;
const WEIGHTS = { order: 6, deliver: 4, 'late file': 3, 'late receipt': 3, cancel: 2 } as Partial<
  Record<Step[0], number>
>;

/** Refusals that an honest history may meet; none of them is an accusation. */
const HONEST = new Set([
  'NOT_HELD',
  'QUANTITY_NOT_HELD',
  'MAY_NOT_ISSUE',
  'NOT_PENDING',
  'TARGET_UNKNOWN',
  'UPDATE_GAP',
  'ITEM_DISABLED',
  'MOVES_WHOLE',
]);

/** Where memory is scarce, an honest history meets its end as well. */
const SCARCE = new Set([...HONEST, 'MEMORY_FULL']);

const TERMS = {
  type: 'quantity',
  targetKinds: [],
  targetKeys: [],
  mostPerTarget: null,
  returnable: true,
  depth: 4,
} as const;

class World {
  readonly firm = new TestFirm();
  readonly containers: readonly TestContainer[] = [
    makeContainer('dongle', 1, { size: 1024 * 1024 }),
    makeContainer('dongle', 2, { size: 1024 * 1024 }),
    makeContainer('soft', 3, { size: 2 * 1024 * 1024 }),
    makeContainer('soft', 4, { size: 2 * 1024 * 1024 }),
  ];
  readonly #updates: { readonly to: TestContainer; readonly bytes: Uint8Array }[] = [];
  readonly #contexts: { readonly by: TestContainer; readonly to: TestContainer; readonly bytes: Uint8Array }[] = [];
  readonly #granted = new Map<string, number>();
  readonly #capacities = new Map<TestContainer, number>();

  step([what, one, two, three]: Step): void {
    const from = this.#pick(this.containers, one);
    const to = this.#pick(
      this.containers.filter((it) => it !== from),
      two,
    );
    // A failed order may have asked its target for a context, which is a commit there.
    const watched = what === 'order' ? [from] : this.containers;
    const before = watched.map(hashOf);
    try {
      this.#do(what, from, to, three);
    } catch (error) {
      const honest = this.#capacities.size > 0 ? SCARCE : HONEST;
      if (!(error instanceof FerryError) || !honest.has(error.code)) throw error;
      expect(watched.map(hashOf)).toEqual(before);
    }
  }

  #do(what: Step[0], from: TestContainer, to: TestContainer, number: number): void {
    const { holdings, transit } = from.container.run('list', {});
    const holding = holdings[number % Math.max(1, holdings.length)];
    switch (what) {
      case 'add': {
        const [grant] = load(this.firm, from, { quantity: 1 + (number % 9), terms: TERMS });
        if (grant !== undefined) this.#granted.set(grant.itemId, grant.quantity);
        return;
      }
      case 'order': {
        const known = this.#contexts.filter((context) => context.by === to && context.to === from);
        const context = number % 3 === 0 ? this.#pick(known, number)?.bytes : undefined;
        const first = (from.container.state.partners.get(to.key)?.outbound.issued ?? 0) + 1;
        if (holding === undefined) return;
        const quantity = 1 + (number % Math.max(1, holding.quantity));
        const parts = [{ holding: holding.id, quantity }];
        const request = { context: context ?? this.#context(to, from), first, parts };
        for (const bytes of from.container.run('issue', issueRequest(request)).updates)
          this.#updates.push({ to, bytes });
        return;
      }
      case 'deliver':
        this.#deliver(from, to);
        return;
      case 'late file': {
        const file = this.#pick(this.#updates, number);
        if (file !== undefined) apply(file.to, file.bytes);
        return;
      }
      case 'late receipt': {
        const receipt = this.#pick(this.#contexts, number);
        if (receipt !== undefined) settle(receipt.to, receipt.bytes);
        return;
      }
      case 'cancel': {
        const entry = transit[number % Math.max(1, transit.length)];
        if (entry !== undefined) from.container.run('cancel', { target: entry.target, sequences: [entry.sequence] });
        return;
      }
      case 'withdraw': {
        if (holding === undefined) return;
        const quantity = holdings.reduce((sum, it) => sum + (it.itemId === holding.itemId ? it.quantity : 0), 0);
        if (quantity === 0) return;
        this.firm.issue(from, { kind: 'withdraw', itemId: holding.itemId, quantity });
        const report = apply(from, this.firm.update(from));
        if (report.entries.at(-1)?.reason === 0)
          this.#granted.set(holding.itemId, (this.#granted.get(holding.itemId) ?? 0) - quantity);
        return;
      }
      case 'write': {
        if (holding === undefined) return;
        const userData = new Uint8Array(number % 200).fill(1);
        from.container.run('write-data', { holding: holding.id, userData, customerInfo: null });
        return;
      }
      case 'reopen': {
        const { state } = from.container;
        reopen(from);
        this.#bind(from);
        expect(from.container.locked).toBe(false);
        expect(differences(state, from.container.state)).toEqual([]);
      }
    }
  }

  #deliver(from: TestContainer, to: TestContainer): void {
    for (const bytes of from.container.run('transit', { target: to.key }).updates) {
      this.#updates.push({ to, bytes });
      const { receipt } = apply(to, bytes);
      this.#contexts.push({ by: to, to: from, bytes: receipt });
      settle(from, receipt);
    }
  }

  /** From now on nothing is granted, and every container has only so many bytes more than it uses. */
  makeScarce(bytes: number): void {
    for (const it of this.containers) {
      this.#capacities.set(it, counter(it.container.state, 'usedBytes') + bytes);
      this.#bind(it);
    }
  }

  #bind(it: TestContainer): void {
    const capacity = this.#capacities.get(it);
    if (capacity !== undefined) bound(it, { capacity });
  }

  /** What a container uses beyond its capacity. */
  get overdrawn(): number[] {
    return this.containers
      .map(({ container: { state } }) => counter(state, 'usedBytes') - state.limits.capacity)
      .filter((bytes) => bytes > 0);
  }

  cancelEverything(): void {
    for (const { container } of this.containers)
      for (const { target, sequence } of container.run('list', {}).transit)
        container.run('cancel', { target, sequences: [sequence] });
  }

  deliverEverything(): void {
    for (const from of this.containers)
      for (const to of this.containers) if (from.container.state.partners.has(to.key)) this.#deliver(from, to);
  }

  /** The same, only where something is in transit: a container without memory for a stranger has none for its files. */
  deliverPending(): void {
    for (const from of this.containers)
      for (const to of this.containers) {
        const { issued = 0, settled = 0 } = from.container.state.partners.get(to.key)?.outbound ?? {};
        if (issued > settled) this.#deliver(from, to);
      }
  }

  #context(by: TestContainer, to: TestContainer): Uint8Array {
    const bytes = contextFor(by, to);
    this.#contexts.push({ by, to, bytes });
    return bytes;
  }

  #pick<T>(list: readonly T[], number: number): T {
    return list[number % Math.max(1, list.length)] as T;
  }

  /** Per grant: what is held, and what is in transit and not yet applied, each part once. */
  #found(): Map<string, number> {
    const found = new Map<string, number>();
    const count = (itemId: string, quantity: number) => found.set(itemId, (found.get(itemId) ?? 0) + quantity);
    for (const { container, key } of this.containers) {
      for (const { itemId, quantity } of container.state.holdings.values()) count(itemId, quantity);
      for (const entry of container.state.pending.values()) {
        const target = this.containers.find((it) => it.key === entry.target);
        const inbound = target?.container.state.partners.get(key)?.inbound;
        const taken = inbound !== undefined && entry.sequence <= inbound.applied;
        if (taken && !inbound.refused.some(({ sequence }) => sequence === entry.sequence)) continue;
        for (const part of entry.parts)
          count(container.state.holdings.get(part.holding)?.itemId ?? 'lost', part.quantity);
      }
    }
    return found;
  }

  check(): void {
    const found = this.#found();
    for (const [itemId, quantity] of this.#granted) expect(found.get(itemId) ?? 0).toBe(quantity);
    expect([...found.keys()].filter((itemId) => !this.#granted.has(itemId))).toEqual([]);
  }

  get pending(): number {
    return this.containers.reduce((sum, it) => sum + it.container.state.pending.size, 0);
  }

  get evidence(): number {
    return this.containers.reduce((sum, it) => sum + it.container.state.evidence.size, 0);
  }
}

const anyStep: fc.Arbitrary<Step> = fc.tuple(
  fc.oneof(...STEPS.map((step) => ({ weight: WEIGHTS[step] ?? 1, arbitrary: fc.constant(step) }))),
  fc.nat(99),
  fc.nat(99),
  fc.nat(9999),
);

describe('any history of honest containers', () => {
  it('keeps every license exactly once, accuses nobody, keeps its books, and ends with nothing in transit', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 10, maxLength: 40, size: 'max' }), (steps) => {
        const world = new World();
        for (const start of [0, 1]) world.step(['add', start, 0, 8]);
        for (const step of steps) {
          world.step(step);
          world.check();
        }
        for (const it of world.containers) expect(audit(it.container.state)).toEqual([]);
        world.deliverEverything();
        world.check();
        expect([world.pending, world.evidence]).toEqual([0, 0]);
        for (const it of world.containers) expect(audit(it.container.state)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it('never needs more memory than there is, and whatever is full can be freed by cancelling', () => {
    const steps = fc.array(
      anyStep.filter(([what]) => what !== 'add' && what !== 'withdraw'),
      { minLength: 20, maxLength: 60, size: 'max' },
    );
    fc.assert(
      fc.property(steps, fc.nat(6000), (history, bytes) => {
        const world = new World();
        for (const start of [0, 0, 1, 1, 2]) world.step(['add', start, 0, 8]);
        world.makeScarce(bytes);
        for (const step of history) {
          world.step(step);
          world.check();
          expect(world.overdrawn).toEqual([]);
        }
        world.cancelEverything();
        for (let round = 0; world.pending > 0 && round < 20; round++) world.deliverPending();
        world.check();
        expect([world.pending, world.evidence, world.overdrawn]).toEqual([0, 0, []]);
        for (const it of world.containers) expect(audit(it.container.state)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
