import { describe, expect, it } from 'vitest';
import { ReplayCost } from '../../../container/store/replay-cost.ts';

/** Whether the history is long after records of these numbers of changes, behind a snapshot of `snapshot` changes. */
function isHigh(snapshot: number, ...records: readonly number[]): boolean {
  const cost = new ReplayCost(snapshot);
  for (const changes of records) cost.add(changes);
  return cost.isHigh;
}

const commits = (count: number, changes: number): number[] => new Array(count).fill(changes);

describe('what a history costs to replay', () => {
  it('is two changes for each record beside its own, and 8192 are always allowed', () => {
    for (const snapshot of [0, 1000, 32_768]) {
      expect([isHigh(snapshot), isHigh(snapshot, 8189), isHigh(snapshot, 8190)]).toEqual([false, false, true]);
      expect([isHigh(snapshot, 4094, 4093), isHigh(snapshot, 4094, 4094)]).toEqual([false, true]);
      expect([isHigh(snapshot, ...commits(2730, 1)), isHigh(snapshot, ...commits(2731, 1))]).toEqual([false, true]);
    }
  });

  it('may be a quarter of a large state, so that a state is not written again for every few changes', () => {
    expect([isHigh(40_000, 9997), isHigh(40_000, 9998)]).toEqual([false, true]);
    expect([isHigh(40_000, ...commits(3333, 1)), isHigh(40_000, ...commits(3334, 1))]).toEqual([false, true]);
    expect([isHigh(400_000, ...commits(19, 5123)), isHigh(400_000, ...commits(20, 5123))]).toEqual([false, true]);
  });
});
