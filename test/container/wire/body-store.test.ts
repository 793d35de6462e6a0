import { describe, expect, it } from 'vitest';
import type { Hash } from '../../../container/model/ids.ts';
import type { BodyName } from '../../../container/wire/body-store.ts';
import { bodyStoreOf } from './body-store-of.ts';

const body = (hash: string, size: number): BodyName => ({ hash: hash as Hash, size });
const [A, B, C] = [body('a', 10), body('b', 60), body('c', 101)];
/** Conversations. */
const [ONE, OTHER] = [{}, {}];

describe('bodies on their way', () => {
  const make = (capacity = 100) => {
    const clock = { now: 0 };
    return { clock, store: bodyStoreOf(() => clock.now, capacity) };
  };

  it('are 128 at a time: one that is only announced makes room for another, and before it one that nobody brings', () => {
    const { store } = make(1000);
    const named = (at: number): BodyName => body(`n${at}`, 10);
    const holders = Array.from({ length: 130 }, () => ({}));
    const begin = (at: number) => store.begin(named(at), holders[at] ?? {});
    for (let at = 0; at < 128; at++) begin(at);
    for (let at = 1; at < 128; at++) expect(store.append(named(at), 0, new Uint8Array(1))).toBe(true);
    expect(begin(128)).toBe(0);
    expect(store.append(named(0), 0, new Uint8Array(1))).toBe(false);
    expect(store.append(named(128), 0, new Uint8Array(1))).toBe(true);
    expect(begin(129)).toBeUndefined();
    store.leave(named(2), holders[2] ?? {});
    expect([begin(129), begin(3), store.append(named(2), 0, new Uint8Array(1))]).toEqual([0, 1, false]);
  });

  it('that are under way already need no room among 128 others', () => {
    const { store } = make(1000);
    const named = (at: number): BodyName => body(`n${at}`, 10);
    for (let at = 0; at < 128; at++) {
      expect(store.begin(named(at), {})).toBe(0);
      expect(store.append(named(at), 0, new Uint8Array(2))).toBe(true);
    }
    expect([store.begin(named(128), {}), store.begin(named(5), {})]).toEqual([undefined, 2]);
  });

  it('that are not here are left and dropped without a word', () => {
    const { store } = make();
    store.leave(A, ONE);
    store.drop(A, ONE);
    expect([store.size, store.begin(A, ONE)]).toEqual([0, 0]);
  });

  it('are not here any more once they made room, even when they were whole', () => {
    const { store } = make();
    expect(store.keep(B.hash, new Uint8Array(B.size), ONE)).toBe(true);
    store.leave(B, ONE);
    expect(store.keep(body('large', 60).hash, new Uint8Array(60), OTHER)).toBe(true);
    expect([store.get(B), store.share(B, ONE), store.size]).toEqual([undefined, false, 60]);
  });

  it('that several fetch stay until the last of them is done', () => {
    const { store } = make();
    const users = Array.from({ length: 3 }, () => ({}));
    for (const user of users) expect(store.keep(B.hash, new Uint8Array(B.size), user)).toBe(true);
    expect(store.share(B, ONE)).toBe(true);
    for (const user of users) store.drop(B, user);
    expect([store.size, store.get(B)?.length]).toEqual([B.size, B.size]);
    store.drop(B, ONE);
    expect([store.size, store.share(B, ONE)]).toEqual([0, false]);
  });

  it('go on where they were, and are whole at their end only', () => {
    const { store } = make();
    expect(store.begin(A, ONE)).toBe(0);
    expect(store.append(A, 0, new Uint8Array(6))).toBe(true);
    store.leave(A, ONE);
    expect(store.begin(A, OTHER)).toBe(6);
    expect(store.get(A)).toBeUndefined();
    expect(store.append(A, 4, new Uint8Array(6))).toBe(true);
    expect(store.get(A)).toHaveLength(10);
  });

  it('take no piece that leaves a gap, is too long, or belongs to none', () => {
    const { store } = make();
    store.begin(A, ONE);
    expect(store.append(A, 1, new Uint8Array(1))).toBe(false);
    expect(store.append(A, 0, new Uint8Array(11))).toBe(false);
    expect(store.append(B, 0, new Uint8Array(1))).toBe(false);
  });

  it('never take more room than there is, and are not in it once they made room', () => {
    const { store } = make();
    store.begin(B, ONE);
    expect(store.append(B, 0, new Uint8Array(50))).toBe(true);
    const large = body('large', 60);
    store.begin(large, OTHER);
    expect(store.append(large, 0, new Uint8Array(51))).toBe(false);
    store.leave(B, ONE);
    expect(store.append(large, 0, new Uint8Array(60))).toBe(true);
    expect([store.size, store.append(B, 50, new Uint8Array(1)), store.get(B)]).toEqual([60, false, undefined]);
    expect(store.keep(C.hash, new Uint8Array(101), ONE)).toBe(false);
  });

  it('take the memory that they are kept in, not only that of the bytes that are there', () => {
    const { store } = make();
    store.begin(B, ONE);
    store.append(B, 0, new Uint8Array(20));
    store.append(B, 20, new Uint8Array(1));
    expect(store.size).toBe(40);
    store.append(B, 21, new Uint8Array(39));
    expect(store.size).toBe(60);
  });

  it('take no room by being announced', () => {
    const { store } = make();
    for (let number = 0; number < 1000; number++) expect(store.begin(body(`n${number}`, 4_000_000), {})).toBe(0);
    expect(store.size).toBe(0);
  });

  it('are held by those who bring them, not by those who brought another one of that name', () => {
    const { store } = make();
    store.begin(B, ONE);
    store.append(B, 0, new Uint8Array(60));
    store.drop(B, ONE);
    store.begin(B, OTHER);
    store.append(B, 0, new Uint8Array(60));
    store.leave(B, ONE);
    store.begin(C, ONE);
    expect(store.append(C, 0, new Uint8Array(50))).toBe(false);
  });

  it('are not those of another size with the same hash', () => {
    const { store } = make();
    store.begin(A, ONE);
    store.append(A, 0, new Uint8Array(6));
    expect(store.begin({ ...A, size: 11 }, ONE)).toBe(0);
    expect(store.begin(A, ONE)).toBe(6);
  });

  it('are dropped when nobody asks for ten minutes', () => {
    const { store, clock } = make();
    store.keep(A.hash, new Uint8Array(10), ONE);
    clock.now = 600;
    expect(store.get(A)).toHaveLength(10);
    clock.now = 1201;
    expect(store.get(A)).toBeUndefined();
  });
});
