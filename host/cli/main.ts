#!/usr/bin/env node
import { randomFillSync } from 'node:crypto';
import manifest from '../../package.json' with { type: 'json' };
import { type Register, runFerry } from './run-ferry.ts';

const FIELD_EPOCH_MS = Date.UTC(2000, 0, 1);

/** Every command of the program, in the order of its help. */
const COMMANDS: readonly Register[] = [];

// A reader that has seen enough (`ferry list | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runFerry(process.argv.slice(2), COMMANDS, {
  version: manifest.version,
  env: {
    now: () => Math.floor((Date.now() - FIELD_EPOCH_MS) / 1000),
    random: (length) => randomFillSync(new Uint8Array(length)),
  },
  stdout: process.stdout,
  stderr: process.stderr,
  clock: () => performance.now(),
  variable: (name) => process.env[name],
});
