import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FerryWorld } from '../end-to-end/ferry-world.ts';
import { type ServedBench, serveFerry } from './served-ferry.ts';

describe('ferry pair', () => {
  let world: FerryWorld;
  let served: ServedBench;
  beforeEach(async () => {
    world = new FerryWorld();
    world.must('dongle', 'create', 'dongle', '--serial', '3-1234567');
    served = await serveFerry(path.join(world.folder, 'dongle'), 'tls://:0', '--pair');
  });
  afterEach(async () => {
    await served.close();
    world.remove();
  });

  it('makes a computer and a container known to each other, until it is told to forget', () => {
    const { address, pairingCode: code } = served;
    expect(world.run('list', address)).toMatchObject({ exit: 3, stderr: expect.stringContaining('PAIRING_NEEDED') });
    expect(world.must('pair', address, '--code', code.toLowerCase())).toContain('Paired');
    expect(world.must('list', address)).toContain('3-1234567');
    expect(world.json('pair', '--forget', address)).toMatchObject({ forgotten: true });
    expect(world.run('list', address)).toMatchObject({ exit: 3, stderr: expect.stringContaining('PAIRING_NEEDED') });
    world.variables.FERRY_PAIRING_CODE = code;
    expect(world.json('pair', address)).toMatchObject({ paired: true });
  });

  it('wants a code, and an address that can be paired with', () => {
    const { address } = served;
    expect(world.run('pair', address)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('PAIRING_CODE_MISSING'),
    });
    expect(world.run('pair', 'tcp://:1', '--code', 'x')).toMatchObject({ exit: 2 });
    const wrong = world.run('pair', address, '--code', '00000-00000-00000-00000');
    expect(wrong).toMatchObject({ exit: 3, stderr: expect.stringContaining('PAIRING_WRONG') });
  });
});

describe('ferry dongle serve --pair', () => {
  it('is refused where nobody could be paired, or nobody would see the code', () => {
    const world = new FerryWorld();
    try {
      for (const options of [
        ['--listen', 'tcp://:0'],
        ['--listen', 'tls://:0', '--stdio'],
      ])
        expect(world.run('dongle', 'serve', 'dongle', ...options, '--pair')).toMatchObject({ exit: 2 });
    } finally {
      world.remove();
    }
  });
});
