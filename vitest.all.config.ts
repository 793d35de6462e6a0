import { defineConfig } from 'vitest/config';
import quick from './vitest.config.ts';

/** All tests, the sweeps included, without those that need more of the system than Node. */
export default defineConfig({
  ...quick,
  test: { ...quick.test, exclude: ['test/**/*.kill.test.ts', 'test/**/*.system.test.ts'], testTimeout: 120_000 },
});
