import { describe, expect, it } from 'vitest';
import { contradiction, judgeSettlement, newHead, newInbound } from '../../../container/engine/issuer-channel.ts';
import type { Statement } from '../../../container/files/statement.ts';
import type { Hash, PublicKey } from '../../../container/model/ids.ts';
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
const chainAt = (sequence: number) => hash(`0${sequence}`);

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
});

describe('two statements of one container', () => {
  const first: Statement = {
    signer,
    partner,
    generation: 10,
    stateHash: hash('aa'),
    outbound: { epoch: 0, issued: 4, hash: hash('04') },
    inbound: { ...said, epoch: 0, applied: 5, refused: [{ sequence: 5, reason: 301 }] },
  };
  const newer = { ...first, generation: 11, stateHash: hash('bb') };
  const seen = { applied: 4, settled: 5 };

  it.each([
    ['the very same', first],
    ['a newer one', newer],
    ['a newer one that pruned', { ...newer, inbound: { ...newer.inbound, refused: [], prunedThrough: 5 } }],
    ['an older, consistent one', { ...first, generation: 9, outbound: { epoch: 0, issued: 1, hash: hash('01') } }],
    ['a newer one of another epoch', { ...newer, inbound: { ...newer.inbound, epoch: 1 } }],
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

  it('are not compared in what either of them has settled and forgotten', () => {
    const forgot = { ...first, inbound: { ...first.inbound, refused: [], prunedThrough: 5 } };
    const remembers = { ...newer, inbound: { ...newer.inbound, prunedThrough: 3 } };
    expect(contradiction(forgot, remembers, seen)).toBeUndefined();
    expect(contradiction(remembers, { ...forgot, generation: 12 }, seen)).toBeUndefined();
  });

  it('contradict what was taken from their signer', () => {
    expect(contradiction(undefined, first, { applied: 5, settled: 0 })).toBe('it forgot what it had issued');
    expect(contradiction(undefined, first, { applied: 0, settled: 6 })).toBe('it forgot what it had applied');
  });
});
