import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { servedWorlds } from './served-world.ts';
import { startFerry } from './started-ferry.ts';

const scene = servedWorlds();
const { serve, served, run, socket } = scene;

describe('a served container', () => {
  it('that is killed in the middle of a move has it say what is in transit and how it goes on, on another port too', async () => {
    const dongle = await serve('dongle', socket('dongle.sock'));
    const device = await serve('device', 'tcp://:0');
    const order = ['move', '--from', dongle.address, '--to', device.address, '--item', scene.world.item(2), '--json'];
    const started = startFerry(scene.world, order, { changes: 30, signal: 'SIGSTOP' });
    await started.stopped;
    await device.kill();
    started.send('SIGCONT');
    const broken = await started.ended;
    expect([broken.exit, broken.stderr]).toEqual([5, '']);
    const document = JSON.parse(broken.stdout);
    expect(document).toMatchObject({ state: 'interrupted', inTransit: [1], error: { code: 'MOVE_UNFINISHED' } });
    expect(document.error.effect).toContain('2 seats of 6000010:1001 (sequence 1)');
    expect(document.error.remedy).toContain(`ferry resume ${document.error.details.id}`);

    const again = await serve('device', 'tcp://:0');
    expect(again.address).not.toBe(device.address);
    const resumed = await run('resume');
    expect([resumed.exit, resumed.stderr]).toEqual([5, expect.stringContaining('NEW-ADDRESS')]);
    const status = await run('status', dongle.address, again.address);
    const next = `ferry resume ${document.error.details.id} --to ${again.address}`;
    expect([status.exit, status.stdout]).toEqual([0, expect.stringContaining(next)]);
    expect(status.stdout.match(/cannot be reached: tcp/)).toBeNull();
    const finished = await run(...next.split(' ').slice(1));
    expect([finished.exit, finished.stdout]).toEqual([0, expect.stringContaining('2 seats of 6000010:1001 moved')]);
    expect(JSON.parse((await run('status', dongle.address, again.address, '--json')).stdout).unfinished).toEqual([]);
  });

  it.each([
    ['the getter', ['device']],
    ['the giver', ['dongle']],
    ['both sides', ['dongle', 'device']],
  ] as const)('is found by ferry resume from the folder from which the move was begun: %s', async (_, kinds) => {
    const order = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', scene.world.item(2)];
    const killed = startFerry(scene.world, order, { changes: 79, signal: 'SIGKILL' });
    expect((await killed.ended).signal).toBe('SIGKILL');
    const { id, step } = scene.world.json('status').unfinished[0];
    for (const kind of kinds) await serve(kind, kind === 'dongle' ? socket('dongle.sock') : 'tcp://:0');
    const status = JSON.parse((await run('status', '--json')).stdout);
    expect([step, status.next]).toEqual(['issued', [{ command: `ferry resume ${id}`, why: expect.any(String) }]]);
    expect(status.unfinished).toMatchObject([{ elsewhere: null }]);
    const resumed = await run('resume', id);
    expect([resumed.exit, resumed.stdout]).toEqual([0, expect.stringContaining('2 seats of 6000010:1001 moved')]);
    for (const one of served) await one.stop();
    expect([scene.world.seats('dongle'), scene.world.seats('device').held]).toEqual([{ held: 3, pending: 0 }, 3]);
  });

  it('is not followed from its folder by ferry resume where somebody else is served there', async () => {
    const order = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', scene.world.item(2)];
    await startFerry(scene.world, order, { changes: 79, signal: 'SIGKILL' }).ended;
    fs.renameSync(path.join(scene.world.folder, 'device'), path.join(scene.world.folder, 'away'));
    fs.renameSync(path.join(scene.world.folder, 'other'), path.join(scene.world.folder, 'device'));
    await serve('device', socket('device.sock'));
    const { exit, stderr } = await run('resume');
    expect([exit, stderr]).toEqual([3, expect.stringContaining('PEER_UNEXPECTED')]);
  });

  it('gets nothing that was cancelled while it was away', async () => {
    const device = await serve('device', 'tcp://:0');
    const order = ['move', '--from', 'sim:dongle', '--to', device.address, '--item', scene.world.item(2)];
    const started = startFerry(scene.world, order, { changes: 54, signal: 'SIGSTOP' });
    await started.stopped;
    await device.kill();
    started.send('SIGCONT');
    expect((await started.ended).exit).toBe(5);
    expect((await run('cancel', 'sim:dongle', '--to', '130-2459324738', '-o', 'folder:c')).exit).toBe(0);
    const again = await serve('device', device.address);
    const resumed = await run('resume');
    expect([resumed.exit, resumed.stdout]).toEqual([3, expect.stringContaining('Sequence 1 was refused')]);
    await again.stop();
    expect([scene.world.seats('dongle'), scene.world.seats('device').held]).toEqual([{ held: 5, pending: 0 }, 1]);
  });

  it('gives nothing away without the PIN of its owner, and everything that is anyone’s', async () => {
    scene.world.variables.FERRY_NEW_PIN = 'open sesame';
    scene.world.must('pin', 'set', 'sim:dongle');
    const dongle = await serve('dongle', socket('dongle.sock'));
    const device = await serve('device', socket('device.sock'));
    const order = ['move', '--from', dongle.address, '--to', device.address, '--item', scene.world.item(2)];
    const refused = await run(...order);
    expect([refused.exit, refused.stderr]).toEqual([3, expect.stringContaining('OWNER_NEEDED')]);
    expect((await run('list', dongle.address)).exit).toBe(0);
    expect((await run('context', dongle.address, '--for', 'central:vendor', '-o', 'folder:.')).exit).toBe(0);
    scene.world.variables.FERRY_PIN = 'open sesame';
    expect((await run(...order)).exit).toBe(0);
  });
});
