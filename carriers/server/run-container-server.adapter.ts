import type { Duplex } from 'node:stream';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { steadyClock, systemEnv } from '../../container/crypto/native/system-env.adapter.ts';
import { seededRandom } from '../../container/crypto/seeded-random.ts';
import { stateHash } from '../../container/engine/state.ts';
import type { Env } from '../../container/env.ts';
import { FerryError } from '../../container/errors.ts';
import { fromHex, NO_BYTES } from '../../container/model/bytes.ts';
import { fileClock } from '../../container/store/file-clock.adapter.ts';
import type { FileContainer } from '../../container/store/file-container.adapter.ts';
import { isExposed, type ListenAddress } from '../address.ts';
import { ContainerServer, type WayIn } from './container-server.ts';
import { ReopenedContainer } from './reopened-container.ts';
import type { ServerLog } from './server-port.ts';

/** How a container is served. */
export interface ServeOptions {
  /** The container's own; what it keeps for TLS goes there. */
  readonly folder: string;
  readonly listen: readonly ListenAddress[];
  /** Streams to be served beside what is listened at, such as the standard ones; when the first ends, so does the server. */
  readonly streams: readonly Duplex[];
  /** Ways to it beside those. */
  readonly ways?: readonly WayIn[];
  readonly log: ServerLog;
  /** Whether a new client may be paired, once, where it is reached over TLS. */
  readonly pair: boolean;
  /** Ends the server. */
  readonly signal: AbortSignal;
  /** Makes its randomness come again, for test benches. */
  readonly seed?: string;
  /** File with the time that it takes for the present one, for test benches. */
  readonly clock?: string;
  /** Names under which `http://` may be asked for, beside `localhost` and IP addresses. */
  readonly httpNames?: readonly string[];
}

/** A server that is ready. */
export interface Served {
  readonly serial: string;
  readonly kind: string;
  /** Where it is reached. */
  readonly addresses: readonly string[];
  /** What a new client has to know; no part of any log. */
  readonly pairingCode?: string;
}

/**
 * Serves the container in a folder, as its one writer, until the signal or the end of its streams.
 *
 * @param open opens it with that clock and randomness
 * @param onReady is told when it can be reached
 * @throws what opening throws; ADDRESS_TAKEN; FILE_UNREADABLE, USAGE_WRONG for a clock that shows no time
 */
export async function runContainerServer(
  open: (env: Env) => FileContainer,
  { folder, listen, streams, ways = [], log, pair, signal, seed, clock, httpNames = [] }: ServeOptions,
  onReady: (served: Served) => void,
): Promise<void> {
  const crypto = nativeCrypto();
  const system = systemEnv();
  const now = clock === undefined ? system.now : fileClock(clock);
  now();
  const addresses: string[] = [];
  let current: FileContainer | undefined;
  const openOnce = () => {
    let opened: FileContainer | undefined;
    const state = () => (opened === undefined ? NO_BYTES : fromHex(stateHash(opened.container.state)));
    opened = open({
      now,
      random: seed === undefined ? system.random : seededRandom(crypto, seed, state),
    });
    const { container, close } = opened;
    current = opened;
    if (addresses.length > 0) announce(opened, addresses, log);
    return { client: () => container.client(), close };
  };
  const container = new ReopenedContainer(openOnce, ({ code, details }) =>
    log.error('container.stopped', { code, details }),
  );
  try {
    const { serial, kind, locked, pinTries } = await container.client().call('list', {});
    const name = serial ?? 'the container';
    if (locked) log.warn('container.locked', { serial });
    if (seed !== undefined) log.warn('container.predictable', { serial });
    if (pinTries === null && (listen.some(isExposed) || ways.some(({ isOpen }) => isOpen)))
      log.warn('container.unguarded', { serial });
    const tls = listen.some(({ scheme }) => scheme === 'tls')
      ? await import('../tls/tls-server-side.adapter.ts').then(({ tlsServerSide }) =>
          tlsServerSide(folder, name, pair, system.random),
        )
      : undefined;
    const pairingCode = tls?.pairing.code;
    const server = new ContainerServer({
      ...(tls === undefined ? {} : { tls }),
      name,
      client: () => container.client(),
      log,
      crypto,
      clock: steadyClock,
      httpNames,
    });
    try {
      for (const address of listen) addresses.push(await server.listen(address));
      for (const way of ways) addresses.push(await server.open(way));
      if (addresses.length > 0 && current !== undefined) announce(current, addresses, log);
      const conversations = streams.map((stream) => server.serve(stream, 'stream', { isLine: true }));
      onReady({ serial: name, kind, addresses, ...(pairingCode === undefined ? {} : { pairingCode }) });
      await Promise.race([stopped(signal), ...conversations]);
    } finally {
      await server.close();
    }
  } finally {
    container.close();
    log.info('container.closed');
  }
}

/** Tells programs that try the folder where to go. Whoever knows the address does without, so a full disk stops nothing. */
function announce(opened: FileContainer, addresses: readonly string[], log: ServerLog): void {
  try {
    opened.announce(addresses);
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    log.warn('container.unannounced', { code: error.code, details: error.details });
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
