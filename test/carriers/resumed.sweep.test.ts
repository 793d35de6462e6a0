import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCarrier } from '../../carriers/open-carrier.ts';
import { benchHere, SILENT } from './benches.ts';
import { loadedDongle } from './loaded-dongle.ts';
import { PATIENT } from './suite.ts';

interface Passed {
  up: number;
  down: number;
}

/** Passes bytes on to a server, and cuts each connection in turn once so many bytes went up or down. */
async function cutting(port: number, cuts: Partial<Passed>[]) {
  const passed: Passed[] = [];
  const server = net.createServer((client) => {
    const count: Passed = { up: 0, down: 0 };
    const { up = Number.POSITIVE_INFINITY, down = Number.POSITIVE_INFINITY } = cuts[passed.length] ?? {};
    passed.push(count);
    const upstream = net.connect(port, '127.0.0.1');
    const both = [client, upstream];
    for (const socket of both) {
      socket.on('error', () => undefined);
      socket.once('close', () => {
        for (const other of both) other.destroy();
      });
    }
    client.on('data', (piece) => {
      count.up += piece.length;
      // What came in time goes on; then it breaks.
      upstream.write(piece, () => count.up > up && upstream.end(() => client.destroy()));
    });
    upstream.on('data', (piece) => {
      count.down += piece.length;
      client.write(piece, () => count.down > down && client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return { address: `tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`, passed };
}

describe('a connection that is cut', () => {
  const scene = async (...cuts: Partial<Passed>[]) => {
    const dongle = loadedDongle();
    const bench = await benchHere(dongle.folder, 'tcp://:0');
    onTestFinished(async () => {
      await bench.close();
      dongle.remove();
    });
    const { address, passed } = await cutting(Number(bench.address.split(':').at(-1)), cuts);
    const client = openCarrier(address, PATIENT);
    onTestFinished(() => client.close());
    return { dongle, client, passed };
  };

  it('within a long request goes on where it was: the next one carries the rest', async () => {
    const { dongle, client, passed } = await scene({ up: 1_000_000 });
    await client.call('apply', { update: dongle.update });
    expect(passed).toHaveLength(2);
    expect(passed[0]?.up).toBeGreaterThan(1_000_000);
    // One window may be carried twice.
    expect((passed[0]?.up ?? 0) + (passed[1]?.up ?? 0)).toBeLessThan(dongle.update.length + 300_000);
    expect((await client.call('list', {})).holdings).toHaveLength(dongle.items + dongle.more);
  });

  it('within a long answer goes on where it was: the next one carries the rest', async () => {
    const { dongle, client, passed } = await scene({ down: 800_000 }, { down: 300_000 });
    expect((await client.call('list', {})).holdings).toHaveLength(dongle.items);
    expect(passed).toHaveLength(3);
    const { passed: whole, client: other } = await scene();
    await other.call('list', {});
    const sum = passed.reduce((total, { down }) => total + down, 0);
    expect(sum).toBeLessThan((whole[0]?.down ?? 0) + 2 * 300_000);
  });

  it('between two calls is not noticed', async () => {
    const dongle = loadedDongle();
    const closed: (() => void)[] = [];
    const info = (event: string): void => {
      if (event === 'connection.closed') closed.shift()?.();
    };
    const bench = await benchHere(dongle.folder, 'tcp://:0', { limits: { idle: 0.1 }, log: { ...SILENT, info } });
    const client = openCarrier(bench.address, PATIENT);
    onTestFinished(async () => {
      await client.close();
      await bench.close();
      dongle.remove();
    });
    const left = new Promise<void>((resolve) => void closed.push(resolve));
    await client.call('list', {});
    await left;
    expect((await client.call('list', {})).serial).toBe(dongle.serial);
  });

  it('in the middle of a transfer by a client that closes is not taken up again', async () => {
    const { dongle, client, passed } = await scene();
    const call = client.call('apply', { update: dongle.update });
    const failed = expect(call).rejects.toMatchObject({ code: 'CARRIER_LOST' });
    while ((passed[0]?.up ?? 0) < 300_000) await new Promise((resolve) => setImmediate(resolve));
    await client.close();
    await failed;
    expect(passed).toHaveLength(1);
  });
});
