import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';

describe('the offline move', () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => await loaded.setUp());
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  it('lists every container of the present folder and ends like the tool of the field', async () => {
    const { exit, stdout } = await world.run('list');
    expect(exit).toBe(0);
    expect(stdout).toContain('CmContainer 3-1234567');
    expect(stdout.trimEnd().endsWith('Result: 3 CmContainer(s) listed.')).toBe(true);
  });

  it('moves two of five seats to the device and gives them back', async () => {
    expect((await world.run('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2))).exit).toBe(
      0,
    );
    expect([await world.seats('dongle'), await world.seats('device')]).toEqual([
      { held: 3, pending: 0 },
      { held: 2, pending: 0 },
    ]);
    expect((await world.run('move', '--from', 'sim:device', '--to', 'sim:dongle', '--all')).exit).toBe(0);
    expect([(await world.seats('dongle')).held, (await world.seats('device')).held]).toEqual([5, 0]);
  });

  it('ferries by parked files, refuses them at another device, and a replay changes nothing', async () => {
    expect((await world.run('context', 'sim:device', '--for', 'sim:dongle')).exit).toBe(0);
    const context = '130-2459324738-for-3-1234567.ferry-context';
    expect((await world.run('issue', 'sim:dongle', '--context', context, '--item', world.item(2))).exit).toBe(0);
    const update = '3-1234567-for-130-2459324738-1.ferry-update';
    expect(await world.seats('dongle')).toEqual({ held: 3, pending: 2 });

    const wrong = await world.run('apply', 'sim:other', update);
    expect([wrong.exit, wrong.stderr]).toEqual([4, expect.stringContaining('NOT_ADDRESSED')]);
    expect((await world.run('apply', 'sim:device', update)).exit).toBe(0);
    const hash = (await world.json('list', 'sim:device')).containers[0].stateHash;
    expect((await world.json('apply', 'sim:device', update)).files[0]).toMatchObject({ skipped: 1, entries: [] });
    expect((await world.json('list', 'sim:device')).containers[0].stateHash).toBe(hash);

    expect((await world.run('settle', 'sim:dongle', '130-2459324738-for-3-1234567-receipt.ferry-context')).exit).toBe(
      0,
    );
    expect([await world.seats('dongle'), (await world.seats('device')).held]).toEqual([{ held: 3, pending: 0 }, 2]);
  });

  it('brings a cancelled order back with the receipt of a target that had not applied it', async () => {
    await world.run('context', 'sim:device', '--for', 'sim:dongle', '-o', 'target.ferry-context');
    await world.run(
      'issue',
      'sim:dongle',
      '--context',
      'target.ferry-context',
      '--item',
      world.item(2),
      '-o',
      'first.ferry-update',
    );
    const cancelled = await world.run('cancel', 'sim:dongle', '--to', '130-2459324738', '-o', 'second.ferry-update');
    expect(cancelled.exit).toBe(0);
    expect((await world.run('apply', 'sim:device', 'second.ferry-update')).exit).toBe(0);
    await world.run('settle', 'sim:dongle', '130-2459324738-for-3-1234567-receipt.ferry-context');
    expect([await world.seats('dongle'), (await world.seats('device')).held]).toEqual([{ held: 5, pending: 0 }, 0]);
  });

  it('tells an edited header and a damaged file by their codes, with exit 4', async () => {
    await world.run('context', 'sim:device', '--for', 'sim:dongle', '-o', 'target.ferry-context');
    const file = path.join(world.folder, 'target.ferry-context');
    const text = fs.readFileSync(file, 'utf8');
    expect((await world.run('inspect', 'target.ferry-context')).stdout).toContain('valid, certified by the TEST root');
    fs.writeFileSync(file, text.replace('From: 130-2459324738', 'From: 130-2459324739'));
    expect(await world.run('inspect', 'target.ferry-context')).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('FILE_HEADER'),
    });
    fs.writeFileSync(file, `${text}more`);
    expect(await world.run('inspect', 'target.ferry-context')).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('FILE_MALFORMED'),
    });
  });

  it.each([
    ['wrong usage', 2, ['move', '--from', 'sim:dongle', '--to', 'sim:device']],
    ['an address that does not work', 2, ['list', 'dongle']],
    ['more seats than are held', 3, ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', '1:1']],
    ['no container', 5, ['list', 'sim:nowhere']],
  ])('answers %s with its exit code and one JSON document', async (_, exit, args) => {
    const answer = await world.run(...args, '--json');
    expect(answer).toMatchObject({ exit, stderr: '' });
    expect(JSON.parse(answer.stdout)).toHaveProperty('error.code');
  });
});
