#!/usr/bin/env node
import { randomFillSync } from 'node:crypto';
import manifest from '../../package.json' with { type: 'json' };
import type { FarBank } from './addresses.ts';
import { applyCommand } from './commands/apply.ts';
import { cancelCommand } from './commands/cancel.ts';
import { centralCommands } from './commands/central.ts';
import { contextCommand } from './commands/context.ts';
import { createCommands } from './commands/create.ts';
import { demoCommand } from './commands/demo.ts';
import { deviceImportCommand } from './commands/device.ts';
import { lookingCommands } from './commands/inspect.ts';
import { issueCommand } from './commands/issue.ts';
import { listCommand } from './commands/list.ts';
import { moveCommand } from './commands/move.ts';
import { settleCommand } from './commands/settle.ts';
import { type Register, runFerry } from './run-ferry.ts';

const FIELD_EPOCH_MS = Date.UTC(2000, 0, 1);

const FAR_BANK: FarBank = {
  dongle: () => import('../../dongle-firmware-sim/commands.ts'),
  device: () => import('../../device-side/commands.ts'),
};

/** Every command of the program, in the order of its help. */
const COMMANDS: readonly Register[] = [
  demoCommand(),
  listCommand(FAR_BANK),
  contextCommand(FAR_BANK),
  applyCommand(FAR_BANK),
  moveCommand(FAR_BANK),
  issueCommand(FAR_BANK),
  settleCommand(FAR_BANK),
  cancelCommand(FAR_BANK),
  lookingCommands(FAR_BANK),
  createCommands(FAR_BANK),
  deviceImportCommand(() => import('../../device-side/commands.ts')),
  centralCommands(FAR_BANK),
];

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
