import { describe, expect, it } from 'vitest';
import { play } from './hunt.ts';
import { POSSIBLE } from './pairs.ts';
import { type History, historyOf, toText } from './steps.ts';
import { Tally } from './tally.ts';
import { toyPlayers } from './toy.ts';

const SEEDS = 150;
const STEPS = 200;
/** Worlds that are made for a pair which no other has had. */
const SOUGHT = 60;

describe('every pair of transition and fault', () => {
  it('happens in some world, or there is a reason why it cannot, and never both', { timeout: 900_000 }, async () => {
    const tally = new Tally();
    const playOne = async (history: History): Promise<void> => {
      const ran = await play(toyPlayers, history);
      tally.add(ran, STEPS);
      expect([toText(history), ran.violation]).toEqual([toText(history), null]);
    };
    for (let seed = 0; seed < SEEDS; seed++) await playOne(historyOf('toy', seed, STEPS));
    for (const pair of POSSIBLE)
      for (let seed = 0; seed < SOUGHT && tally.times(...pair) === 0; seed++)
        await playOne(historyOf('toy', seed, STEPS, pair));
    expect(tally.unseen()).toEqual([]);
    expect(tally.impossible()).toEqual([]);
  });
});
