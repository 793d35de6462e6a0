import fs from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { instrument } from './test/mutations/mutants.ts';
import { readPlan } from './test/mutations/plan.ts';

const ROOT = import.meta.dirname;
const plan = readPlan();

/** In the order of the plan: what is quick, and likely to notice, comes first. */
class AsPlanned extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const now = readPlan();
    const planned = now.purpose === 'reach' ? [] : now.tests.map(({ file }) => path.join(ROOT, file));
    return files.sort((a, b) => planned.indexOf(a.moduleId) - planned.indexOf(b.moduleId));
  }
}

/** The tests that are to notice mutants, with the mutants in the sources: for `npm run mutate` alone. */
export default defineConfig({
  plugins: [
    {
      name: 'put mutants in',
      enforce: 'pre',
      async transform(_, id) {
        const file = path.relative(ROOT, id);
        return plan.files.includes(file) ? (await instrument(file, fs.readFileSync(id, 'utf8'))).code : null;
      },
    },
  ],
  test: {
    include: ['test/{container,state-machines,vectors}/**/*.test.ts', 'test/docs/protocol.test.ts'],
    exclude: ['test/**/*.{sweep,kill,system}.test.ts'],
    runner: path.join(ROOT, 'test/mutations/switching-runner.ts'),
    sequence: { sequencer: AsPlanned },
    isolate: false,
    // While it is noted what the tests reach every file is full of counters.
    testTimeout: plan.purpose === 'reach' ? 300_000 : 20_000,
    maxWorkers: plan.purpose === 'reach' ? '100%' : 1,
    reporters: ['default'],
  },
});
