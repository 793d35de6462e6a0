import fs from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { FerryHere } from './ferry-here.ts';

const world = new FerryHere();
beforeAll(() => world.setUp());
afterEach(() => vi.restoreAllMocks());
afterAll(() => world.remove());

describe('a container on a disk that takes no file', () => {
  it.each([
    ['list', ['list', 'sim:dongle']],
    ['check', ['check', 'sim:dongle', '6000010:1001']],
    ['use', ['use', 'sim:dongle', '6000010:1001']],
  ])('cannot be opened for ferry %s, which says so and not that a change may have happened', async (_, args) => {
    const { writeFileSync } = fs;
    vi.spyOn(fs, 'writeFileSync').mockImplementation((file, ...rest) => {
      if (String(file).endsWith('.new')) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
      writeFileSync(file, ...rest);
    });
    const { exit, stderr } = await world.run(...args);
    expect([exit, stderr]).toEqual([5, expect.stringContaining('the disk is full. [STORE_UNOPENED]')]);
    expect(stderr).toContain('What was asked for is not begun; no license is lost or changed.');
  });
});
