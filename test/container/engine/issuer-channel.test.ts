import { describe, expect, it } from 'vitest';
import {
  chainNext,
  chainStart,
  contradiction,
  entryHash,
  fileRanges,
  fileRoom,
  fileWeight,
  judgeSettlement,
  largestEntry,
  newHead,
  newInbound,
  noticeBytes,
  placeNotices,
} from '../../../container/engine/issuer-channel.ts';
import type { Statement } from '../../../container/files/statement.ts';
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

describe('two statements of one container', () => {
  const refusedFifth = [{ sequence: 5, reason: 301 }];
  const first: Statement = {
    signer,
    partner,
    generation: 10,
    stateHash: hash('aa'),
    outbound: { epoch: 0, issued: 4, hash: hash('04') },
    inbound: { ...said, epoch: 0, applied: 5, refused: refusedFifth },
  };
  const newer = { ...first, generation: 11, stateHash: hash('bb') };
  const seen = { applied: 4, settled: 5 };

  it.each([
    ['the very same', first],
    ['a newer one', newer],
    ['a newer one that pruned', { ...newer, inbound: { ...newer.inbound, refused: [], prunedThrough: 5 } }],
    ['an older, consistent one', { ...first, generation: 9, outbound: { epoch: 0, issued: 1, hash: hash('01') } }],
    [
      'a newer one of a later epoch of the channel to it, which is compared with nothing before',
      { ...newer, inbound: { epoch: 1, applied: 5, hash: hash('99'), refused: [], prunedThrough: 3 } },
    ],
    [
      'a newer one of another epoch of the channel from it, which is compared with nothing before',
      { ...newer, outbound: { epoch: 1, issued: 4, hash: hash('99') } },
    ],
    [
      'a newer one that refused what was applied since',
      {
        ...newer,
        inbound: {
          ...newer.inbound,
          applied: 6,
          hash: hash('06'),
          refused: [...refusedFifth, { sequence: 6, reason: 302 }],
        },
      },
    ],
  ])('agree: %s', (_, now) => {
    expect(contradiction(first, now, seen)).toBeUndefined();
  });

  it.each([
    ['two different states have the same generation', { ...first, stateHash: hash('cc') }],
    ['a newer state has issued less', { ...newer, outbound: { epoch: 0, issued: 3, hash: hash('03') } }],
    ['a newer state has applied less', { ...newer, inbound: { ...newer.inbound, applied: 4 } }],
    [
      'it issued two different entries with one sequence',
      { ...newer, outbound: { ...newer.outbound, hash: hash('99') } },
    ],
    [
      'it applied two different entries with one sequence',
      { ...newer, inbound: { ...newer.inbound, hash: hash('99') } },
    ],
    ['the outcome of an entry changed', { ...newer, inbound: { ...newer.inbound, refused: [] } }],
    [
      'the outcome of an entry changed',
      { ...newer, inbound: { ...newer.inbound, refused: [{ sequence: 5, reason: 302 }] } },
    ],
    ['a newer state has issued less', { ...first, generation: 9, outbound: { epoch: 0, issued: 5, hash: hash('05') } }],
  ])('contradict each other: %s', (why, now) => {
    expect(contradiction(first, now, seen)).toBe(why);
  });

  it('contradict each other in one outcome of several', () => {
    const two = { ...newer, inbound: { ...newer.inbound, refused: [{ sequence: 4, reason: 301 }, ...refusedFifth] } };
    expect(contradiction(first, two, seen)).toBe('the outcome of an entry changed');
  });

  it('contradict each other when the later one is back in an epoch that the channel to their signer had left', () => {
    const inEpoch = (generation: number, epoch: number): Statement => ({
      ...first,
      generation,
      stateHash: hash(String(generation)),
      inbound: { ...first.inbound, epoch },
    });
    const why = 'a newer state is in an earlier epoch';
    expect(contradiction(inEpoch(10, 2), inEpoch(11, 1), seen)).toBe(why);
    expect(contradiction(inEpoch(11, 1), inEpoch(10, 2), seen)).toBe(why);
    expect(contradiction(inEpoch(11, 2), inEpoch(10, 1), seen)).toBeUndefined();
  });

  it('are not compared in what either of them has settled and forgotten', () => {
    const forgot = { ...first, inbound: { ...first.inbound, refused: [], prunedThrough: 5 } };
    const remembers = { ...newer, inbound: { ...newer.inbound, prunedThrough: 3 } };
    expect(contradiction(forgot, remembers, seen)).toBeUndefined();
    expect(contradiction(remembers, { ...forgot, generation: 12 }, seen)).toBeUndefined();
  });

  it('contradict what was taken from their signer, unless they are older than one that was seen', () => {
    expect(contradiction(first, first, { applied: 5, settled: 5 })).toBe('it forgot what it had issued');
    expect(contradiction({ ...first, generation: 11 }, first, { applied: 5, settled: 6 })).toBeUndefined();
    expect(contradiction(undefined, first, { applied: 5, settled: 0 })).toBe('it forgot what it had issued');
    expect(contradiction(undefined, first, { applied: 0, settled: 6 })).toBe('it forgot what it had applied');
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
  const place = (bytes: number, certificates: number, weights: readonly number[], shown: readonly number[] = []) =>
    placeNotices(
      inTransit,
      ranges,
      room + 4096,
      { bytes, certificates },
      (sequence) => weights[sequence - 4] ?? 0,
      (sequence) => shown[sequence - 4] ?? 0,
    );

  it('is none when there are none', () => {
    expect(place(0, 0, [1, 1])).toEqual({ ranges, carrier: null });
  });

  it('is the first file that has room for them, to the last byte and the last certificate', () => {
    expect(place(4_000, 1, [6_000, 1])).toEqual({ ranges, carrier: 0 });
    expect(place(4_000, 1, [6_001, 6_000])).toEqual({ ranges, carrier: 1 });
    const most = FORMAT.fileCertificates;
    expect(place(1, 1, [1, 1], [most - 1, 1])).toEqual({ ranges, carrier: 0 });
    expect(place(1, 1, [1, 1], [most, most - 1])).toEqual({ ranges, carrier: 1 });
    expect(placeNotices(inTransit, ranges, room + 4096, { bytes: 1, certificates: most }, () => 1)).toEqual({
      ranges,
      carrier: 0,
    });
  });

  it('counts all entries of a file', () => {
    const whole = [{ first: 4, last: 5 }];
    const of = (second: number) =>
      placeNotices(inTransit, whole, room + 4096, { bytes: 1_000, certificates: 0 }, (at) =>
        at === 4 ? 4_000 : second,
      );
    expect(of(5_000).carrier).toBe(0);
    expect(of(5_001).carrier).toBe(1);
  });

  it('is one more file behind the others when none has room, and none at all when not even that has', () => {
    const behind = { ranges: [...ranges, { first: 6, last: 5 }], carrier: 2 };
    expect(place(4_000, 0, [6_001, 6_001])).toEqual(behind);
    expect(place(room, 0, [1, 1])).toEqual(behind);
    expect(place(room + 1, 0, [1, 1])).toEqual({ ranges, carrier: null });
    expect(place(1, FORMAT.fileCertificates + 1, [1, 1])).toEqual({ ranges, carrier: null });
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

  it('is taken by notices, each with its length, and by the certificates only when there are notices', () => {
    expect(noticeBytes([new Uint8Array(10), new Uint8Array(20)], 2)).toBe(30 + 16 + 640);
    expect(noticeBytes([], 2)).toBe(0);
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
    });
    const first = entryHash(crypto, utf8('an entry'));
    expect(first).toBe(toHex(crypto.sha256(utf8('license-ferry entry\0an entry'))));
    expect(chainNext(crypto, start, first)).toBe(toHex(crypto.sha256(fromHex(start), fromHex(first))));
  });
});
