import net from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseListenAddress } from '../../carriers/address.ts';
import { openCarrier } from '../../carriers/open-carrier.ts';
import { ContainerServer } from '../../carriers/server/container-server.ts';
import { steadyClock } from '../../container/crypto/native/system-env.adapter.ts';
import { temporaryFolders } from '../container/store/temporary-folder.ts';
import { crypto, makeContainer } from '../world/parties.ts';
import { PATIENT } from './suite.ts';

const folder = temporaryFolders();
const PATIENCE = 0.4;
/** Bytes per second of the slow line: more than has to be carried, but the request takes longer than the patience. */
const RATE = 20_000;
const EVERY = 20;
const REQUEST = new Uint8Array(30_000);

/** A way to the server that takes everything at once, and delivers it slowly. */
async function slowWay(to: net.NetConnectOpts): Promise<number> {
  const way = net.createServer((near) => {
    const far = net.connect(to);
    const taken: Uint8Array[] = [];
    near.on('data', (piece) => taken.push(piece));
    const timer = setInterval(() => {
      const [piece] = taken;
      if (piece === undefined) return;
      const some = (RATE * EVERY) / 1000;
      far.write(piece.subarray(0, some));
      if (piece.length > some) taken[0] = piece.subarray(some);
      else taken.shift();
    }, EVERY);
    far.pipe(near);
    for (const end of [near, far])
      end
        .on('error', () => undefined)
        .on('close', () => {
          clearInterval(timer);
          near.destroy();
          far.destroy();
        });
  });
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void way.close());
  return (way.address() as net.AddressInfo).port;
}

describe('a line that is slow, but not slower than it may be', () => {
  it.each(['tcp', 'http'])('brings a whole request over %s', async (scheme) => {
    const { container } = makeContainer('dongle', 1);
    const server = new ContainerServer({
      name: '3-1',
      client: () => container.client(),
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      crypto,
      clock: steadyClock,
    });
    onTestFinished(() => server.close());
    const listen = scheme === 'tcp' ? `unix:${path.join(folder(), 's')}` : 'http://127.0.0.1:0';
    const at = await server.listen(parseListenAddress(listen));
    const port = await slowWay(
      scheme === 'tcp' ? { path: at.slice('unix:'.length) } : { port: Number(new URL(at).port), host: '127.0.0.1' },
    );
    const client = openCarrier(`${scheme}://127.0.0.1:${port}`, { ...PATIENT, patience: PATIENCE });
    onTestFinished(() => client.close());
    // The container has read it to its end, and refuses it.
    await expect(client.call('apply', { update: REQUEST })).rejects.toMatchObject({ code: 'FILE_MALFORMED' });
  });
});
