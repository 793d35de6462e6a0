import type { Crypto } from '../crypto/port.ts';
import { type Change, changeFromWire, changeToWire } from '../engine/changes.ts';
import { pack, unpackTrusted } from '../files/codec.ts';
import { fromHex, toHex, utf8 } from '../model/bytes.ts';
import type { Hash } from '../model/ids.ts';

/**
 * One journal record: all changes of one commit. A chained record advances generation, state hash and anchor; a side
 * record (evidence) does neither.
 */
export interface JournalRecord {
  readonly chained: boolean;
  /** 16 fresh random bytes, so that two histories never have the same hashes. */
  readonly salt: Uint8Array;
  readonly changes: readonly Change[];
}

const DEPTH = 12;
const STATE_DOMAIN = utf8('license-ferry state\0');

export function encodeRecord(record: JournalRecord): Uint8Array {
  return pack([record.chained, record.salt, record.changes.map(changeToWire)], DEPTH);
}

export function decodeRecord(bytes: Uint8Array): JournalRecord {
  const [chained, salt, changes] = unpackTrusted(bytes) as [boolean, Uint8Array, unknown[]];
  return { chained, salt, changes: changes.map(changeFromWire) };
}

/** State hash after a chained record. @see docs/protocol.md, "State hash" */
export function nextStateHash(crypto: Crypto, before: Hash, record: Uint8Array): Hash {
  return toHex(crypto.sha256(STATE_DOMAIN, fromHex(before), record)) as Hash;
}
