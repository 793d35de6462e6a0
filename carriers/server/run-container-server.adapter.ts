import type { Duplex } from 'node:stream';
import type { ContainerClient } from '../../container/commands/client.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { steadyClock, systemEnv } from '../../container/crypto/native/system-env.adapter.ts';
import { seededRandom } from '../../container/crypto/seeded-random.ts';
import type { Presence } from '../../container/engine/session.ts';
import { type ContainerState, stateHash } from '../../container/engine/state.ts';
import type { Env } from '../../container/env.ts';
import { Defect, FerryError } from '../../container/errors.ts';
import { fromHex, NO_BYTES } from '../../container/model/bytes.ts';
import { fileClock } from '../../container/store/file-clock.adapter.ts';
import type { FileContainer } from '../../container/store/file-container.adapter.ts';
import { isExposed, type ListenAddress } from '../address.ts';
import { ContainerServer, type WayIn } from './container-server.ts';
import { type OpenContainer, ReopenedContainer } from './reopened-container.ts';
import type { ServerLog } from './server-port.ts';

/** How a container is served. */
export interface ServeOptions {
  /** The container's own; what it keeps for TLS goes there. */
  readonly folder: string;
  readonly listen: readonly ListenAddress[];
  /** Streams to be served beside what is listened at, such as the standard ones; when the first ends, so does the server. */
  readonly streams: readonly Duplex[];
  /** What else works with it as long as it is served: begins it, and gives what ends it. */
  readonly besides?: readonly ((served: ServedContainer) => Promise<() => Promise<void>>)[];
  /** Ways to it beside those. */
  readonly ways?: readonly ((served: ServedContainer) => WayIn)[];
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
  /** Waits, after each command and before its answer, until the memory is done with it: for one that takes its time. */
  readonly settled?: () => Promise<void>;
}

/** What a way in may know of the container that it leads to. */
export interface ServedContainer {
  /** The container's own folder. */
  readonly folder: string;
  readonly env: Env;
  /** A client with a session of its own. */
  client(presence: Presence): ContainerClient;
  /** Its state now. */
  state(): ContainerState;
  /** Closes the container, as if its power had gone; whoever asks next has it read again. */
  restart(): void;
}

/** A server that is ready. */
export interface Served {
  readonly serial: string;
  readonly kind: string;
  /** Where it is reached. */
  readonly addresses: readonly string[];
  /** Whether it takes in what memory sticks bring. */
  readonly sticks?: boolean;
  /** What has to be plugged in before it is there, if something has. */
  readonly awaits?: string;
  /** Whether everybody who reaches it from elsewhere can take licenses off it. */
  readonly unguarded?: boolean;
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
  {
    folder,
    listen,
    streams,
    besides = [],
    ways: makeWays = [],
    log,
    pair,
    signal,
    seed,
    clock,
    httpNames = [],
    settled,
  }: ServeOptions,
  onReady: (served: Served) => void,
): Promise<void> {
  const crypto = nativeCrypto();
  const system = systemEnv();
  const now = clock === undefined ? system.now : fileClock(clock);
  now();
  const addresses: string[] = [];
  let current: FileContainer | undefined;
  const openOnce = (): OpenContainer => {
    let fresh: FileContainer | undefined;
    const state = () => (fresh === undefined ? NO_BYTES : fromHex(stateHash(fresh.container.state)));
    fresh = open({
      now,
      random: seed === undefined ? system.random : seededRandom(crypto, seed, state),
    });
    const { container, close } = fresh;
    current = fresh;
    if (addresses.length > 0) announce(fresh, addresses, log);
    return { client: (presence) => settling(container.client(undefined, presence), settled), close };
  };
  const opened = (): FileContainer => {
    if (current === undefined) throw new Defect('a container is served that was not opened');
    return current;
  };
  const container = new ReopenedContainer(openOnce, ({ code, details }) =>
    log.error('container.stopped', { code, details }),
  );
  try {
    const served: ServedContainer = {
      folder,
      env: { now, random: system.random },
      client: (presence) => container.client(presence),
      state: () => opened().container.state,
      restart: () => container.close(),
    };
    const ways = makeWays.map((make) => make(served));
    const { serial, kind, locked, pinTries } = await container.client().call('list', {});
    const name = serial ?? 'the container';
    if (locked) log.warn('container.locked', { serial });
    if (seed !== undefined) log.warn('container.predictable', { serial });
    const isUnguarded = pinTries === null && (listen.some(isExposed) || ways.some(({ isOpen }) => isOpen));
    if (isUnguarded) log.warn('container.unguarded', { serial });
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
    const ends: (() => Promise<void>)[] = [];
    try {
      for (const begin of besides) ends.push(await begin(served));
      for (const address of listen) addresses.push(await server.listen(address));
      for (const way of ways) addresses.push(await server.open(way));
      if (addresses.length > 0) announce(opened(), addresses, log);
      const conversations = streams.map((stream) => server.serve(stream, 'stream', { isLine: true }));
      const unguarded = isUnguarded ? { unguarded: true } : {};
      onReady({ serial: name, kind, addresses, ...unguarded, ...(pairingCode === undefined ? {} : { pairingCode }) });
      await Promise.race([stopped(signal), ...conversations]);
    } finally {
      await allEnded([server.close(), ...ends.map((end) => end())]);
    }
  } finally {
    container.close();
    log.info('container.closed');
  }
}

/** Waits for all, whichever of them fails. */
async function allEnded(work: readonly Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(work)) if (end.status === 'rejected') throw end.reason;
}

/** A client whose answers wait for the memory. */
function settling(client: ContainerClient, settled: ServeOptions['settled']): ContainerClient {
  if (settled === undefined) return client;
  return { call: (name, request) => client.call(name, request).finally(settled), close: () => client.close() };
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
