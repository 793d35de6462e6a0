import type { Crypto } from '../crypto/port.ts';
import { concatBytes, equalBytes, utf8 } from '../model/bytes.ts';
import type { FlashGeometry } from './flash-port.ts';

/**
 * How a journal lies in the flash: two banks, each half of it.
 *
 * ```
 * bank    header (one page of its own), snapshot, records; snapshot and records start at multiples of 4
 * header  magic 8, version u32, sequence u32, snapshot length u32, snapshot checksum 8, header checksum 8
 * record  mark 4, length u32, checksum 8, checksum of the record before 8, payload, 0 to 3 bytes left erased
 * ```
 *
 * Integers are little-endian; checksums are SHA-256 cut to 8 bytes. Mark and checksums of a record are made with the
 * bank's key, the hash over header and snapshot, so that nothing from an earlier use of the bank, and nothing a payload
 * contains, is ever taken for a record. Bank n of sequence s is always s mod 2.
 */
export const JOURNAL_VERSION = 2;

/** Bytes that a record costs beside its payload, before rounding up to a multiple of 4. */
export const RECORD_OVERHEAD = 24;

export const HEADER_LENGTH = 36;

export type Hash = Pick<Crypto, 'sha256'>;

const MAGIC = utf8('LFJOURNL');
const FIXED_LENGTH = 20;
const SUM_LENGTH = 8;
/** Where in a record that begins which its checksum covers. */
const COVERED_FROM = 16;
const KEY_DOMAIN = utf8('license-ferry journal bank v1');
const HEADER_DOMAIN = utf8('license-ferry journal header v1');

/** Bytes of one bank, header included. */
export function bankSize(geometry: FlashGeometry): number {
  return Math.floor(geometry.size / geometry.sectorSize / 2) * geometry.sectorSize;
}

/**
 * Bytes of a bank that snapshot and records share. A snapshot costs its length and a record `framedLength` of its own,
 * both rounded up to a multiple of 4.
 */
export function bankCapacity(geometry: FlashGeometry): number {
  return bankSize(geometry) - geometry.pageSize;
}

/** Bytes that a record of that payload length takes of a bank's capacity. */
export function framedLength(payloadLength: number): number {
  return aligned(RECORD_OVERHEAD + payloadLength);
}

export function aligned(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** What is known of a bank that was committed by its header. */
export interface BankHeader {
  readonly version: number;
  readonly sequence: number;
  readonly snapshotLength: number;
  readonly snapshotSum: Uint8Array;
}

function fixedPart(sequence: number, snapshotLength: number): Uint8Array {
  const bytes = new Uint8Array(FIXED_LENGTH);
  bytes.set(MAGIC);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, JOURNAL_VERSION, true);
  view.setUint32(12, sequence, true);
  view.setUint32(16, snapshotLength, true);
  return bytes;
}

function sum(hash: Hash, ...parts: readonly Uint8Array[]): Uint8Array {
  return hash.sha256(...parts).subarray(0, SUM_LENGTH);
}

/** The key of a bank: its checksum, mark and first link are parts of it. 32 bytes. */
export function bankKey(hash: Hash, sequence: number, snapshot: Uint8Array): Uint8Array {
  return hash.sha256(KEY_DOMAIN, fixedPart(sequence, snapshot.length), snapshot);
}

export function encodeHeader(hash: Hash, sequence: number, snapshotLength: number, key: Uint8Array): Uint8Array {
  const covered = concatBytes(fixedPart(sequence, snapshotLength), key.subarray(0, SUM_LENGTH));
  return concatBytes(covered, sum(hash, HEADER_DOMAIN, covered));
}

/** The header in these bytes; undefined when there is none, a torn one or a damaged one. */
export function decodeHeader(hash: Hash, bytes: Uint8Array): BankHeader | undefined {
  const covered = bytes.subarray(0, FIXED_LENGTH + SUM_LENGTH);
  if (!equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) return undefined;
  if (!equalBytes(bytes.subarray(covered.length, HEADER_LENGTH), sum(hash, HEADER_DOMAIN, covered))) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    version: view.getUint32(8, true),
    sequence: view.getUint32(12, true),
    snapshotLength: view.getUint32(16, true),
    snapshotSum: covered.subarray(FIXED_LENGTH),
  };
}

/** Whether that is the key of the snapshot which the header committed. */
export function isKeyOf(header: BankHeader, key: Uint8Array): boolean {
  return equalBytes(header.snapshotSum, key.subarray(0, SUM_LENGTH));
}

function markOf(key: Uint8Array): Uint8Array {
  return key.subarray(8, 12);
}

/** What the first record of a bank names as the checksum before it. */
export function firstLink(key: Uint8Array): Uint8Array {
  return key.subarray(12, 12 + SUM_LENGTH);
}

/** A record as it is programmed, and the link that the next record names. */
export interface FramedRecord {
  readonly bytes: Uint8Array;
  readonly link: Uint8Array;
}

export function frameRecord(hash: Hash, key: Uint8Array, previous: Uint8Array, payload: Uint8Array): FramedRecord {
  const bytes = new Uint8Array(RECORD_OVERHEAD + payload.length);
  bytes.set(markOf(key));
  new DataView(bytes.buffer).setUint32(4, payload.length, true);
  bytes.set(previous, COVERED_FROM);
  bytes.set(payload, RECORD_OVERHEAD);
  const link = sum(hash, key, bytes.subarray(COVERED_FROM));
  bytes.set(link, 8);
  return { bytes, link };
}

/** What a bank holds behind its snapshot. */
export interface ScannedRecords {
  /** Payloads in the order of their appends; views into the bank. */
  readonly records: readonly Uint8Array[];
  /** Link that the next record names. */
  readonly link: Uint8Array;
  /** Offset and bytes of the last record as programmed; undefined when there is none. */
  readonly last: { readonly offset: number; readonly bytes: Uint8Array } | undefined;
  /** First offset from which on everything is erased. */
  readonly free: number;
  /** Offset of a valid record whose predecessor is unreadable: damage in the middle. */
  readonly orphan: number | undefined;
}

/**
 * Reads the records of a bank of `size` bytes, from `start` on. `bank` may end early: what it leaves out is erased.
 *
 * A record is believed when its checksum fits, and it continues the journal when it names the link of the last believed
 * one. What lies between two such records is a tail that a power cut tore: the later one was appended by a program that
 * did not see it either. A believed record that names another link shows that a record which once was readable no longer
 * is. Since only the bytes behind the last believed record are searched, a sound bank is read in one pass.
 */
export function scanRecords(
  hash: Hash,
  key: Uint8Array,
  bank: Uint8Array,
  start: number,
  size: number,
): ScannedRecords {
  const words = wordsOf(bank);
  const mark = wordsOf(markOf(key))[0] ?? 0;
  const records: Uint8Array[] = [];
  let link = firstLink(key);
  let last: ScannedRecords['last'];
  let end = start;
  let search = start;
  for (;;) {
    const word = words.indexOf(mark, search >> 2);
    if (word < 0) break;
    const found = readRecord(hash, key, bank, word * 4, size);
    if (found === undefined) {
      search = word * 4 + 4;
      continue;
    }
    if (!equalBytes(found.previous, link)) return { records, link, last, free: end, orphan: word * 4 };
    records.push(found.payload);
    link = found.link;
    last = { offset: word * 4, bytes: bank.subarray(word * 4, word * 4 + RECORD_OVERHEAD + found.payload.length) };
    end = word * 4 + framedLength(found.payload.length);
    search = end;
  }
  return { records, link, last, free: Math.max(end, endOfWritten(words, end)), orphan: undefined };
}

interface FoundRecord {
  readonly previous: Uint8Array;
  readonly link: Uint8Array;
  readonly payload: Uint8Array;
}

function readRecord(
  hash: Hash,
  key: Uint8Array,
  bank: Uint8Array,
  offset: number,
  size: number,
): FoundRecord | undefined {
  const begin = offset + RECORD_OVERHEAD;
  if (begin > bank.length) return undefined;
  const length = new DataView(bank.buffer, bank.byteOffset + offset).getUint32(4, true);
  if (length > size - begin) return undefined;
  const link = bank.subarray(offset + 8, offset + COVERED_FROM);
  const covered = part(bank, offset + COVERED_FROM, SUM_LENGTH + length);
  if (!equalBytes(link, sum(hash, key, covered))) return undefined;
  return { previous: covered.subarray(0, SUM_LENGTH), link, payload: covered.subarray(SUM_LENGTH) };
}

/** A part of a bank that was read only up to where it is erased. */
export function part(bank: Uint8Array, begin: number, length: number): Uint8Array {
  const there = bank.subarray(begin, begin + length);
  if (there.length === length) return there;
  const whole = new Uint8Array(length).fill(0xff);
  whole.set(there);
  return whole;
}

/** The bytes as 32-bit words: comparing words is what makes searching a large bank cheap. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const whole = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint32Array(whole.buffer, whole.byteOffset, whole.byteLength >> 2);
}

function endOfWritten(words: Uint32Array, from: number): number {
  let word = words.length;
  while (word > from >> 2 && words[word - 1] === 0xffffffff) word--;
  return word * 4;
}
