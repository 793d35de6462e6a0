import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { FerryWorld } from './ferry-world.ts';
import { ServedFerry } from './served-ferry.ts';
import { startFerry } from './started-ferry.ts';

/** A program has started by then, however busy the machine is. */
const SOON = { timeout: 15_000 };

const prepared = new FerryWorld();
let world: FerryWorld;
const served: ServedFerry[] = [];

beforeAll(() => {
  prepared.setUp();
  const dated = ['--item', '6000010:2002x1', '--expiration', '2030-12-31'];
  prepared.must('central', 'issue', 'vendor', '--to', 'sim:device', ...dated);
  prepared.must('move', '--from', 'central:vendor', '--to', 'sim:device', '--all');
});

beforeEach(() => {
  world = prepared.copy();
});

afterAll(() => prepared.remove());

afterEach(async () => {
  await Promise.all(served.splice(0).map((one) => one.kill()));
  world.remove();
});

async function serve(kind: 'dongle' | 'device', listen: string, ...more: readonly string[]): Promise<ServedFerry> {
  const one = await ServedFerry.start(kind, path.join(world.folder, kind), [listen], more);
  served.push(one);
  return one;
}

async function run(...args: readonly string[]) {
  return startFerry(world, args).ended;
}

const socket = (name: string): string => `unix:${path.join(world.folder, name)}`;

describe('a served container', () => {
  it('is where every command reaches it: a move goes from a Unix socket to a TCP port and back', async () => {
    const dongle = await serve('dongle', socket('dongle.sock'));
    const device = await serve('device', 'tcp://:0');
    expect(device.address).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
    const there = await run('move', '--from', dongle.address, '--to', device.address, '--item', world.item(2));
    expect([there.exit, there.stdout]).toEqual([
      0,
      `${dongle.address} -> ${device.address}: 2 seats of 6000010:1001 moved, 1 entry.\n`,
    ]);
    const listed = await run('list', dongle.address, device.address, '--json');
    const held = JSON.parse(listed.stdout).containers.map((one: { holdings: { quantity: number }[] }) =>
      one.holdings.map(({ quantity }) => quantity),
    );
    expect(held).toEqual([[3], [1, 2]]);
    const back = await run('move', '--from', device.address, '--to', dongle.address, '--item', world.item(2));
    expect(back.exit).toBe(0);
    expect([await dongle.stop(), await device.stop()]).toEqual([0, 0]);
    expect([world.seats('dongle').held, world.seats('device').held]).toEqual([5, 1]);
  });

  it('is listed no more often in a move than its steps need: a listing takes minutes on a slow line', async () => {
    const [dongle, device] = [
      await serve('dongle', socket('dongle.sock')),
      await serve('device', socket('device.sock')),
    ];
    await run('move', '--from', dongle.address, '--to', device.address, '--item', world.item(2));
    await Promise.all([dongle.stop(), device.stop()]);
    const lists = (one: ServedFerry): number => [...one.log().matchAll(/"command":"list"/g)].length;
    // The giver shows whether it is locked, who it is, what there is to plan, and whether the getter forgot something of it.
    expect([lists(dongle), lists(device)]).toEqual([4, 2]);
  });

  it('has one writer, and its folder says who that is and at which address it is reached, as long as it is served', async () => {
    const dongle = await serve('dongle', socket('dongle.sock'));
    const refused = await run('list', 'sim:dongle');
    const where = `is served by another program (process ${dongle.process}) at ${dongle.address}`;
    expect([refused.exit, refused.stderr]).toEqual([5, expect.stringContaining(where)]);
    await expect(serve('dongle', socket('second.sock'))).rejects.toThrow('CONTAINER_SERVED');
    await dongle.stop();
    expect((await run('list', 'sim:dongle')).exit).toBe(0);
  });

  it('is served by the command of its kind, which that of the other kind names', async () => {
    for (const [kind, other, command] of [
      ['dongle', 'device', 'ferry device serve device'],
      ['device', 'dongle', 'ferry dongle serve sim:dongle'],
    ] as const) {
      const dir = command.split(' ').at(-1) ?? '';
      const { exit, stderr } = await run(kind, 'serve', dir, '--listen', socket('s'));
      expect([exit, stderr]).toEqual([2, expect.stringContaining(`In ${other} is a ${other}, not a ${kind}.`)]);
      expect(stderr).toContain(`\`${command}\` with the same options`);
    }
  });

  it('says where it is reached from every folder, however its socket was named', async () => {
    const started = startFerry(world, ['dongle', 'serve', 'dongle', '--listen', 'unix:d.sock', '--listen', 'tcp://:0']);
    onTestFinished(async () => {
      started.send('SIGKILL');
      await started.ended;
    });
    await expect.poll(() => fs.existsSync(path.join(world.folder, 'd.sock')), SOON).toBe(true);
    await expect.poll(async () => (await run('list', 'unix:d.sock')).exit, SOON).toBe(0);
    const { stdout } = await run('status', '--json');
    const there = JSON.parse(stdout).unreachable.find((one: { code: string }) => one.code === 'CONTAINER_SERVED');
    expect(there.happened).toMatch(
      `(process ${started.process}) at unix:${path.join(world.folder, 'd.sock')}, tcp://127.`,
    );
  });

  it.each([
    ['status', [0, 6, 5]],
    ['list', [0, 6, 5]],
  ])(
    'is told of by bare ferry %s: exit 0 when all here answer, 6 when some do, 5 when none does',
    async (command, exits) => {
      for (const name of ['other', 'vendor']) fs.rmSync(path.join(world.folder, name), { recursive: true });
      const none = await run(command);
      const dongle = await serve('dongle', socket('dongle.sock'));
      const one = await run(command);
      const device = await serve('device', 'tcp://:0');
      const both = await run(command);
      expect([none.exit, one.exit, both.exit]).toEqual(exits);
      const said = both.stdout + both.stderr;
      for (const { address, process } of [dongle, device]) expect(said).toContain(`(process ${process}) at ${address}`);
      expect(said).toContain('Give that address instead of the folder');
    },
  );

  it('that cannot be opened does not wait for its standard input to end', async () => {
    await serve('dongle', socket('dongle.sock'));
    const { exit, stderr } = await startFerry(world, ['dongle', 'serve', 'dongle', '--stdio']).ended;
    expect([exit, stderr]).toEqual([5, expect.stringContaining('CONTAINER_SERVED')]);
  });

  it('leaves no socket behind when it is asked to end, and takes over the one of a killed server', async () => {
    const file = path.join(world.folder, 'dongle.sock');
    const killed = await serve('dongle', `unix:${file}`);
    await killed.kill();
    expect(fs.existsSync(file)).toBe(true);
    const again = await serve('dongle', `unix:${file}`);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(await again.stop()).toBe(0);
    expect(fs.existsSync(file)).toBe(false);
  });

  it('takes no place that is served', async () => {
    await serve('dongle', socket('one.sock'));
    await expect(serve('device', socket('one.sock'))).rejects.toThrow('ADDRESS_TAKEN');
  });

  it('that is gone when a move needs it loses nothing: the same command finishes the move', async () => {
    const dongle = await serve('dongle', socket('dongle.sock'));
    const device = await serve('device', socket('device.sock'));
    const order = ['move', '--from', dongle.address, '--to', device.address, '--item', world.item(2)];
    await device.kill();
    const interrupted = await run(...order);
    expect([interrupted.exit, interrupted.stderr]).toEqual([5, expect.stringContaining('CARRIER_UNREACHABLE')]);
    await serve('device', socket('device.sock'));
    expect((await run(...order)).exit).toBe(0);
  });

  it('that is killed in the middle of a move has it say what is in transit and how it goes on, on another port too', async () => {
    const dongle = await serve('dongle', socket('dongle.sock'));
    const device = await serve('device', 'tcp://:0');
    const order = ['move', '--from', dongle.address, '--to', device.address, '--item', world.item(2), '--json'];
    const started = startFerry(world, order, { changes: 30, signal: 'SIGSTOP' });
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
    const order = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2)];
    const killed = startFerry(world, order, { changes: 79, signal: 'SIGKILL' });
    expect((await killed.ended).signal).toBe('SIGKILL');
    const { id, step } = world.json('status').unfinished[0];
    for (const kind of kinds) await serve(kind, kind === 'dongle' ? socket('dongle.sock') : 'tcp://:0');
    const status = JSON.parse((await run('status', '--json')).stdout);
    expect([step, status.next]).toEqual(['issued', [{ command: `ferry resume ${id}`, why: expect.any(String) }]]);
    expect(status.unfinished).toMatchObject([{ elsewhere: null }]);
    const resumed = await run('resume', id);
    expect([resumed.exit, resumed.stdout]).toEqual([0, expect.stringContaining('2 seats of 6000010:1001 moved')]);
    for (const one of served) await one.stop();
    expect([world.seats('dongle'), world.seats('device').held]).toEqual([{ held: 3, pending: 0 }, 3]);
  });

  it('is not followed from its folder by ferry resume where somebody else is served there', async () => {
    const order = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2)];
    await startFerry(world, order, { changes: 79, signal: 'SIGKILL' }).ended;
    fs.renameSync(path.join(world.folder, 'device'), path.join(world.folder, 'away'));
    fs.renameSync(path.join(world.folder, 'other'), path.join(world.folder, 'device'));
    await serve('device', socket('device.sock'));
    const { exit, stderr } = await run('resume');
    expect([exit, stderr]).toEqual([3, expect.stringContaining('PEER_UNEXPECTED')]);
  });

  it('gets nothing that was cancelled while it was away', async () => {
    const device = await serve('device', 'tcp://:0');
    const order = ['move', '--from', 'sim:dongle', '--to', device.address, '--item', world.item(2)];
    const started = startFerry(world, order, { changes: 54, signal: 'SIGSTOP' });
    await started.stopped;
    await device.kill();
    started.send('SIGCONT');
    expect((await started.ended).exit).toBe(5);
    expect((await run('cancel', 'sim:dongle', '--to', '130-2459324738', '-o', 'folder:c')).exit).toBe(0);
    const again = await serve('device', device.address);
    const resumed = await run('resume');
    expect([resumed.exit, resumed.stdout]).toEqual([3, expect.stringContaining('Sequence 1 was refused')]);
    await again.stop();
    expect([world.seats('dongle'), world.seats('device').held]).toEqual([{ held: 5, pending: 0 }, 1]);
  });

  it('gives nothing away without the PIN of its owner, and everything that is anyone’s', async () => {
    world.variables.FERRY_NEW_PIN = 'open sesame';
    world.must('pin', 'set', 'sim:dongle');
    const dongle = await serve('dongle', socket('dongle.sock'));
    const device = await serve('device', socket('device.sock'));
    const order = ['move', '--from', dongle.address, '--to', device.address, '--item', world.item(2)];
    const refused = await run(...order);
    expect([refused.exit, refused.stderr]).toEqual([3, expect.stringContaining('OWNER_NEEDED')]);
    expect((await run('list', dongle.address)).exit).toBe(0);
    expect((await run('context', dongle.address, '--for', 'central:vendor', '-o', 'folder:.')).exit).toBe(0);
    world.variables.FERRY_PIN = 'open sesame';
    expect((await run(...order)).exit).toBe(0);
  });

  it('does over http:// nothing that is its owner’s to do, and says so in plain words', async () => {
    world.variables.FERRY_NEW_PIN = 'open sesame';
    const dongle = await serve('dongle', 'http://:0');
    const item = ['--item', world.item(1)];
    for (const args of [
      ['pin', 'set', dongle.address],
      ['history', dongle.address],
      ['order', 'arm', dongle.address, ...item, '--most', '1'],
      ['move', '--from', dongle.address, '--to', 'sim:device', ...item],
      ['move', '--from', dongle.address, '--to', 'sim:device', ...item, '--dry-run'],
    ]) {
      const { exit, stderr } = await run(...args);
      expect([exit, stderr]).toEqual([3, expect.stringContaining('does not go over http://')]);
      expect(stderr).toContain('[OWNER_NOT_OVER_HTTP]');
    }
    await dongle.stop();
    world.must('pin', 'set', 'sim:dongle');
    world.variables.FERRY_PIN = 'open sesame';
    const guarded = await serve('dongle', 'http://:0');
    for (const args of [
      ['pin', 'remove', guarded.address],
      ['pin', 'change', guarded.address],
    ]) {
      const { stderr } = await run(...args);
      expect(stderr).toContain('[OWNER_NOT_OVER_HTTP]');
    }
  });

  it('gives nothing to itself, whichever two of its addresses are named', async () => {
    const dongle = await ServedFerry.start('dongle', path.join(world.folder, 'dongle'), [socket('s'), 'tcp://:0']);
    served.push(dongle);
    const [unix = '', tcp = ''] = dongle.addresses;
    for (const more of [[], ['--dry-run']]) {
      const { exit, stderr } = await run('move', '--from', unix, '--to', tcp, '--all', ...more);
      expect([exit, stderr]).toEqual([2, expect.stringContaining('Both addresses are the same container.')]);
    }
  });

  it('warns of what is served to other computers without a PIN, or with randomness that comes again', async () => {
    const warned = async (listen: string, ...more: readonly string[]): Promise<readonly string[]> => {
      const one = await serve('dongle', listen, ...more);
      await one.stop();
      const records = one
        .log()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      return records.flatMap(({ level, event }) => (level === 'warn' ? [event] : []));
    };
    expect(await warned('tcp://:0')).toEqual([]);
    expect(await warned('tcp://0.0.0.0:0')).toEqual(['container.unguarded']);
    expect(await warned('tcp://:0', '--seed', 'again')).toEqual(['container.predictable']);
    world.variables.FERRY_NEW_PIN = 'open sesame';
    world.must('pin', 'set', 'sim:dongle');
    expect(await warned('tcp://0.0.0.0:0')).toEqual([]);
  });

  it('lets software of its own user use a license over its Unix socket, and nobody from elsewhere', async () => {
    const device = await ServedFerry.start('device', path.join(world.folder, 'device'), [
      socket('s'),
      'tcp://:0',
      'http://:0',
    ]);
    served.push(device);
    const [unix = '', tcp = '', http = ''] = device.addresses;
    expect((await run('use', unix, '6000010:2002')).exit).toBe(0);
    for (const elsewhere of [tcp, http])
      for (const command of ['use', 'check']) {
        const { exit, stderr } = await run(command, elsewhere, '6000010:2002');
        expect([exit, stderr]).toEqual([3, expect.stringMatching(/\[USE_ELSEWHERE\][\s\S]*at unix:PATH/)]);
      }
  });

  it('says by a wrong scheme of its address that the scheme may be wrong', async () => {
    const device = await ServedFerry.start('device', path.join(world.folder, 'device'), [
      'tls://127.0.0.1:0',
      'tcp://127.0.0.1:0',
    ]);
    served.push(device);
    const [tls = '', tcp = ''] = device.addresses.map((address) => address.slice('tcp://'.length));
    for (const address of [`tcp://${tls}`, `http://${tls}`, `http://${tcp}`]) {
      const { exit, stderr } = await run('list', address);
      expect([address, exit, stderr]).toEqual([address, 5, expect.stringContaining('scheme')]);
    }
    const { exit, stderr } = await run('pair', `tls://${tcp}`, '--code', 'AAAAA-AAAAA-AAAAA-AAAAA');
    expect([exit, stderr]).toEqual([5, expect.stringContaining('what is served there does not speak TLS')]);
  });

  it('lives in the time that its clock shows now', async () => {
    const clock = path.join(world.folder, 'clock');
    fs.writeFileSync(clock, '2029-05-01T12:00:00Z\n');
    const device = await serve('device', socket('s'), '--clock', clock);
    expect((await run('check', device.address, '6000010:2002')).exit).toBe(0);
    fs.writeFileSync(clock, '2031-05-01T12:00:00Z\n');
    const expired = await run('check', device.address, '6000010:2002');
    expect([expired.exit, expired.stderr]).toEqual([3, expect.stringContaining('ITEM_EXPIRED')]);
    fs.writeFileSync(clock, 'noon\n');
    expect((await run('check', device.address, '6000010:2002')).stderr).toContain('shows no time');
  });

  it('is moved from by one program at a time, and the one that comes second says so', async () => {
    const dongle = await serve('dongle', socket('dongle.sock'));
    const device = await serve('device', socket('device.sock'));
    const order = ['move', '--from', dongle.address, '--to', device.address, '--item', world.item(1)];
    const first = startFerry(world, order, { changes: 6, signal: 'SIGSTOP' });
    await first.stopped;
    const second = await run(...order);
    expect([second.exit, second.stderr]).toEqual([5, expect.stringContaining('MOVE_UNDER_WAY')]);
    first.send('SIGCONT');
    expect((await first.ended).exit).toBe(0);
    expect((await run(...order)).exit).toBe(0);
  });

  it('draws the same for the same seed', async () => {
    const made: string[] = [];
    for (const file of ['one.ferry-context', 'other.ferry-context']) {
      const copy = world.copy();
      const one = await ServedFerry.start(
        'dongle',
        path.join(copy.folder, 'dongle'),
        [socket('s')],
        ['--seed', 'bench'],
      );
      served.push(one);
      expect((await run('context', one.address, '--for', '6000010', '-o', file)).exit).toBe(0);
      expect(await one.stop()).toBe(0);
      made.push(fs.readFileSync(path.join(world.folder, file), 'utf8'));
      copy.remove();
    }
    expect(made[0]).toBe(made[1]);
  });

  it('writes what happens as records of JSON, without anything secret', async () => {
    const dongle = await serve('dongle', socket('dongle.sock'));
    await run('list', dongle.address);
    await dongle.stop();
    const events = dongle
      .log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual([
      ...['carrier.opened', 'container.served', 'connection.opened', 'command.ended', 'connection.closed'],
      'container.closed',
    ]);
    expect(events[3]).toMatchObject({ level: 'info', connection: 1, command: 'list' });
  });
});
