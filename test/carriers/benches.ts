import { parseListenAddress } from '../../carriers/address.ts';
import { ContainerServer, type ContainerServerOptions } from '../../carriers/server/container-server.ts';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import { steadyClock } from '../../container/crypto/native/system-env.adapter.ts';
import { openDongle } from '../../dongle-firmware-sim/index.ts';
import { crypto } from '../world/parties.ts';
import type { Bench } from './suite.ts';

export const SILENT: ServerLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Serves the dongle in a folder in this process. */
export async function benchHere(
  folder: string,
  listen: string,
  options: Partial<ContainerServerOptions> = {},
): Promise<Bench & { readonly server: ContainerServer }> {
  const { container, close } = openDongle(folder);
  const server = new ContainerServer({
    name: 'the dongle',
    client: () => container.client(),
    log: SILENT,
    crypto,
    clock: steadyClock,
    ...options,
  });
  const address = await server.listen(parseListenAddress(listen));
  return {
    address,
    server,
    close: async () => {
      await server.close();
      close();
    },
  };
}
