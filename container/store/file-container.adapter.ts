import fs from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import type { ContainerClient } from '../commands/client.ts';
import { Container } from '../container.ts';
import { nativeCrypto } from '../crypto/native/node-crypto.ts';
import { systemEnv } from '../crypto/native/system-env.adapter.ts';
import type { Env } from '../env.ts';
import { FerryError } from '../errors.ts';
import type { ContainerKind, IssueRight } from '../files/certificate.ts';
import { certifyContainer, testRoot } from '../files/test-root.ts';
import { fromHex, utf8 } from '../model/bytes.ts';
import { type SerialNumber, serialFromParts } from '../model/serial-number.ts';
import { FileAnchor } from './file-anchor.adapter.ts';
import { createDurably, syncFolder } from './file-durable.adapter.ts';
import { systemWords } from './file-failure.ts';
import { acquireLock } from './file-lock.adapter.ts';
import type { ClosableFlash } from './flash-port.ts';

/** A container whose state is in a folder, opened by this process alone. */
export interface FileContainer {
  readonly container: Container;
  readonly client: ContainerClient;
  /** Lets the files go, and gives the folder free for other programs. May be called again. */
  close(): void;
}

/** What tells the containers of dongle and device apart: the memory they stand on and what they may issue. */
export interface FileContainerKind {
  readonly kind: ContainerKind;
  readonly issues: IssueRight;
  /** Name of the file in the folder that says what is in it. */
  readonly settingsFile: string;
  readonly openFlash: (folder: string) => ClosableFlash;
}

export interface CreateOptions {
  readonly folder: string;
  /** Where the anchor's file goes. */
  readonly anchorFile: string;
  /** A random one of the kind's mask when it is not given. */
  readonly serial?: SerialNumber;
  readonly env?: Env;
}

const settingsSchema = v.strictObject({
  format: v.literal(1),
  kind: v.picklist(['dongle', 'soft', 'cloud']),
  anchor: v.pipe(v.string(), v.minLength(1)),
});

/**
 * Makes a container in a new or empty folder, certified under the TEST root. The settings file is written last: a folder
 * without it holds nothing yet.
 *
 * @throws CONTAINER_EXISTS, CONTAINER_IN_USE, STORE_WRITE_FAILED
 */
export function createFileContainer(
  type: FileContainerKind,
  options: CreateOptions,
  createFlash: (folder: string) => ClosableFlash,
): FileContainer {
  const { folder, anchorFile } = options;
  makeFolder(folder);
  if (fs.readdirSync(folder).some((name) => !name.endsWith('.lock')))
    throw new FerryError('CONTAINER_EXISTS', { where: folder });
  makeFolder(path.dirname(anchorFile));
  return holding((held) => {
    const lock = acquireLock(folder);
    held.keep({ close: () => lock.release() });
    const crypto = nativeCrypto();
    const env = options.env ?? systemEnv();
    const anchor = held.keep(FileAnchor.create({ path: anchorFile, crypto }));
    const root = testRoot(crypto);
    const parts = { crypto, env, flash: held.keep(createFlash(folder)), anchor, where: folder };
    const container = Container.create(parts, { kind: type.kind, root });
    const { key, sealingKey } = container.state.identity;
    const { kind, issues } = type;
    const serial = options.serial ?? randomSerial(kind, env);
    container.enrol(certifyContainer(crypto, root, { serial, kind, key, sealingKey: fromHex(sealingKey), issues }));
    const settings = { format: 1, kind, anchor: path.relative(folder, anchorFile) };
    createDurably(path.join(folder, type.settingsFile), (handle) =>
      fs.writeSync(handle, utf8(`${JSON.stringify(settings, null, 2)}\n`)),
    );
    syncFolder(folder);
    return container;
  });
}

/**
 * Opens the container in a folder as its one writer.
 *
 * @throws NO_CONTAINER, CONTAINER_IN_USE, STORE_DAMAGED, ANCHOR_DAMAGED, FILE_UNREADABLE
 */
export function openFileContainer(type: FileContainerKind, folder: string, env: Env = systemEnv()): FileContainer {
  const settings = readSettings(type, folder);
  return holding((held) => {
    const lock = acquireLock(folder);
    held.keep({ close: () => lock.release() });
    const crypto = nativeCrypto();
    const anchor = held.keep(FileAnchor.open({ path: path.resolve(folder, settings.anchor), crypto }));
    return Container.open({ crypto, env, flash: held.keep(type.openFlash(folder)), anchor, where: folder });
  });
}

/** Whether a folder holds a container of that kind. */
export function isFileContainer(type: FileContainerKind, folder: string): boolean {
  return fs.existsSync(path.join(folder, type.settingsFile));
}

/** What is held of the system's while a container is open; let go in the opposite order. */
class Held {
  readonly #held: { close(): void }[] = [];

  keep<T extends { close(): void }>(one: T): T {
    this.#held.push(one);
    return one;
  }

  letGo(): void {
    for (const one of this.#held.splice(0).reverse()) one.close();
  }
}

/** Gives what `work` opened to the caller; when it throws, lets everything go that it held so far. */
function holding(work: (held: Held) => Container): FileContainer {
  const held = new Held();
  try {
    const container = work(held);
    const close = () => held.letGo();
    return { container, client: container.client(close), close };
  } catch (error) {
    held.letGo();
    throw error;
  }
}

function readSettings(type: FileContainerKind, folder: string): v.InferOutput<typeof settingsSchema> {
  const file = path.join(folder, type.settingsFile);
  if (!fs.existsSync(file)) throw new FerryError('NO_CONTAINER', { where: folder });
  let content: unknown;
  try {
    content = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged(folder, `${type.settingsFile} is not JSON`);
    throw new FerryError('FILE_UNREADABLE', { file, why: systemWords(error) });
  }
  const parsed = v.safeParse(settingsSchema, content);
  if (!parsed.success) throw damaged(folder, `${type.settingsFile} does not say what it should`);
  return parsed.output;
}

function damaged(where: string, what: string): FerryError {
  return new FerryError('STORE_DAMAGED', { where, what });
}

function makeFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new FerryError('STORE_WRITE_FAILED', { where: folder, why: systemWords(error) });
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
