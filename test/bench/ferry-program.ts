import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/ferry.js');
/** Loaded before the program: leaves its peak memory, in KiB, in the file that BENCH_MEMORY names. */
const REPORT_MEMORY = `data:text/javascript,${encodeURIComponent(`
  import fs from 'node:fs';
  process.on('exit', () => fs.writeFileSync(process.env.BENCH_MEMORY, String(process.resourceUsage().maxRSS)));
`)}`;

export interface ProgramRun {
  /** Milliseconds from before the process is started until it has ended. */
  readonly took: number;
  readonly stdout: string;
}

/** Runs node with these arguments in a folder to its end, which must be a good one. */
export function runNode(folder: string, args: readonly string[], variables: NodeJS.ProcessEnv = {}): ProgramRun {
  const env = { ...process.env, FERRY_STATE: path.join(folder, 'state'), ...variables };
  const options = { cwd: folder, encoding: 'utf8' as const, env, maxBuffer: 64 * 1024 * 1024 };
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  const took = performance.now() - start;
  expect(status, stderr).toBe(0);
  return { took, stdout };
}

/** Runs the built program in a folder. */
export function runFerryProgram(folder: string, ...args: readonly string[]): ProgramRun {
  return runNode(folder, [PROGRAM, ...args]);
}

/** Runs the built program and tells its peak memory too, in MiB. */
export function runFerryForMemory(folder: string, ...args: readonly string[]): ProgramRun & { readonly peak: number } {
  const file = path.join(folder, 'peak-memory');
  const run = runNode(folder, ['--import', REPORT_MEMORY, PROGRAM, ...args], { BENCH_MEMORY: file });
  return { ...run, peak: Number(fs.readFileSync(file, 'utf8')) / 1024 };
}
