import path from 'node:path';
import type { ContainerClient } from '../commands/client.ts';
import { Container } from '../container.ts';
import { nativeCrypto } from '../crypto/native/node-crypto.ts';
import { systemEnv } from '../crypto/native/system-env.adapter.ts';
import type { Env } from '../env.ts';
import { FerryError } from '../errors.ts';
import type { ContainerKind } from '../files/certificate.ts';
import { certifyContainer, testRoot } from '../files/test-root.ts';
import { fromHex } from '../model/bytes.ts';
import { type SerialNumber, serialFromParts } from '../model/serial-number.ts';
import { FileAnchor } from './file-anchor.adapter.ts';
import {
  beginCreation,
  type FileContainerKind,
  finishCreation,
  isUnfinished,
  readSettings,
} from './file-container-folder.adapter.ts';
import { isSameFolder, makeFolder } from './file-durable.adapter.ts';
import { acquireLock } from './file-lock.adapter.ts';
import type { ClosableFlash } from './flash-port.ts';

/** One for all containers of the process: what opens one again has its keys imported already. */
const crypto = nativeCrypto();

/** A container whose state is in a folder, opened by this process alone. */
export interface FileContainer {
  readonly container: Container;
  readonly client: ContainerClient;
  /**
   * Tells other programs that try to open the folder where they reach the container instead. No more once closed.
   *
   * @throws STORE_WRITE_FAILED; the container is open as before
   */
  announce(addresses: readonly string[]): void;
  /** Lets the files go, and gives the folder free for other programs. May be called again. */
  close(): void;
}

export interface CreateOptions {
  readonly folder: string;
  /** Where the anchor's file goes. */
  readonly anchorFile: string;
  /** A random one of the kind's mask when it is not given. */
  readonly serial?: SerialNumber;
  readonly env?: Env;
}

/**
 * Makes a container, certified under the TEST root, in a folder that is new, empty, or one in which making a container
 * was interrupted. Atomic: until it is finished the folder holds no container, and this may be called again.
 *
 * @throws CONTAINER_EXISTS, CONTAINER_IN_USE, CONTAINER_SERVED, COPY_OF_SERVED, STORE_WRITE_FAILED
 */
export function createFileContainer(
  type: FileContainerKind,
  options: CreateOptions,
  createFlash: (file: string) => ClosableFlash,
): FileContainer {
  const { folder, anchorFile, env = systemEnv() } = options;
  const { kind, issues, memoryFile } = type;
  makeFolder(folder);
  return holding(folder, (held) => {
    const { creation } = beginCreation(type, folder, anchorFile, env);
    lockAnchor(held, folder, anchorFile);
    const anchor = held.keep(FileAnchor.create({ path: anchorFile, crypto, creation, container: folder }));
    const flash = held.keep(createFlash(path.join(folder, memoryFile)));
    const root = testRoot(crypto);
    const container = Container.create({ crypto, env, flash, anchor, where: folder }, { kind, root });
    const { key, sealingKey } = container.state.identity;
    const serial = options.serial ?? randomSerial(kind, env);
    container.enrol(certifyContainer(crypto, root, { serial, kind, key, sealingKey: fromHex(sealingKey), issues }));
    finishCreation(type, folder);
    return container;
  });
}

/**
 * Opens the container in a folder as its one writer.
 *
 * @throws NO_CONTAINER, CONTAINER_INCOMPLETE, CONTAINER_IN_USE, CONTAINER_SERVED, COPY_OF_SERVED, STORE_UNOPENED,
 *   STORE_DAMAGED, ANCHOR_DAMAGED, FILE_UNREADABLE
 */
export function openFileContainer(type: FileContainerKind, folder: string, env: Env = systemEnv()): FileContainer {
  try {
    return opened(type, folder, env);
  } catch (error) {
    if (!(error instanceof FerryError) || error.code !== 'STORE_WRITE_FAILED') throw error;
    // Opening writes who has it open, and once more what was changed last: nothing that is asked for now is in question.
    throw new FerryError('STORE_UNOPENED', { where: folder, why: String(error.details.why) }, { cause: error });
  }
}

function opened(type: FileContainerKind, folder: string, env: Env): FileContainer {
  // Whoever is still making it is told of as such, and not as an interruption.
  if (isUnfinished(type, folder)) acquireLock(folder).release();
  const settings = readSettings(type, folder);
  return holding(folder, (held) => {
    const { creation } = settings;
    const anchorFile = path.resolve(folder, settings.anchor);
    const claim = () => lockAnchor(held, folder, anchorFile);
    const anchor = held.keep(FileAnchor.open({ path: anchorFile, crypto, creation, container: folder, claim }));
    return Container.open({
      crypto,
      env,
      flash: held.keep(type.openFlash(path.join(folder, type.memoryFile))),
      anchor,
      where: folder,
    });
  });
}

/**
 * Makes this process the one writer of the anchor as well, where it lies apart: a copy of the container's folder has a
 * lock of its own, and the same anchor.
 *
 * @throws CONTAINER_IN_USE, STORE_WRITE_FAILED
 */
function lockAnchor(held: Held, folder: string, anchorFile: string): void {
  const apart = path.dirname(anchorFile);
  if (isSameFolder(apart, folder)) return;
  const lock = acquireLock(apart);
  held.keep({ close: () => lock.release() });
}

/** What is held of the system's while a container is open; let go in the opposite order. */
class Held {
  readonly #held: { close(): void }[] = [];

  keep<T extends { close(): void }>(one: T): T {
    this.#held.push(one);
    return one;
  }

  /** All of it, whatever of it fails; throws the last failure. */
  letGo(): void {
    const last = this.#held.pop();
    if (last === undefined) return;
    try {
      last.close();
    } finally {
      this.letGo();
    }
  }
}

/** Locks the folder and gives what `work` opened in it to the caller; when it throws, lets everything go that it held so far. */
function holding(folder: string, work: (held: Held) => Container): FileContainer {
  const lock = acquireLock(folder);
  const held = new Held();
  held.keep({ close: () => lock.release() });
  try {
    const container = work(held);
    const close = () => held.letGo();
    return { container, client: container.client(close), announce: (addresses) => lock.announce(addresses), close };
  } catch (error) {
    held.letGo();
    throw error;
  }
}

const NUMBERS = {
  dongle: [3, 1_000_000, 9_999_999],
  soft: [130, 1_000_000_000, 4_294_967_294],
  cloud: [140, 1_000_000_000, 4_294_967_294],
} as const;

function randomSerial(kind: ContainerKind, env: Env): SerialNumber {
  const [mask, least, most] = NUMBERS[kind];
  const [a = 0, b = 0, c = 0, d = 0] = env.random(4);
  return serialFromParts(mask, least + ((a * 0x1000000 + b * 0x10000 + c * 0x100 + d) % (most - least)));
}
