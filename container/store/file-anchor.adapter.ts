import fs from 'node:fs';
import { Defect, FerryError } from '../errors.ts';
import { concatBytes, equalBytes, fromHex, type Hex, NO_BYTES, toHex, utf8 } from '../model/bytes.ts';
import type { Anchor, AnchorStore } from './anchor-port.ts';
import { createDurably, type FileWrites, readAll, usePlainFile, writeAll } from './file-durable.adapter.ts';
import { readFailed, writeFailed } from './file-failure.ts';
import type { Hash } from './journal-layout.ts';

/**
 * Slots lie a page of 4096 bytes apart, so that a torn write of one cannot reach the other. Of two readable slots the one
 * that was written later counts. Generations do not decide that: a container that was set back by permission anchors a
 * lower one.
 */
const SLOT_DISTANCE = 4096;
const SLOT_LENGTH = 512;
/** Behind the first slot, in a part that slots never use: 16 bytes that name the making of the container. */
const CREATION_POSITION = SLOT_LENGTH;
const CREATION_LENGTH = 16;
const MAGIC = utf8('LFANCHOR');
const COVERED_LENGTH = 52;
const DOMAIN = utf8('license-ferry anchor slot v1');

interface Slot {
  /** How many slots were written before this one; it lies at `writes` mod 2. */
  readonly writes: number;
  readonly anchor: Anchor | undefined;
}

function encodeSlot(hash: Hash, { writes, anchor }: Slot): Uint8Array {
  const bytes = new Uint8Array(SLOT_LENGTH);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, writes, true);
  view.setUint32(12, anchor === undefined ? 0 : 1, true);
  if (anchor !== undefined) {
    view.setUint32(16, anchor.generation, true);
    bytes.set(anchor.stateHash, 20);
  }
  bytes.set(hash.sha256(DOMAIN, bytes.subarray(0, COVERED_LENGTH)), COVERED_LENGTH);
  return bytes;
}

/** What lies at a slot; nothing when the file ends before it does. */
function readSlot(handle: number, slot: number): Uint8Array {
  const bytes = new Uint8Array(SLOT_LENGTH);
  return readAll(handle, bytes, slotPosition(slot)) ? bytes : NO_BYTES;
}

function decodeSlot(hash: Hash, bytes: Uint8Array): Slot | undefined {
  if (!equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) return undefined;
  const checksum = hash.sha256(DOMAIN, bytes.subarray(0, COVERED_LENGTH));
  if (!equalBytes(checksum, bytes.subarray(COVERED_LENGTH, COVERED_LENGTH + 32))) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const anchor = { generation: view.getUint32(16, true), stateHash: bytes.slice(20, COVERED_LENGTH) };
  return { writes: view.getUint32(8, true), anchor: view.getUint32(12, true) === 0 ? undefined : anchor };
}

function slotPosition(writes: number): number {
  return (writes % 2) * SLOT_DISTANCE;
}

export interface AnchorOptions {
  readonly path: string;
  readonly crypto: Hash;
  readonly writes?: FileWrites;
  /**
   * 32 hex digits that name the making of the container that it belongs to. Whoever names another one may not even
   * write to it.
   */
  readonly creation?: string;
  /** Names the container in errors; the file's path unless given. */
  readonly container?: string;
  /** Called by `open` once the file is known to be the container's, before its anchor is read: to become its one writer. */
  readonly claim?: () => void;
}

/**
 * The anchor of a container in a file of its own, away from the container's folder. One writer at a time; a second one
 * is found out when it advances, by what lies in the slots.
 */
export class FileAnchor implements AnchorStore {
  readonly #options: AnchorOptions;
  #handle: number | undefined;
  #newest: Slot;
  /** Both slots, as this object read or wrote them last. */
  readonly #slots: [Uint8Array, Uint8Array];
  #broken = false;

  private constructor(options: AnchorOptions, handle: number, newest: Slot, slots: [Uint8Array, Uint8Array]) {
    this.#options = options;
    this.#handle = handle;
    this.#newest = newest;
    this.#slots = slots;
  }

  /** Makes the file, with no anchor in it yet. @throws CONTAINER_EXISTS, STORE_WRITE_FAILED */
  static create(options: AnchorOptions): FileAnchor {
    const { creation } = options;
    createDurably(options.path, (handle) => {
      if (creation !== undefined) writeAll(options.writes ?? fs, handle, fromHex(creation), CREATION_POSITION);
      const first = encodeSlot(options.crypto, { writes: 0, anchor: undefined });
      writeAll(options.writes ?? fs, handle, first, slotPosition(0));
      fs.ftruncateSync(handle, SLOT_DISTANCE + SLOT_LENGTH);
    });
    return FileAnchor.open(options);
  }

  /**
   * Reads both slots, and writes the newest one again: the program that wrote it may have ended before the disk had it.
   *
   * @throws ANCHOR_DAMAGED when the file is missing, no slot is readable, or it is another container's
   * @throws FILE_UNREADABLE, STORE_WRITE_FAILED, and what `claim` throws
   */
  static open(options: AnchorOptions): FileAnchor {
    const { path: where, creation } = options;
    const damaged = (why: string): FerryError => new FerryError('ANCHOR_DAMAGED', { where, why });
    return usePlainFile(where, damaged('it is missing'), (handle) => {
      if (creation !== undefined && creationIn(handle) !== creation)
        throw damaged('it is not the one of this container');
      options.claim?.();
      const slots: [Uint8Array, Uint8Array] = [readSlot(handle, 0), readSlot(handle, 1)];
      const newest = slots
        .map((bytes) => decodeSlot(options.crypto, bytes))
        .reduce((best, slot) => ((slot?.writes ?? -1) > (best?.writes ?? -1) ? slot : best), undefined);
      if (newest === undefined) throw damaged('it is damaged');
      const anchor = new FileAnchor(options, handle, newest, slots);
      anchor.#write(newest);
      return anchor;
    });
  }

  /** @throws STORE_WRITE_FAILED after a failed `advance`: open again */
  read(): Anchor | undefined {
    this.#checkUsable();
    return this.#newest.anchor;
  }

  /** @throws CONTAINER_LOCKED when another writer advanced it: what it belongs to is newer than this one's container */
  advance(anchor: Anchor): void {
    if (anchor.stateHash.length !== 32) throw new Defect('a state hash has 32 bytes');
    this.#checkUsable();
    this.#checkUnchanged();
    const stateHash = concatBytes(anchor.stateHash);
    this.#write({ writes: this.#newest.writes + 1, anchor: { generation: anchor.generation, stateHash } });
  }

  /** Lets the file go. May be called again. */
  close(): void {
    if (this.#handle !== undefined) fs.closeSync(this.#handle);
    this.#handle = undefined;
  }

  #write(slot: Slot): void {
    const writes = this.#options.writes ?? fs;
    const handle = this.#opened();
    const bytes = encodeSlot(this.#options.crypto, slot);
    try {
      writeAll(writes, handle, bytes, slotPosition(slot.writes));
      writes.fdatasyncSync(handle);
    } catch (error) {
      this.#broken = true;
      throw writeFailed(this.#options.path, error);
    }
    this.#slots[slot.writes % 2] = bytes;
    this.#newest = slot;
  }

  #opened(): number {
    if (this.#handle === undefined) throw new Defect('the anchor file is closed');
    return this.#handle;
  }

  #checkUnchanged(): void {
    const handle = this.#opened();
    let isSame: boolean;
    try {
      isSame = this.#slots.every((bytes, slot) => equalBytes(readSlot(handle, slot), bytes));
    } catch (error) {
      throw readFailed(this.#options.path, error);
    }
    const { container: here = this.#options.path } = this.#options;
    if (!isSame) throw new FerryError('CONTAINER_LOCKED', { here });
  }

  #checkUsable(): void {
    if (this.#broken) {
      const why = 'an earlier write failed; the container must be opened again';
      throw new FerryError('STORE_WRITE_FAILED', { where: this.#options.path, why });
    }
  }
}

/** Whether there is an anchor's file that names that making of a container. */
export function isAnchorOf(file: string, creation: string): boolean {
  if (fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const handle = fs.openSync(file, 'r');
  try {
    const magic = new Uint8Array(MAGIC.length);
    return readAll(handle, magic, 0) && equalBytes(magic, MAGIC) && creationIn(handle) === creation;
  } finally {
    fs.closeSync(handle);
  }
}

/** Which making of a container an anchor's file names; undefined when the file is too short to name any. */
function creationIn(handle: number): Hex | undefined {
  const bytes = new Uint8Array(CREATION_LENGTH);
  return readAll(handle, bytes, CREATION_POSITION) ? toHex(bytes) : undefined;
}
