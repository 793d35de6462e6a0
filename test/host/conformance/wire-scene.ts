import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseListenAddress } from '../../../carriers/address.ts';
import { openCarrier, openPipe } from '../../../carriers/open-carrier.ts';
import { ContainerServer } from '../../../carriers/server/container-server.ts';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { steadyClock } from '../../../container/crypto/native/system-env.adapter.ts';
import { WIRE_FAMILIES } from '../../../host/conformance/cases/all-families.ts';
import type { CaseFamily } from '../../../host/conformance/conformance-case.ts';
import { type ConformanceRun, runConformance } from '../../../host/conformance/conformance-run.ts';
import { FreshClient } from '../../../host/conformance/wire/fresh-client.ts';
import type { WireBench } from '../../../host/conformance/wire/wire-bench.ts';
import { crypto, seededEnv, type TestContainer } from '../../world/parties.ts';
import { toolsOf } from './tried.ts';

export const WIRE_CASES = WIRE_FAMILIES.flatMap(({ cases }) => cases);

/** Seconds of silence after which a case has failed: as long as only broken servers are silent, few are enough. */
const PATIENCE = 4;

/** The families of the wire with only these cases. */
export function onlyWire(...ids: readonly string[]): readonly CaseFamily<WireBench>[] {
  return WIRE_FAMILIES.map((family) => ({ ...family, cases: family.cases.filter(({ id }) => ids.includes(id)) }));
}

/** Nothing of one run is known from another. */
let runs = 0;

interface WireOptions {
  readonly patience?: number;
  /** An ordinary client that reaches the container otherwise. */
  readonly ordinary?: ContainerClient;
  /** Tried before those of the wire. */
  readonly others?: readonly CaseFamily[];
}

/** A served container as an ordinary client. */
export function ordinaryClient(address: string): ContainerClient {
  return openCarrier(address, { crypto, random: seededEnv('client').random, clock: steadyClock, patience: PATIENCE });
}

/** Tries what is served at an address, with an ordinary client that reaches it there unless another is given. */
export async function tryWire(
  address: string,
  families = WIRE_FAMILIES,
  { patience = PATIENCE, ordinary, others = [] }: WireOptions = {},
): Promise<ConformanceRun> {
  const env = { crypto, random: seededEnv('client').random, clock: steadyClock, patience };
  const client = new FreshClient(() => openCarrier(address, env));
  const door = {
    open: () => openPipe(address, env),
    release: () => client.close(),
    isLine: address.startsWith('exec:'),
    offersLocal: address.startsWith('unix:'),
    patience,
  };
  try {
    return await runConformance(ordinary ?? client, toolsOf(`wire ${++runs}`), {
      families: others,
      wire: { families, door },
    });
  } finally {
    await client.close();
  }
}

/** Our own server in this process, at every kind of address, for as long as the work takes. */
export async function servedHere<T>(
  { container }: Pick<TestContainer, 'container'>,
  work: (addresses: { readonly unix: string; readonly tcp: string; readonly http: string }) => Promise<T>,
): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-wire-'));
  const say = (): void => undefined;
  const server = new ContainerServer({
    name: 'the container',
    client: () => container.client(),
    log: { info: say, warn: say, error: say },
    crypto,
    clock: () => performance.now() / 1000,
  });
  try {
    const unix = await server.listen(parseListenAddress(`unix:${path.join(folder, 'socket')}`));
    const tcp = await server.listen(parseListenAddress('tcp://:0'));
    const http = await server.listen(parseListenAddress('http://:0'));
    return await work({ unix, tcp, http });
  } finally {
    await server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
