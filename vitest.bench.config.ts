import { defineConfig } from 'vitest/config';

/** The benchmarks: slow, alone on the machine, and never part of `npm test`. */
export default defineConfig({
  test: { include: ['test/bench/**/*.bench.ts'], testTimeout: 600_000, fileParallelism: false },
});
