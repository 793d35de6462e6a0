import { describe, expect, it } from 'vitest';
import { SimulatedFs } from './files/simulated-fs.ts';
import { Coverage } from './flash/coverage.ts';
import { Stage } from './flash/stage.ts';
import { playMail } from './mail/mail-proof.ts';
import { MAIL_SCENARIOS } from './mail/mail-scenarios.ts';
import { allProofs } from './proofs.ts';
import { SCENARIOS } from './scenarios/index.ts';

describe('what is durable, when power is cut at every moment of', () => {
  const { proofs } = allProofs();

  it.each(proofs.filter(({ size }) => size === 'quick').map((proof) => ({ name: proof.name, proof })))(
    '"$name", and again at every moment of the recovery, is what it was before or after',
    async ({ proof }) => {
      const result = await proof.run({ size: 'quick', seed: 1, isOver: async () => false });
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

describe('the scenarios of mail', () => {
  it('have every kind of operation on the memory of a dongle, and those that put a volume in the place of another', async () => {
    const simulated = new SimulatedFs();
    const giveBack = simulated.install();
    const kinds = new Set<string>();
    try {
      for (const { play } of MAIL_SCENARIOS) {
        for (const { dongle, from } of await playMail(simulated, play(new Stage(new Coverage()))))
          for (const { on, memory, disk } of dongle.moments.slice(from))
            kinds.add(
              String(
                (on === 'memory' ? dongle.media.memory.operations[memory] : dongle.media.disk.operations[disk])?.kind,
              ),
            );
      }
    } finally {
      giveBack();
    }
    expect([...kinds].sort()).toEqual(['anchor', 'erase', 'flush', 'names', 'program', 'sync', 'write']);
  });
});
