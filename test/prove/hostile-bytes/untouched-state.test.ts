import { beforeEach, describe, expect, it } from 'vitest';
import type { ContainerState } from '../../../container/engine/state.ts';
import { Broken } from './fuzz/fuzz-target.ts';
import { makeToyWorld, stateOf } from './fuzz/toy-world.ts';
import { LOOKS_PER_READING, UntouchedState } from './fuzz/untouched-state.ts';

describe('a state that decisions must not touch', () => {
  let state: ContainerState;
  let untouched: UntouchedState;

  beforeEach(async () => {
    state = stateOf((await makeToyWorld()).dongle);
    untouched = new UntouchedState(state);
  });

  function tables(): [name: string, table: Map<unknown, unknown>][] {
    return Object.entries(state).flatMap(([name, part]) => (part instanceof Map ? [[name, part]] : []));
  }

  it('is found as it was, however often one looks', () => {
    for (let look = 0; look < 2 * LOOKS_PER_READING; look++) untouched.look();
  });

  it('is found changed at once by what is put into any of its tables, replaced in it or taken out', () => {
    const unnoticed = tables().flatMap(([name, table]) => {
      const [first] = table;
      const works: readonly (readonly [what: string, work: () => void])[] = [
        ['put', () => table.set('a new key', 1)],
        ['replaced', () => table.set('a new key', 2)],
        ['taken out', () => table.delete('a new key')],
        ['given another key', () => first && table.delete(first[0]) && table.set('first', first[1])],
      ];
      return works.flatMap(([what, work]) => {
        work();
        const isNothing = what === 'given another key' && first === undefined;
        return isNothing || throwsBroken() ? [] : [`${what}: ${name}`];
      });
    });
    expect(tables().map(([name]) => name)).toEqual(expect.arrayContaining(['holdings', 'counters', 'marks']));
    expect(unnoticed).toEqual([]);
  });

  it('is found changed at once by another identity', () => {
    Object.assign(state, { identity: { ...state.identity } });
    expect(throwsBroken()).toBe(true);
  });

  it('is found changed at the next reading by one bit inside of a value, and by a list that grew', () => {
    const untilFound = (): number => {
      let looks = 1;
      while (!throwsBroken() && looks <= LOOKS_PER_READING) looks += 1;
      return looks;
    };
    for (const { raw } of state.certificates.values()) raw[40] = (raw[40] ?? 0) ^ 1;
    expect(untilFound()).toBe(LOOKS_PER_READING);
    for (const { inbound } of state.partners.values()) (inbound.refused as unknown[]).push({ sequence: 1, reason: 1 });
    expect(untilFound()).toBe(LOOKS_PER_READING);
  });

  it('has to stay what it was found to be, so that an input that changes it again is found again', () => {
    const change = () => state.counters.set('timeFloor', (state.counters.get('timeFloor') ?? 0) + 1);
    change();
    expect([throwsBroken(), throwsBroken()]).toEqual([true, false]);
    change();
    expect(throwsBroken()).toBe(true);
  });

  function throwsBroken(): boolean {
    try {
      untouched.look();
      return false;
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      return true;
    }
  }
});
