import { describe, expect, it } from 'vitest';
import { Coverage } from './flash/coverage.ts';
import { Stage } from './flash/stage.ts';
import { allProofs } from './proofs.ts';
import { SCENARIOS } from './scenarios/index.ts';

describe('what is durable, when power is cut at every moment of', () => {
  const { proofs } = allProofs();

  it.each(proofs.filter(({ size }) => size === 'quick').map((proof) => ({ name: proof.name, proof })))(
    '"$name", and again at every moment of the recovery, is what it was before or after',
    async ({ proof }) => {
      const result = await proof.run({ size: 'quick', seed: 1, isOver: () => false });
      expect(result.violation).toBeNull();
      expect(result.states).toBeGreaterThan(result.cuts);
    },
  );
});

describe('the scenarios', () => {
  it('have every command, every kind of entry and of notice, and every change of the journal', () => {
    const coverage = new Coverage();
    for (const { play } of SCENARIOS) {
      const stage = new Stage(coverage);
      play(stage);
      stage.end();
    }
    expect(coverage.missing()).toEqual([]);
  });
});
