import { describe, expect, it } from 'vitest';
import {
  type CarriedNotice,
  chainNext,
  chainStart,
  entryHash,
  fileRanges,
  fileRoom,
  fileWeight,
  judgeSettlement,
  largestEntry,
  newHead,
  newInbound,
  noticeWeight,
  placeNotices,
} from '../../../container/engine/issuer-channel.ts';
import { fromHex, toHex, utf8 } from '../../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../../container/model/ids.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import { crypto } from '../../world/parties.ts';

const signer = '11'.repeat(32) as PublicKey;
const partner = '22'.repeat(32) as PublicKey;
const hash = (byte: string) => byte.repeat(32) as Hash;

const head = {
  ...newHead(crypto, signer, partner),
  issued: 5,
  issuedChain: hash('05'),
  settled: 3,
  settledChain: hash('03'),
};
const said = { ...newInbound(crypto, signer, partner), applied: 5, hash: hash('05'), prunedThrough: 3 };
/** Of what was settled the issuer has only the last chain value. */
const chainAt = (sequence: number) => (sequence > 3 && sequence <= 5 ? hash(`0${sequence}`) : undefined);

describe('what a statement settles', () => {
  it.each([
    ['the outcomes up to what was applied', {}, 'settles'],
    ['nothing when it is no newer', { applied: 3, hash: hash('03') }, 'late'],
    ['nothing when it is older', { applied: 2, hash: hash('02'), prunedThrough: 2 }, 'late'],
    ['nothing when it is of an earlier epoch', { epoch: 6 }, 'late'],
    ['a proof when it is of a later epoch', { epoch: 8 }, 'issuerRolledBack'],
    ['a proof when more was applied than issued', { applied: 6 }, 'issuerRolledBack'],
    ['a proof when another entry was applied', { hash: hash('09') }, 'issuerRolledBack'],
    ['a proof when another entry was settled', { applied: 3, hash: hash('09') }, 'issuerRolledBack'],
    ['a proof when it was told of a settlement unknown here', { prunedThrough: 4 }, 'issuerRolledBack'],
  ] as const)('is %s', (_, change, verdict) => {
    const epoch = 7;
    expect(judgeSettlement({ ...head, epoch }, { ...said, epoch, ...change }, chainAt).verdict).toBe(verdict);
  });

  it('is how each entry ended that was in transit up to what was applied, and the chain value there', () => {
    const refused = [
      { sequence: 2, reason: 303 },
      { sequence: 4, reason: 301 },
    ];
    expect(judgeSettlement(head, { ...said, refused }, chainAt)).toEqual({
      verdict: 'settles',
      outcomes: [
        { sequence: 4, reason: 301 },
        { sequence: 5, reason: null },
      ],
      chain: hash('05'),
    });
    expect(judgeSettlement(head, { ...said, applied: 4, hash: hash('04') }, chainAt)).toEqual({
      verdict: 'settles',
      outcomes: [{ sequence: 4, reason: null }],
      chain: hash('04'),
    });
  });

  it.each([
    ['the target is in a later epoch of the channel', { epoch: 1 }],
    ['the target applied more than was issued', { applied: 6, hash: hash('06') }],
    ['the target was told of a settlement that is not known here', { prunedThrough: 4 }],
    ['the target applied other entries than are known here', { hash: hash('09') }],
  ])('says what proves that the issuer was set back: %s', (why, change) => {
    expect(judgeSettlement(head, { ...said, ...change }, chainAt)).toEqual({ verdict: 'issuerRolledBack', why });
  });
});

describe('what is in transit, split into files', () => {
  const inTransit = { ...head, settled: 3, issued: 8 };
  const room = 10_000;
  const largestRecord = room + 4096;
  const split = (weights: readonly number[], certificates: readonly number[] = []) =>
    fileRanges(
      { ...inTransit, issued: 3 + weights.length },
      largestRecord,
      (sequence) => weights[sequence - 4] ?? 0,
      (sequence) => certificates[sequence - 4] ?? 0,
    ).map(({ first, last }) => `${first}-${last}`);

  it('is one empty range behind what was settled when nothing is', () => {
    expect(fileRanges({ ...inTransit, issued: 3 }, largestRecord, () => 1)).toEqual([{ first: 4, last: 3 }]);
  });

  it('goes into one file as long as it fills it exactly, and into two with one byte more', () => {
    expect(split([5_000, 5_000])).toEqual(['4-5']);
    expect(split([5_000, 5_001])).toEqual(['4-4', '5-5']);
    expect(split([5_000, 5_000, 1])).toEqual(['4-5', '6-6']);
  });

  it('begins to count anew with each file', () => {
    expect(split([6_000, 6_000, 4_000, 1, 9_999, 1])).toEqual(['4-4', '5-6', '7-8', '9-9']);
    const some = FORMAT.fileCertificates - 1;
    expect(split([1, 1, 1, 1], [some, 2, some - 1, 1])).toEqual(['4-4', '5-6', '7-7']);
  });

  it('has in one file no more certificates than a file may hold', () => {
    expect(split([1, 1], [FORMAT.fileCertificates - 1, 1])).toEqual(['4-5']);
    expect(split([1, 1], [FORMAT.fileCertificates, 1])).toEqual(['4-4', '5-5']);
    expect(fileRanges(inTransit, largestRecord, () => 1)).toEqual([{ first: 4, last: 8 }]);
  });

  it('has in one file no more entries than a file may hold', () => {
    const many = FORMAT.fileEntries;
    expect(split(Array.from({ length: many }, () => 1))).toEqual([`4-${3 + many}`]);
    expect(split(Array.from({ length: many + 1 }, () => 1))).toEqual([`4-${3 + many}`, `${4 + many}-${4 + many}`]);
  });

  it('gives an entry that is larger than any file one of its own', () => {
    expect(split([20_000, 1])).toEqual(['4-4', '5-5']);
    expect(split([1, 20_000])).toEqual(['4-4', '5-5']);
  });
});

describe('the place of notices', () => {
  const inTransit = { ...head, settled: 3, issued: 5 };
  const ranges = [
    { first: 4, last: 4 },
    { first: 5, last: 5 },
  ];
  const room = 10_000;
  /** A notice of that weight, with the certificate of its firm or without one. */
  const notice = (weight: number, by: 'firm' | 'root' = 'root'): CarriedNotice => ({
    raw: new Uint8Array(weight - 8 - (by === 'firm' ? 320 : 0)),
    signer: by === 'firm' ? signer : null,
  });
  const place = (
    notices: readonly CarriedNotice[],
    weights: readonly number[],
    shown: readonly number[] = [],
    files = ranges,
  ) =>
    placeNotices(
      inTransit,
      files,
      room + 4096,
      notices,
      (sequence) => weights[sequence - 4] ?? 0,
      (sequence) => shown[sequence - 4] ?? 0,
    ).map(({ first, last, notices: carried }) => [first, last, carried.map((one) => notices.indexOf(one))]);

  it('is none when there are none', () => {
    expect(placeNotices(inTransit, ranges, room + 4096, [], () => 1)).toEqual(
      ranges.map((range) => ({ ...range, notices: [] })),
    );
  });

  it('is the first file that has room for them, to the last byte and the last certificate', () => {
    const inFirst = [
      [4, 4, [0]],
      [5, 5, []],
    ];
    const inSecond = [
      [4, 4, []],
      [5, 5, [0]],
    ];
    expect(place([notice(4_000, 'firm')], [6_000, 1])).toEqual(inFirst);
    expect(place([notice(4_000, 'firm')], [6_001, 6_000])).toEqual(inSecond);
    const most = FORMAT.fileCertificates;
    expect(place([notice(400, 'firm')], [1, 1], [most - 1, 1])).toEqual(inFirst);
    expect(place([notice(400, 'firm')], [1, 1], [most, most - 1])).toEqual(inSecond);
    expect(place([notice(400)], [1, 1], [most, most])).toEqual(inFirst);
  });

  it('is found for each by itself, in the order in which they come', () => {
    expect(place([notice(3_000), notice(2_000), notice(1_000)], [6_000, 6_000])).toEqual([
      [4, 4, [0, 2]],
      [5, 5, [1]],
    ]);
  });

  it('counts all entries of a file, and the notices that it has already', () => {
    const whole = [{ first: 4, last: 5 }];
    expect(place([notice(1_000)], [4_000, 5_000], [], whole)).toEqual([[4, 5, [0]]]);
    expect(place([notice(1_000)], [4_000, 5_001], [], whole)).toEqual([
      [4, 5, []],
      [6, 5, [0]],
    ]);
    const most = FORMAT.fileCertificates;
    const two = [notice(400, 'firm'), notice(400, 'firm')];
    expect(place(two, [1, 1], [most - 2, 0], whole)).toEqual([[4, 5, [0, 1]]]);
    expect(place(two, [1, 1], [most - 1, 0], whole)).toEqual([
      [4, 5, [0]],
      [6, 5, [1]],
    ]);
  });

  it('is one more file behind the others when none has room, and as many as they need', () => {
    const full = [
      [4, 4, []],
      [5, 5, []],
    ];
    expect(place([notice(4_000), notice(5_000)], [6_001, 6_001])).toEqual([...full, [6, 5, [0, 1]]]);
    expect(place([notice(room), notice(room)], [1, 1])).toEqual([...full, [6, 5, [0]], [6, 5, [1]]]);
  });

  it('is in a file with no more notices than a file may hold', () => {
    const many = Array.from({ length: FORMAT.fileNotices + 1 }, () => notice(100));
    expect(place(many, [1, 1]).map(([, , carried]) => carried)).toEqual([
      many.slice(1).map((_, at) => at),
      [FORMAT.fileNotices],
    ]);
  });

  it('is nowhere for one that alone is too large, which keeps no other from its place', () => {
    expect(place([notice(room + 1), notice(1_000)], [1, 1])).toEqual([
      [4, 4, [1]],
      [5, 5, []],
    ]);
  });
});

describe('the room of a file', () => {
  it('is what the target can take in one record, and at most what any file may hold, less what every file needs', () => {
    expect(fileRoom(100_000)).toBe(100_000 - 4096);
    expect(fileRoom(2 * FORMAT.fileBytes)).toBe(FORMAT.fileBytes - 4096);
  });

  it('leaves an entry what a file has, less what an entry needs beside it, and at most what any entry may hold', () => {
    expect(largestEntry(100_000)).toBe(100_000 - 4096 - 2048);
    expect(largestEntry(FORMAT.fileBytes)).toBe(FORMAT.entryBytes);
  });

  it('is taken by an entry with its signature and by each certificate', () => {
    expect(fileWeight(1_000, 0)).toBe(1_080);
    expect(fileWeight(1_000, 2)).toBe(1_720);
  });

  it('is taken by a notice with its length, and by the certificate of its firm only when one travels with it', () => {
    expect(noticeWeight({ raw: new Uint8Array(10), signer: null })).toBe(10 + 8);
    expect(noticeWeight({ raw: new Uint8Array(10), signer })).toBe(10 + 8 + 320);
  });
});

describe('the chain of a channel', () => {
  it('begins with its two keys, in their order, and hashes each entry apart from all else', () => {
    const start = chainStart(crypto, signer, partner);
    expect(start).toBe(toHex(crypto.sha256(utf8('license-ferry chain\0'), fromHex(signer), fromHex(partner))));
    expect(newHead(crypto, signer, partner)).toEqual({
      epoch: 0,
      issued: 0,
      issuedChain: start,
      settled: 0,
      settledChain: start,
    });
    expect(newInbound(crypto, signer, partner)).toEqual({
      epoch: 0,
      applied: 0,
      hash: start,
      refused: [],
      prunedThrough: 0,
      refusedChain: start,
    });
    const first = entryHash(crypto, utf8('an entry'));
    expect(first).toBe(toHex(crypto.sha256(utf8('license-ferry entry\0an entry'))));
    expect(chainNext(crypto, start, first)).toBe(toHex(crypto.sha256(fromHex(start), fromHex(first))));
  });
});
