import { newResult, type Proof, type Result, type Run } from '../proof.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { Coverage } from './coverage.ts';
import { CrashCheck, CrashViolation, EFFORTS } from './crash-check.ts';
import { Stage, type Step } from './stage.ts';

/** Crash states after which a long run leaves a scenario: what memory holds. */
const MOST = 1_000_000;

/** A scenario of containers on flash memory with anchors. */
export function flashProof({ name, size, heavy, play }: Scenario, coverage: Coverage): Proof {
  return {
    name,
    size,
    run: async (run) => {
      const stage = new Stage(coverage);
      const result = newResult();
      try {
        play(stage);
        stage.end();
      } catch (error) {
        const what = `it cannot be played: ${String(error)}`;
        const history = stage.steps.map(textOf);
        return { ...result, violation: { what, history, step: stage.steps.length, cut: 0, seed: run.seed } };
      }
      const effort = run.size === 'quick' ? EFFORTS.quick : heavy ? EFFORTS.heavy : EFFORTS.usual;
      const check = new CrashCheck(effort);
      result.operations = stage.steps.reduce((sum, { from, to }) => sum + to - from, 0);
      for (let { seed } = run; ; seed++) {
        await checkSteps(stage.steps, check, { ...run, seed }, result);
        const isEnough = run.size !== 'long' || result.violation !== null || result.states > MOST;
        if (isEnough || (await run.isOver())) return result;
      }
    },
  };
}

async function checkSteps(steps: readonly Step[], check: CrashCheck, run: Run, result: Result): Promise<void> {
  const { only, seed, isOver } = run;
  for (const [number, step] of steps.entries()) {
    if (only !== undefined && only.step !== number) continue;
    if (only !== undefined) result.history = steps.slice(0, number + 1).map(textOf);
    try {
      const tally = await check.check(step, { number, seed, cut: only?.cut }, isOver);
      for (const name of ['cuts', 'states', 'before', 'after', 'pairs'] as const) result[name] += tally[name];
    } catch (error) {
      if (!(error instanceof CrashViolation)) throw error;
      const history = steps.slice(0, number + 1).map(textOf);
      result.violation = { what: error.message, history, step: number, cut: error.cut, seed };
      return;
    }
    if (await isOver()) return;
  }
}

function textOf({ party, label }: Step): string {
  return `${party.name}: ${label}`;
}
