import { defineConfig } from 'vitest/config';
import quick from './vitest.config.ts';

/** All tests, the sweeps included. */
export default defineConfig({ ...quick, test: { ...quick.test, exclude: [], testTimeout: 120_000 } });
