import { describe, expect, it } from 'vitest';
import type { Mount } from '../../../device-side/stick-import/mount-table.ts';
import { MountedSticks } from '../../../device-side/stick-import/stick-watch.ts';
import { mountOf } from './mounts.ts';

/** What is said of sticks, in its order. */
function listened() {
  const said: (readonly ['plugged' | 'pulled', Mount])[] = [];
  const sticks = new MountedSticks({
    plugged: (mount) => said.push(['plugged', mount]),
    pulled: (mount) => said.push(['pulled', mount]),
  });
  return { sticks, said };
}

describe('the sticks that are mounted', () => {
  const other = mountOf({ id: 61, device: '8:17', point: '/media/OTHER', source: '/dev/sdb1' });

  it('are each told once when they come and once when they go, however often one looks', () => {
    const { sticks, said } = listened();
    sticks.are([]);
    expect(said).toEqual([]);
    for (let look = 0; look < 3; look++) sticks.are([mountOf()]);
    expect(said).toEqual([['plugged', mountOf()]]);
    for (let look = 0; look < 3; look++) sticks.are([]);
    expect(said.slice(1)).toEqual([['pulled', mountOf()]]);
    sticks.are([mountOf()]);
    expect(said.slice(2)).toEqual([['plugged', mountOf()]]);
  });

  it('come and go without a word of those that stay, in whatever order they are named', () => {
    const { sticks, said } = listened();
    sticks.are([mountOf()]);
    sticks.are([other, mountOf()]);
    sticks.are([mountOf(), other]);
    expect(said.slice(1)).toEqual([['plugged', other]]);
    sticks.are([other]);
    expect(said.slice(2)).toEqual([['pulled', mountOf()]]);
  });

  it('are told with the same object when they go as when they came', () => {
    const { sticks, said } = listened();
    sticks.are([mountOf(), other]);
    sticks.are([mountOf(), { ...other }]);
    sticks.are([]);
    expect(said.map(([what]) => what)).toEqual(['plugged', 'plugged', 'pulled', 'pulled']);
    expect(said[2]?.[1]).toBe(said[0]?.[1]);
    expect(said[3]?.[1]).toBe(said[1]?.[1]);
  });

  it.each<[string, Partial<Mount>]>([
    ['read-only', { isReadOnly: true }],
    ['at the same place with another id', { id: 99 }],
    ['at another place', { point: '/media/STICK1' }],
    ['from another device at the same place', { device: '8:17', source: '/dev/sdb1' }],
  ])('go and come again, in that order, when one is mounted anew %s', (_, over) => {
    const { sticks, said } = listened();
    sticks.are([mountOf()]);
    sticks.are([mountOf(over)]);
    expect(said.slice(1)).toEqual([
      ['pulled', mountOf()],
      ['plugged', mountOf(over)],
    ]);
  });
});
