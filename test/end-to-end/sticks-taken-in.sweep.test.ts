import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { worldsWithSticks } from './plugged-sticks.ts';

describe('a device that is served with --sticks', () => {
  const scene = worldsWithSticks();

  it('takes in what is put on a stick while that is plugged in', async () => {
    for (const device of ['device', 'other']) scene.issueTo(device, 'b');
    scene.sticks.plugIn('a');
    const device = scene.serve();
    await device.said('stick.nothing');
    fs.mkdirSync(path.join(scene.sticks.stick('a'), 'here'));
    for (const name of fs.readdirSync(scene.sticks.stick('b')))
      fs.copyFileSync(path.join(scene.sticks.stick('b'), name), path.join(scene.sticks.stick('a'), 'here', name));
    await device.said('stick.answered');
    expect((await scene.end(device)).exit).toBe(0);
    expect(scene.world.seats('device')).toEqual({ held: 1, pending: 0 });
    expect(scene.world.seats('other')).toEqual({ held: 0, pending: 0 });
  });

  it('is served by one stick beside others, which say what became of each', async () => {
    for (const device of ['device', 'other']) scene.issueTo(device, 'a');
    scene.sticks.plugIn('a');
    for (const device of ['device', 'other']) {
      const one = scene.serve(device);
      await one.said('stick.answered');
      expect((await scene.end(one)).exit).toBe(0);
      expect(scene.world.seats(device)).toEqual({ held: 1, pending: 0 });
    }
    const said = fs.readFileSync(path.join(scene.sticks.stick('a'), 'RESULT.TXT'), 'utf8');
    expect(said.match(/^== \S+ ==/gm)).toEqual(['== 130-2459324738 ==', '== 130-1000000001 ==']);
  });

  it('does nothing to a stick that stays in when it starts again', async () => {
    scene.issueTo('device', 'a');
    scene.sticks.plugIn('a');
    const first = scene.serve();
    await first.said('stick.answered');
    await scene.end(first);
    const stamps = () =>
      fs
        .readdirSync(scene.sticks.stick('a'))
        .map((name) => [name, fs.statSync(path.join(scene.sticks.stick('a'), name)).mtimeMs]);
    const [before, state] = [stamps(), scene.world.json('list', 'sim:device').containers[0]];
    const again = scene.serve();
    await again.said('stick.answered');
    await scene.end(again);
    expect([stamps(), scene.world.json('list', 'sim:device').containers[0]]).toEqual([before, state]);
  });
});
