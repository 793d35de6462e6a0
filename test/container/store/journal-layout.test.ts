import { describe, expect, it } from 'vitest';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { concatBytes, utf8 } from '../../../container/model/bytes.ts';
import {
  bankKey,
  decodeHeader,
  encodeHeader,
  firstLink,
  framedLength,
  frameRecord,
  HEADER_LENGTH,
  part,
  RECORD_OVERHEAD,
  scanRecords,
} from '../../../container/store/journal-layout.ts';

const hash = nativeCrypto();
const key = bankKey(hash, 1, utf8('snapshot'));
const ERASED = 0xff;

/** A bank of that size with these pieces in it, erased elsewhere. */
function bankWith(size: number, ...pieces: readonly (readonly [offset: number, bytes: Uint8Array])[]): Uint8Array {
  const bank = new Uint8Array(size).fill(ERASED);
  for (const [offset, bytes] of pieces) bank.set(bytes, offset);
  return bank;
}

/** Records one after the other, the first at `offset`. */
function chain(offset: number, ...payloads: readonly Uint8Array[]) {
  let link = firstLink(key);
  let at = offset;
  return payloads.map((payload) => {
    const framed = frameRecord(hash, key, link, payload);
    const piece = [at, framed.bytes] as const;
    link = framed.link;
    at += framedLength(payload.length);
    return piece;
  });
}

const scan = (bank: Uint8Array, start = 0, size = bank.length) => scanRecords(hash, key, bank, start, size);

describe('the header of a bank', () => {
  it('is none without its magic, even where its checksum is right', () => {
    const header = encodeHeader(hash, 7, 100, key);
    expect(decodeHeader(hash, header)).toMatchObject({ version: 2, sequence: 7, snapshotLength: 100 });
    const covered = header.slice(0, HEADER_LENGTH - 8);
    covered.set(utf8('LFOTHER!'));
    const sum = hash.sha256(utf8('license-ferry journal header v1'), covered).subarray(0, 8);
    expect(decodeHeader(hash, concatBytes(covered, sum))).toBeUndefined();
  });
});

describe('the records of a bank', () => {
  it('are found from its first byte on, with the last one as it was programmed', () => {
    const pieces = chain(0, utf8('one'), utf8('second'));
    const found = scan(bankWith(256, ...pieces));
    expect(found.records).toEqual([utf8('one'), utf8('second')]);
    const [, [offset, bytes]] = pieces as [unknown, readonly [number, Uint8Array]];
    expect(found.last).toEqual({ offset, bytes });
    expect([found.free, found.orphan]).toEqual([offset + framedLength(6), undefined]);
  });

  it('are found in a bank that begins anywhere in memory', () => {
    const whole = bankWith(257, ...chain(1, utf8('one')));
    expect(scan(whole.subarray(1)).records).toEqual([utf8('one')]);
  });

  it('may fill it to the last byte, an empty one as well', () => {
    for (const payload of [utf8('four'), new Uint8Array(0)]) {
      const size = RECORD_OVERHEAD + payload.length;
      expect(scan(bankWith(size, ...chain(0, payload))).records).toEqual([payload]);
    }
  });

  it('are none that would reach beyond its size', () => {
    const bank = bankWith(256, ...chain(0, new Uint8Array(64)));
    expect(scan(bank, 0, RECORD_OVERHEAD + 64).records).toHaveLength(1);
    expect(scan(bank, 0, RECORD_OVERHEAD + 63).records).toEqual([]);
  });

  it('are read to their end where the bank was read only up to what is written', () => {
    const payload = concatBytes(utf8('ends erased'), new Uint8Array(21).fill(ERASED));
    const [[, bytes]] = chain(0, payload) as [readonly [number, Uint8Array]];
    const read = bytes.subarray(0, RECORD_OVERHEAD + 12);
    expect(scan(read, 0, 256)).toMatchObject({ records: [payload], free: framedLength(payload.length) });
  });

  it('are none where only a mark was written, at the end of what was read', () => {
    const [first, [, second]] = chain(0, utf8('one'), utf8('two')) as [
      readonly [number, Uint8Array],
      readonly [number, Uint8Array],
    ];
    const end = framedLength(3);
    for (const torn of [4, 8, RECORD_OVERHEAD - 4, RECORD_OVERHEAD])
      expect(scan(bankWith(end + torn, first, [end, second.subarray(0, torn)]), 0, 256)).toMatchObject({
        records: [utf8('one')],
        free: end + torn,
      });
  });

  it('end where nothing is written behind them, torn writes included', () => {
    const pieces = chain(8, utf8('one'));
    const end = 8 + framedLength(3);
    expect(scan(bankWith(256, ...pieces), 8).free).toBe(end);
    expect(scan(bankWith(256, ...pieces, [end + 40, Uint8Array.of(0)]), 8).free).toBe(end + 44);
    expect(scan(bankWith(256), 8).free).toBe(8);
  });

  it('say where one lies whose predecessor cannot be read', () => {
    const [, second] = chain(16, utf8('one'), utf8('two')) as [unknown, readonly [number, Uint8Array]];
    const found = scan(bankWith(256, second), 16);
    expect(found).toMatchObject({ records: [], orphan: second[0], free: 16, last: undefined });
  });
});

describe('a part of a bank', () => {
  it('is no copy where all of it was read, and erased behind what was read', () => {
    const bank = Uint8Array.of(1, 2, 3, 4);
    expect(part(bank, 1, 3).buffer).toBe(bank.buffer);
    expect(part(bank, 2, 4)).toEqual(Uint8Array.of(3, 4, ERASED, ERASED));
  });
});
