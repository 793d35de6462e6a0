import { describe, expect, it } from 'vitest';
import type { InboundState } from '../../../container/files/statement.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { judgeEpoch } from '../../../host/license-central/judge-epoch.ts';

const hash = (digit: string): Hash => digit.repeat(64) as Hash;
/** Two are settled, and 3 to 5 in transit; the chain value at each sequence is made of its digit. */
const HEAD = { epoch: 1, issued: 5, issuedChain: hash('5'), settled: 2, settledChain: hash('2') };
const chainAt = (sequence: number): Hash | undefined =>
  sequence > 2 && sequence <= 5 ? hash(String(sequence)) : undefined;

describe('the word of a container to a restored server', () => {
  it.each<[string, Partial<InboundState>, object]>([
    ['that says what is settled settles nothing', {}, { verdict: 'known', outcomes: [], unsure: [] }],
    ['that says less is late', { applied: 1, hash: hash('1') }, { verdict: 'late' }],
    [
      'on the chain settles up to there, with its refusals',
      { applied: 4, hash: hash('4'), refused: [{ sequence: 4, reason: 301 }] },
      {
        verdict: 'known',
        outcomes: [
          { sequence: 3, reason: null },
          { sequence: 4, reason: 301 },
        ],
        unsure: [],
      },
    ],
    [
      'that has forgotten its refusals up to a sequence leaves what is up to there unsure',
      { applied: 4, hash: hash('4'), prunedThrough: 3 },
      { verdict: 'known', outcomes: [{ sequence: 4, reason: null }], unsure: [3] },
    ],
    [
      'off the chain leaves what is up to there unsure',
      { applied: 4, hash: hash('a') },
      { verdict: 'forgotten', unsure: [3, 4] },
    ],
    [
      'beyond all that was issued leaves all that is in transit unsure',
      { applied: 9, hash: hash('a') },
      { verdict: 'forgotten', unsure: [3, 4, 5] },
    ],
    [
      'that has something else where it had confirmed the same contradicts itself',
      { hash: hash('a') },
      { verdict: 'contradicts', why: 'it applied two different entries with one sequence' },
    ],
  ])('%s', (_, said, verdict) => {
    for (const epoch of [0, 1, 7]) {
      const word = {
        epoch,
        applied: 2,
        hash: hash('2'),
        refused: [],
        prunedThrough: 0,
        refusedChain: hash('0'),
        ...said,
      };
      expect(judgeEpoch(HEAD, word, chainAt)).toEqual(verdict);
    }
  });
});
