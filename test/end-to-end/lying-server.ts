import path from 'node:path';
import { onTestFinished } from 'vitest';
import { parseListenAddress } from '../../carriers/address.ts';
import { ContainerServer } from '../../carriers/server/container-server.ts';
import type { ContainerClient } from '../../container/commands/client.ts';
import type { Listing } from '../../container/commands/list.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { steadyClock } from '../../container/crypto/native/system-env.adapter.ts';
import { openSoftContainer } from '../../device-side/soft-container/open-soft-container.adapter.ts';
import { SILENT } from '../carriers/benches.ts';
import type { FerryHere } from './ferry-here.ts';

interface LyingServer {
  readonly address: string;
  /** The commands that it was asked for, in their order. */
  readonly asked: string[];
}

/** The device of a folder, served until the test ends, that shows itself as the lie says and does everything else itself. */
export async function serveLying(
  world: FerryHere,
  folder: string,
  lie: (listing: Listing, asked: readonly string[]) => Listing,
): Promise<LyingServer> {
  const { container, close } = openSoftContainer(path.join(world.folder, folder));
  const asked: string[] = [];
  const client = (): ContainerClient => {
    const own = container.client();
    return {
      call: async (name, request) => {
        asked.push(name);
        const answer = await own.call(name, request);
        return name === 'list' ? (lie(answer as Listing, asked) as typeof answer) : answer;
      },
      close: () => own.close(),
    };
  };
  const server = new ContainerServer({ name: folder, log: SILENT, crypto: nativeCrypto(), clock: steadyClock, client });
  onTestFinished(async () => {
    await server.close();
    close();
  });
  return { address: await server.listen(parseListenAddress('tcp://127.0.0.1:0')), asked };
}

/** What the device of a folder shows of itself to whoever asks. */
export function shownBy(world: FerryHere, folder: string): Listing {
  const { container, close } = openSoftContainer(path.join(world.folder, folder));
  try {
    return container.run('list', {});
  } finally {
    close();
  }
}
