import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { worldsWithSticks } from './plugged-sticks.ts';
import { startFerry } from './started-ferry.ts';

describe('a device that is served with --sticks', () => {
  const scene = worldsWithSticks();

  it('takes in what is on a stick when that is plugged in, and its receipts bring the vendor up to date', async () => {
    scene.issueTo('device', 'a');
    const device = scene.serve();
    expect(await device.answer()).toMatch(/^Ready: 130-2459324738 \(soft\) for memory sticks\n/);
    scene.sticks.plugIn('a');
    await device.said('stick.answered');
    scene.sticks.pullOut('a');
    await device.said('stick.pulled');
    const { exit, stderr } = await scene.end(device);
    expect([exit, stderr]).toEqual([0, expect.stringContaining('"receipts":["firm 6000010"]')]);
    expect(scene.world.seats('device')).toEqual({ held: 1, pending: 0 });
    expect(fs.readFileSync(path.join(scene.sticks.stick('a'), 'RESULT.TXT'), 'utf8')).toContain('== 130-2459324738 ==');
    expect(scene.world.must('settle', 'central:vendor', `folder:${scene.sticks.stick('a')}`)).toMatch(
      /arrived|applied|settled/i,
    );
  });

  it('says on a stick who it is, so that a vendor that never saw it issues licenses, which it takes in while the stick stays in', async () => {
    const stick = scene.sticks.stick('a');
    scene.world.must('certificate', 'central:vendor', '-o', `folder:${stick}`);
    fs.writeFileSync(path.join(stick, 'FERRY-REQUEST.TXT'), '');
    const device = scene.serve();
    scene.sticks.plugIn('a');
    await device.said('stick.answered');
    const context = path.join(stick, '130-2459324738-for-firm-6000010.ferry-context');
    const item = ['--item', '6000010:1001x1'];
    scene.world.must('central', 'issue', 'vendor', '--to', context, ...item, '-o', `folder:${stick}`);
    await device.said('"taken":1');
    expect((await scene.end(device)).exit).toBe(0);
    expect(scene.world.seats('device')).toEqual({ held: 1, pending: 0 });
  });

  it.skipIf(process.platform === 'win32')('shows by a light what becomes of a stick', async () => {
    const [program, shown] = ['light', 'shown'].map((name) => path.join(scene.world.folder, name)) as [string, string];
    fs.writeFileSync(program, `#!/bin/sh\necho $1 >>${shown}\n`, { mode: 0o755 });
    scene.issueTo('device', 'a');
    const device = scene.serve('device', '--light', program);
    scene.sticks.plugIn('a');
    await device.said('stick.answered');
    scene.sticks.pullOut('a');
    await device.said('stick.pulled');
    await scene.end(device);
    const lights = fs.readFileSync(shown, 'utf8').split('\n').slice(0, -1);
    // What changes while its program runs is shown by its last state alone.
    const order = ['ready', 'busy', 'done', 'ready', 'off'];
    expect([lights.includes('done'), lights.at(-1)]).toEqual([true, 'off']);
    let from = 0;
    for (const one of lights) from = order.indexOf(one, from) + 1 || Number.NaN;
    expect(from).toBe(order.length);
  });

  it.each([
    [['--light', '/bin/true', '--listen', 'unix:s'], '--light needs --sticks'],
    [['--listen', 'unix:s', '--mounts', 'mounts'], '--mounts needs --sticks'],
    [['--sticks-below', 'media'], '"media" is not the whole path of a folder, such as /media'],
    [[], 'or --sticks for a device'],
  ])('is not served with %j', async (args, why) => {
    const { exit, stderr } = await startFerry(scene.world, ['device', 'serve', 'device', ...args]).ended;
    expect([exit, stderr]).toEqual([2, expect.stringContaining(why)]);
  });

  it('is not served where the system does not tell what is mounted', async () => {
    const args = ['device', 'serve', 'device', '--sticks', '--mounts', path.join(scene.world.folder, 'none')];
    const { exit, stdout, stderr } = await startFerry(scene.world, args).ended;
    expect([exit, stdout, stderr]).toEqual([5, '', expect.stringContaining('FILE_UNREADABLE')]);
  });
});
