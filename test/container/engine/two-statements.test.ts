import { describe, expect, it } from 'vitest';
import {
  chainNext,
  chainStart,
  contradiction,
  inboundNext,
  newInbound,
  refusedChainNext,
} from '../../../container/engine/issuer-channel.ts';
import type { InboundState, RefusedEntry, Statement } from '../../../container/files/statement.ts';
import type { Hash, PublicKey } from '../../../container/model/ids.ts';
import { crypto } from '../../world/parties.ts';

const signer = '11'.repeat(32) as PublicKey;
const partner = '22'.repeat(32) as PublicKey;
const hash = (byte: string) => byte.repeat(32) as Hash;
const said = { ...newInbound(crypto, signer, partner), applied: 5, hash: hash('05'), prunedThrough: 3 };

/** The chain of refusals of the channel, once these were refused. */
function chainOf(...refused: readonly RefusedEntry[]): Hash {
  return refused.reduce((chain, one) => refusedChainNext(crypto, chain, one), chainStart(crypto, signer, partner));
}

describe('the chain of refusals', () => {
  const [third, fifth] = [
    { sequence: 3, reason: 301 },
    { sequence: 5, reason: 302 },
  ];

  it('is one for each sequence, reason and order, and not that of the entries', () => {
    const all = [
      chainOf(),
      chainOf(third),
      chainOf({ ...third, reason: 302 }),
      chainOf({ ...third, sequence: 4 }),
      chainOf(third, fifth),
      chainOf(fifth, third),
      chainOf({ sequence: 3 * 65536, reason: 301 }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('goes on with a refusal, and stays as it is with an entry that was applied', () => {
    const before = { ...newInbound(crypto, signer, partner), applied: 2, hash: hash('02') };
    const applied = inboundNext(crypto, before, hash('e3'), null);
    expect(applied).toEqual({ ...before, applied: 3, hash: chainNext(crypto, hash('02'), hash('e3')) });
    expect(inboundNext(crypto, before, hash('e3'), 301)).toEqual({
      ...applied,
      refused: [third],
      refusedChain: chainOf(third),
    });
  });
});

describe('two statements of one container', () => {
  const fourth = { sequence: 4, reason: 303 };
  const refusedFifth = { sequence: 5, reason: 301 };
  const refusing = (...refused: readonly RefusedEntry[]): Pick<InboundState, 'refused' | 'refusedChain'> => ({
    refused: [...refused],
    refusedChain: chainOf(...refused),
  });
  const first: Statement = {
    signer,
    partner,
    generation: 10,
    stateHash: hash('aa'),
    outbound: { epoch: 0, issued: 4, hash: hash('04') },
    inbound: { ...said, epoch: 0, applied: 5, ...refusing(refusedFifth) },
  };
  const newer = { ...first, generation: 11, stateHash: hash('bb') };
  const seen = { applied: 4, settled: 5 };
  const sixth = { sequence: 6, reason: 302 };
  const appliedSixth = { ...newer.inbound, applied: 6, hash: hash('06') };

  it.each([
    ['the very same', first],
    ['a newer one', newer],
    ['a newer one that pruned', { ...newer, inbound: { ...newer.inbound, refused: [], prunedThrough: 5 } }],
    ['an older, consistent one', { ...first, generation: 9, outbound: { epoch: 0, issued: 1, hash: hash('01') } }],
    [
      'an older one of before a refusal',
      { ...first, generation: 9, inbound: { ...first.inbound, applied: 4, hash: hash('04'), ...refusing() } },
    ],
    [
      'a newer one of a later epoch of the channel to it, whose entries are compared with none before',
      { ...newer, inbound: { ...first.inbound, epoch: 1, hash: hash('99'), refused: [], prunedThrough: 5 } },
    ],
    [
      'a newer one of another epoch of the channel from it, which is compared with nothing before',
      { ...newer, outbound: { epoch: 1, issued: 4, hash: hash('99') } },
    ],
    [
      'a newer one that refused what was applied since',
      { ...newer, inbound: { ...appliedSixth, ...refusing(refusedFifth, sixth) } },
    ],
    [
      'a newer one that lists what it has not applied, which says nothing',
      { ...newer, inbound: { ...newer.inbound, refused: [refusedFifth, sixth] } },
    ],
  ])('agree: %s', (_, now) => {
    expect(contradiction(crypto, first, now, seen)).toBeUndefined();
  });

  it.each([
    ['two different states have the same generation', { ...first, stateHash: hash('cc') }],
    ['a newer state has issued less', { ...newer, outbound: { epoch: 0, issued: 3, hash: hash('03') } }],
    ['a newer state has applied less', { ...newer, inbound: { ...newer.inbound, applied: 4, ...refusing() } }],
    [
      'it issued two different entries with one sequence',
      { ...newer, outbound: { ...newer.outbound, hash: hash('99') } },
    ],
    [
      'it applied two different entries with one sequence',
      { ...newer, inbound: { ...newer.inbound, hash: hash('99') } },
    ],
    ['a newer state has issued less', { ...first, generation: 9, outbound: { epoch: 0, issued: 5, hash: hash('05') } }],
  ])('contradict each other: %s', (why, now) => {
    expect(contradiction(crypto, first, now, seen)).toBe(why);
  });

  it.each([
    [
      'it applied two different entries with one sequence',
      {
        ...newer,
        outbound: { epoch: 0, issued: 3, hash: hash('03') },
        inbound: { ...newer.inbound, hash: hash('99') },
      },
    ],
    [
      'it issued two different entries with one sequence',
      {
        ...newer,
        outbound: { ...newer.outbound, hash: hash('99') },
        inbound: { ...newer.inbound, applied: 4, ...refusing() },
      },
    ],
    [
      'it issued two different entries with one sequence',
      {
        ...first,
        generation: 9,
        outbound: { ...newer.outbound, hash: hash('99') },
        inbound: { ...newer.inbound, epoch: 1, hash: hash('99'), refused: [], prunedThrough: 5 },
      },
    ],
  ])('contradict each other first in what proves two: %s, whatever else is less', (why, now) => {
    expect(contradiction(crypto, first, now, seen)).toBe(why);
  });

  it.each([
    ['that applied what was refused', { ...newer, inbound: { ...newer.inbound, ...refusing() } }],
    ['that did so before', { ...first, generation: 9, inbound: { ...newer.inbound, ...refusing() } }],
    [
      'that refused it for another reason',
      { ...newer, inbound: { ...newer.inbound, ...refusing({ ...refusedFifth, reason: 302 }) } },
    ],
    ['that refused what was applied', { ...newer, inbound: { ...newer.inbound, ...refusing(fourth, refusedFifth) } }],
    [
      'that has forgotten what it refused',
      { ...newer, inbound: { ...newer.inbound, ...refusing(), prunedThrough: 5 } },
    ],
    ['of a later epoch', { ...newer, inbound: { ...newer.inbound, epoch: 1, ...refusing(), prunedThrough: 5 } }],
    [
      'that is behind although it is newer',
      { ...newer, inbound: { ...newer.inbound, applied: 4, ...refusing(fourth) } },
    ],
    [
      'that is ahead although it is older',
      { ...first, generation: 9, inbound: { ...appliedSixth, ...refusing(sixth) } },
    ],
    ['that went on since', { ...newer, inbound: { ...appliedSixth, ...refusing(sixth) } }],
  ])('contradict each other in the outcome of an entry: one %s', (_, now) => {
    expect(contradiction(crypto, first, now, seen)).toBe('the outcome of an entry changed');
  });

  it('contradict each other when the later one is back in an epoch that the channel to their signer had left', () => {
    const inEpoch = (generation: number, epoch: number): Statement => ({
      ...first,
      generation,
      stateHash: hash(String(generation)),
      inbound: { ...first.inbound, epoch },
    });
    const why = 'a newer state is in an earlier epoch';
    expect(contradiction(crypto, inEpoch(10, 2), inEpoch(11, 1), seen)).toBe(why);
    expect(contradiction(crypto, inEpoch(11, 1), inEpoch(10, 2), seen)).toBe(why);
    expect(contradiction(crypto, inEpoch(11, 2), inEpoch(10, 1), seen)).toBeUndefined();
  });

  it('are not compared in what lies between them and is told no more', () => {
    const later = { ...newer, inbound: { ...appliedSixth, prunedThrough: 6, refused: [], refusedChain: hash('77') } };
    expect(contradiction(crypto, first, later, seen)).toBeUndefined();
    const toldStill = { ...later, inbound: { ...later.inbound, prunedThrough: 5 } };
    expect(contradiction(crypto, first, toldStill, seen)).toBe('the outcome of an entry changed');
  });

  it('contradict what was taken from their signer, unless they are older than one that was seen', () => {
    expect(contradiction(crypto, first, first, { applied: 5, settled: 5 })).toBe('it forgot what it had issued');
    expect(contradiction(crypto, { ...first, generation: 11 }, first, { applied: 5, settled: 6 })).toBeUndefined();
    expect(contradiction(crypto, undefined, first, { applied: 5, settled: 0 })).toBe('it forgot what it had issued');
    expect(contradiction(crypto, undefined, first, { applied: 0, settled: 6 })).toBe('it forgot what it had applied');
  });
});
