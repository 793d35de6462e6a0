import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ServedFerry } from './served-ferry.ts';
import { servedWorlds } from './served-world.ts';
import { startFerry } from './started-ferry.ts';

/** A program has started by then, however busy the machine is. */
const SOON = { timeout: 15_000 };

const scene = servedWorlds();
const { serve, served, run, socket } = scene;

describe('a served container', () => {
  it('is where every command reaches it: a move goes from a Unix socket to a TCP port and back', async () => {
    const dongle = await serve('dongle', socket('dongle.sock'));
    const device = await serve('device', 'tcp://:0');
    expect(device.address).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
    const there = await run('move', '--from', dongle.address, '--to', device.address, '--item', scene.world.item(2));
    expect([there.exit, there.stdout]).toEqual([
      0,
      `${dongle.address} -> ${device.address}: 2 seats of 6000010:1001 moved, 1 entry.\n`,
    ]);
    const listed = await run('list', dongle.address, device.address, '--json');
    const held = JSON.parse(listed.stdout).containers.map((one: { holdings: { quantity: number }[] }) =>
      one.holdings.map(({ quantity }) => quantity),
    );
    expect(held).toEqual([[3], [1, 2]]);
    const back = await run('move', '--from', device.address, '--to', dongle.address, '--item', scene.world.item(2));
    expect(back.exit).toBe(0);
    expect([await dongle.stop(), await device.stop()]).toEqual([0, 0]);
    expect([scene.world.seats('dongle').held, scene.world.seats('device').held]).toEqual([5, 1]);
  });

  it('is listed no more often in a move than its steps need: a listing takes minutes on a slow line', async () => {
    const [dongle, device] = [
      await serve('dongle', socket('dongle.sock')),
      await serve('device', socket('device.sock')),
    ];
    await run('move', '--from', dongle.address, '--to', device.address, '--item', scene.world.item(2));
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
      const own = kind === 'dongle' ? '--usbip' : '--sticks';
      const refused = await run(kind, 'serve', dir, own);
      expect([refused.exit, refused.stderr]).toEqual([
        2,
        expect.stringContaining(`Use \`${command} --listen unix:PATH\``),
      ]);
    }
  });

  it('says where it is reached from every folder, however its socket was named', async () => {
    const started = startFerry(scene.world, [
      'dongle',
      'serve',
      'dongle',
      '--listen',
      'unix:d.sock',
      '--listen',
      'tcp://:0',
    ]);
    onTestFinished(async () => {
      started.send('SIGKILL');
      await started.ended;
    });
    await expect.poll(() => fs.existsSync(path.join(scene.world.folder, 'd.sock')), SOON).toBe(true);
    await expect.poll(async () => (await run('list', 'unix:d.sock')).exit, SOON).toBe(0);
    const { stdout } = await run('status', '--json');
    const there = JSON.parse(stdout).unreachable.find((one: { code: string }) => one.code === 'CONTAINER_SERVED');
    expect(there.happened).toMatch(
      `(process ${started.process}) at unix:${path.join(scene.world.folder, 'd.sock')}, tcp://127.`,
    );
  });

  it.each([
    ['status', [0, 6, 5]],
    ['list', [0, 6, 5]],
  ])(
    'is told of by bare ferry %s: exit 0 when all here answer, 6 when some do, 5 when none does',
    async (command, exits) => {
      for (const name of ['other', 'vendor']) fs.rmSync(path.join(scene.world.folder, name), { recursive: true });
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

  it.each(['status', 'list'])(
    'is not missed at its folder by ferry %s where it answers at its address',
    async (command) => {
      const { address } = await serve('dongle', 'tcp://:0');
      const port = address.slice(address.lastIndexOf(':'));
      const { exit, stdout, stderr } = await run(command, 'sim:dongle', `tcp://127.0.0.1${port}`);
      expect([exit, stderr]).toEqual([0, '']);
      expect(stdout).not.toContain('served by another program');
    },
  );

  it('that cannot be opened does not wait for its standard input to end', async () => {
    await serve('dongle', socket('dongle.sock'));
    const { exit, stderr } = await startFerry(scene.world, ['dongle', 'serve', 'dongle', '--stdio']).ended;
    expect([exit, stderr]).toEqual([5, expect.stringContaining('CONTAINER_SERVED')]);
  });

  it('leaves no socket behind when it is asked to end, and takes over the one of a killed server', async () => {
    const file = path.join(scene.world.folder, 'dongle.sock');
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
    const order = ['move', '--from', dongle.address, '--to', device.address, '--item', scene.world.item(2)];
    await device.kill();
    const interrupted = await run(...order);
    expect([interrupted.exit, interrupted.stderr]).toEqual([5, expect.stringContaining('CARRIER_UNREACHABLE')]);
    await serve('device', socket('device.sock'));
    expect((await run(...order)).exit).toBe(0);
  });

  it('does over http:// nothing that is its owner’s to do, and says so in plain words', async () => {
    scene.world.variables.FERRY_NEW_PIN = 'open sesame';
    const dongle = await serve('dongle', 'http://:0');
    const item = ['--item', scene.world.item(1)];
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
    scene.world.must('pin', 'set', 'sim:dongle');
    scene.world.variables.FERRY_PIN = 'open sesame';
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
    const dongle = await ServedFerry.start('dongle', path.join(scene.world.folder, 'dongle'), [
      socket('s'),
      'tcp://:0',
    ]);
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
    scene.world.variables.FERRY_NEW_PIN = 'open sesame';
    scene.world.must('pin', 'set', 'sim:dongle');
    expect(await warned('tcp://0.0.0.0:0')).toEqual([]);
  });

  it('lets software of its own user use a license over its Unix socket, and nobody from elsewhere', async () => {
    const device = await ServedFerry.start('device', path.join(scene.world.folder, 'device'), [
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
    const device = await ServedFerry.start('device', path.join(scene.world.folder, 'device'), [
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
    const clock = path.join(scene.world.folder, 'clock');
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
    const order = ['move', '--from', dongle.address, '--to', device.address, '--item', scene.world.item(1)];
    const first = startFerry(scene.world, order, { changes: 6, signal: 'SIGSTOP' });
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
      const copy = scene.world.copy();
      const one = await ServedFerry.start(
        'dongle',
        path.join(copy.folder, 'dongle'),
        [socket('s')],
        ['--seed', 'bench'],
      );
      served.push(one);
      expect((await run('context', one.address, '--for', '6000010', '-o', file)).exit).toBe(0);
      expect(await one.stop()).toBe(0);
      made.push(fs.readFileSync(path.join(scene.world.folder, file), 'utf8'));
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
