import { defineConfig } from 'vitest/config';

/** Processes killed at random moments: FERRY_KILLS of them, 100 unless said otherwise; FERRY_SEED repeats a run. */
export default defineConfig({
  test: { include: ['test/**/*.kill.test.ts'], testTimeout: 3_600_000, fileParallelism: false },
});
