import path from 'node:path';
import { parseCarrierAddress } from '../../carriers/address.ts';
import { pairTls } from '../../carriers/tls/connect-tls.adapter.ts';
import { tlsServerSide } from '../../carriers/tls/tls-server-side.adapter.ts';
import { benchHere } from './benches.ts';
import { execAddress, serveFerry } from './served-ferry.ts';
import { carrierSuite, PATIENT } from './suite.ts';

carrierSuite('a Unix socket of another process', (folder) =>
  serveFerry(folder, `unix:${path.join(folder, '..', 'socket')}`),
);
carrierSuite('TCP of another process', (folder) => serveFerry(folder, 'tcp://:0'));
carrierSuite(
  'the standard streams of a program',
  async (folder) => ({
    address: execAddress(folder),
    close: async () => undefined,
  }),
  'one',
);

carrierSuite('TLS', async (folder) => {
  const identity = await tlsServerSide(folder, 'the dongle', true, PATIENT.random);
  const bench = await benchHere(folder, 'tls://:0', { tls: identity });
  const state = path.join(folder, '..', 'state');
  await pair(bench.address, identity.pairing.code ?? '', state);
  return { ...bench, env: { pairingFolder: async () => state } };
});

carrierSuite('TLS of another process', async (folder) => {
  const bench = await serveFerry(folder, 'tls://:0', '--pair');
  const state = path.join(folder, '..', 'state');
  await pair(bench.address, bench.pairingCode, state);
  return { ...bench, env: { pairingFolder: async () => state } };
});

async function pair(text: string, code: string, folder: string): Promise<void> {
  const address = parseCarrierAddress(text);
  if (address.scheme !== 'tls') throw new TypeError(text);
  await pairTls(address, code, { folder, random: PATIENT.random, patience: 20 });
}
