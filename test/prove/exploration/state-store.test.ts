import { describe, expect, it } from 'vitest';
import { StateStore } from './state-store.ts';

/** Tuples of small numbers, so that many meet in one slot and many come twice. */
function tuples(count: number): Uint32Array[] {
  return Array.from({ length: count }, (_, at) => Uint32Array.of((at * 7919) % 251, at % 16, (at * at) % 13));
}

describe('the store of states', () => {
  it('takes every tuple once, however large it grows, and numbers them as they come', () => {
    const store = new StateStore(3);
    const known = new Map<string, number>();
    for (const tuple of tuples(20_000)) {
      const name = tuple.join();
      expect(store.add(tuple, 0)).toBe(!known.has(name));
      if (!known.has(name)) known.set(name, known.size);
    }
    expect(store.size).toBe(known.size);
    const into = new Uint32Array(3);
    for (const [name, state] of known) {
      store.read(state, into);
      expect(into.join()).toBe(name);
      expect(store.find(into)).toBe(state);
    }
  });

  it('remembers where a state came from first', () => {
    const store = new StateStore(1);
    for (const [number, parent] of [
      [5, 0],
      [6, 0],
      [7, 1],
      [7, 0],
    ] as const)
      store.add(Uint32Array.of(number), parent);
    expect(store.parentOf(2)).toBe(1);
  });

  it('says when a state is not there', () => {
    expect(() => new StateStore(1).find(Uint32Array.of(1))).toThrow(RangeError);
  });
});
