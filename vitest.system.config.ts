import { defineConfig } from 'vitest/config';
import quick from './vitest.config.ts';

/** Tests that need more of the system than Node: packages of the distribution, devices. Each says what is missing. */
export default defineConfig({
  ...quick,
  test: {
    ...quick.test,
    include: ['test/**/*.system.test.ts'],
    exclude: [],
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
