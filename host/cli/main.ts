#!/usr/bin/env node
import { randomFillSync } from 'node:crypto';
import { isatty } from 'node:tty';
import { explain } from '../../container/errors.ts';
import { FIELD_EPOCH } from '../../container/model/time.ts';
import { systemWords } from '../../container/store/file-failure.ts';
import { askHidden } from './hidden-prompt.adapter.ts';
import { COMMANDS, VERSION } from './program.ts';
import { runFerry } from './run-ferry.ts';

// A reader that has seen enough (`ferry list | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  // Let go by this program itself, which has served on it: nothing was left to be written.
  if (error.code === 'ABORT_ERR') return;
  const unwritable = explain('FILE_UNWRITABLE', { file: 'standard output', why: systemWords(error) });
  process.stderr.write(`${unwritable.happened} [FILE_UNWRITABLE]\n${unwritable.effect}\n${unwritable.remedy}\n`);
  process.exit(unwritable.exit);
});

function ask(question: string): Promise<string | undefined> {
  return askHidden(process.stdin, process.stderr, question, () => process.kill(process.pid, 'SIGINT'));
}

/** What a shell shows of a program that Ctrl-C has ended. */
const INTERRUPTED_EXIT = 130;

function beforeInterrupt(say: () => void): () => void {
  const stop = (): void => {
    say();
    process.exit(INTERRUPTED_EXIT);
  };
  process.on('SIGINT', stop);
  return () => process.off('SIGINT', stop);
}

process.exitCode = await runFerry(process.argv.slice(2), COMMANDS, {
  version: VERSION,
  env: {
    now: () => Math.floor(Date.now() / 1000) - FIELD_EPOCH,
    random: (length) => randomFillSync(new Uint8Array(length)),
  },
  stdout: process.stdout,
  stderr: process.stderr,
  clock: () => performance.now(),
  variable: (name) => process.env[name],
  beforeInterrupt,
  ...(isatty(0) ? { ask } : {}),
});
