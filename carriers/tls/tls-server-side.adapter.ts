import path from 'node:path';
import type { TlsServerSide } from './listen-tls.adapter.ts';
import { PairedFiles } from './paired-files.adapter.ts';
import { Pairing } from './pairing.ts';
import { newPairingCode } from './pairing-code.ts';
import { tlsIdentity } from './tls-identity.adapter.ts';

/**
 * What a container that is served over TLS keeps in its folder: its identity, made when it is needed first, and its clients.
 *
 * @param name what its certificate says about itself
 * @param isPairing whether a new client may be paired, once
 * @throws FILE_UNREADABLE, PAIRING_DAMAGED, STORE_WRITE_FAILED
 */
export async function tlsServerSide(
  folder: string,
  name: string,
  isPairing: boolean,
  random: (length: number) => Uint8Array,
): Promise<TlsServerSide> {
  const tls = path.join(folder, 'tls');
  return {
    identity: await tlsIdentity(tls, name, random),
    clients: new PairedFiles(path.join(tls, 'clients')),
    pairing: new Pairing(isPairing ? newPairingCode(random) : undefined),
  };
}
