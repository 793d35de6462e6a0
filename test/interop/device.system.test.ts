import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryWorld } from '../end-to-end/ferry-world.ts';
import { filesOfMoves, startFerry } from '../end-to-end/started-ferry.ts';
import { requiredPython, runPython, type Served, servePython } from './python.ts';

let world: FerryWorld;
let device: Served;

beforeAll(() => {
  requiredPython();
});

beforeEach(async () => {
  world = new FerryWorld();
  world.setUp();
  expect(runPython(world.folder, 'device.py', 'create', 'python')).toMatchObject({ exit: 0, stderr: '' });
  device = await servePython(world.folder, 'python', 'tcp://127.0.0.1:0');
});

afterEach(async () => {
  await device.kill('SIGTERM');
  world.remove();
});

const listing = () => world.json('list', device.address).containers[0];
const move = (seats: number) => ['move', '--from', 'sim:dongle', '--to', device.address, '--item', world.item(seats)];

/** Seats on the device, by product. */
function held(): Record<string, number> {
  const seats: Record<string, number> = {};
  for (const { firmCode, productCode, quantity } of listing().holdings) {
    const product = `${firmCode}:${productCode}`;
    seats[product] = (seats[product] ?? 0) + quantity;
  }
  return seats;
}

describe('ferry with a device in Python', () => {
  it('moves licenses to it, again and again, and settles at home', () => {
    world.must(...move(2));
    world.must(...move(1));
    expect(held()).toEqual({ '6000010:1001': 3 });
    expect(world.seats('dongle')).toEqual({ held: 2, pending: 0 });
    expect(listing().holdings).toHaveLength(2);
  });

  it('finishes a move that was killed at any tenth change of the disk, once', () => {
    return killedMoves(10);
  });

  it('keeps what it answered when the device is killed, and serves it again', async () => {
    world.must(...move(2));
    const before = listing();
    await device.kill('SIGKILL');
    device = await servePython(world.folder, 'python', 'tcp://127.0.0.1:0');
    expect(listing()).toMatchObject({ stateHash: before.stateHash, holdings: before.holdings });
    world.must(...move(1));
    expect(held()).toEqual({ '6000010:1001': 3 });
  });

  it('takes files by hand, and nothing of them when they come again', () => {
    const files = [1, 2].map((at) => {
      const context = `${at}.ferry-context`;
      world.must('context', device.address, '--for', 'sim:dongle', '-o', context);
      world.must('issue', 'sim:dongle', '--context', context, '--item', world.item(at), '-o', `${at}.ferry-update`);
      const taken = world.run('apply', device.address, `${at}.ferry-update`, '-o', `${at}-receipt.ferry-context`);
      expect(taken).toMatchObject({ exit: 0 });
      world.must('settle', 'sim:dongle', `${at}-receipt.ferry-context`);
      return `${at}.ferry-update`;
    });
    const before = listing();
    for (const file of files) expect(world.run('apply', device.address, file)).toMatchObject({ exit: 0 });
    expect(listing()).toEqual(before);
    expect(world.seats('dongle')).toEqual({ held: 2, pending: 0 });
  });

  it('carries licenses of two firms, granted directly and over the dongle', () => {
    world.must('central', 'init', 'second', '--firm', '6000011:Second Automation');
    world.must('central', 'issue', 'second', '--to', 'sim:dongle', '--item', '6000011:7x4', '-o', 'folder:sent');
    world.must('move', '--from', 'central:second', '--to', 'sim:dongle', '--all');
    world.must('move', '--from', 'sim:dongle', '--to', device.address, '--all');
    world.must('certificate', 'central:second', '-o', 'second.ferry-certificate');
    world.must('context', device.address, '--for', 'second.ferry-certificate', '-o', 'second.ferry-context');
    world.must(
      'central',
      'issue',
      'second',
      '--to',
      'second.ferry-context',
      '--item',
      '6000011:8x2',
      '-o',
      'folder:sent',
    );
    world.must('move', '--from', 'central:second', '--to', device.address, '--all');
    expect(held()).toEqual({ '6000010:1001': 5, '6000011:7': 4, '6000011:8': 2 });
  });

  it('refuses what was cancelled before it arrived, and the license comes home', () => {
    world.must('context', device.address, '--for', 'sim:dongle', '-o', 'first.ferry-context');
    const order = ['--context', 'first.ferry-context', '--item', world.item(2), '-o', 'first.ferry-update'];
    world.must('issue', 'sim:dongle', ...order);
    world.must('cancel', 'sim:dongle', '--to', device.serial, '-o', 'cancelled.ferry-update');
    world.run('apply', device.address, 'cancelled.ferry-update', '-o', 'receipt.ferry-context');
    world.must('settle', 'sim:dongle', 'receipt.ferry-context');
    world.run('apply', device.address, 'first.ferry-update');
    expect(held()).toEqual({});
    expect(world.seats('dongle')).toEqual({ held: 5, pending: 0 });
  });

  it('ends a conversation of bytes that are no frame with a failure about it', async () => {
    const { port } = new URL(device.address);
    const answer = await new Promise<Buffer>((resolve, reject) => {
      const pieces: Buffer[] = [];
      const socket = net.connect(Number(port), '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n\r\n'));
      socket.on('data', (piece) => pieces.push(piece));
      socket.on('error', reject);
      socket.on('end', () => resolve(Buffer.concat(pieces)));
    });
    expect(answer.subarray(0, 8)).toEqual(Buffer.from([0x4c, 0x46, 1, 7, 0, 0, 0, 0]));
    expect(answer.subarray(16, 20)).toEqual(Buffer.from([0x92, 0xcd, 0x03, 0x24]));
  });

  it('is the one writer of its folder, and makes no second container there', () => {
    expect(runPython(world.folder, 'device.py', 'create', 'python')).toMatchObject({ exit: 3 });
    const second = runPython(world.folder, 'device.py', 'serve', 'python', '--listen', 'tcp://127.0.0.1:0');
    expect(second).toMatchObject({ exit: 3, stderr: expect.stringContaining('504') });
  });
});

async function killedMoves(step: number): Promise<void> {
  const loaded = world;
  let killed = 0;
  for (let changes = 0; ; changes += step) {
    world = loaded.copy();
    fs.cpSync(path.join(world.folder, 'python'), path.join(world.folder, `python-${changes}`), { recursive: true });
    const kept = device;
    device = await servePython(world.folder, `python-${changes}`, 'tcp://127.0.0.1:0');
    const { signal } = await startFerry(world, move(3), { changes, signal: 'SIGKILL' }).ended;
    if (signal === 'SIGKILL') {
      killed += 1;
      await device.kill('SIGKILL');
      const [, port] = /:(\d+)$/.exec(device.address) ?? [];
      device = await servePython(world.folder, `python-${changes}`, `tcp://127.0.0.1:${port}`);
      const again = world.run(...move(3));
      // Killed when only its files were still there, it had ended, and this was a new order for more than is left.
      if (again.exit !== 0)
        expect([again.exit, again.stderr]).toEqual([3, expect.stringContaining('QUANTITY_NOT_HELD')]);
      expect(held()).toEqual({ '6000010:1001': 3 });
      expect(world.seats('dongle')).toEqual({ held: 2, pending: 0 });
      expect(filesOfMoves(world)).toEqual([]);
    }
    await device.kill('SIGTERM');
    device = kept;
    world.remove();
    world = loaded;
    if (signal !== 'SIGKILL') break;
  }
  expect(killed).toBeGreaterThan(3);
}
