import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { environmentOf, type Note, type Plan } from './plan.ts';

export interface TestRun {
  readonly notes: readonly Note[];
  readonly passed: boolean;
  /** Stopped because nothing was noted for too long. */
  readonly hung: boolean;
  readonly output: string;
}

const running = new Set<ChildProcess>();

/** Ends the test processes that are under way: for an interruption. */
export function endRuns(): void {
  for (const child of running) end(child);
}

/**
 * Runs tests by a plan in a process of their own, and reads what the runner notes.
 *
 * @param patience milliseconds without a note after which the run is stopped
 */
export async function runTests(plan: PlanWithoutOut, testFiles: readonly string[], patience: number): Promise<TestRun> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'license-ferry-mutate-'));
  try {
    const out = path.join(folder, 'notes');
    const planFile = path.join(folder, 'plan.json');
    fs.writeFileSync(planFile, JSON.stringify({ ...plan, out }));
    const bail = plan.purpose === 'alone' ? ['--bail', '1'] : [];
    const command = [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--config',
      'vitest.mutate.config.ts',
      ...bail,
      ...testFiles,
    ];
    const env = environmentOf(planFile, plan.purpose === 'alone' ? plan.mutant : null);
    const ended = await runWatched(command, env, () => sizeOf(folder), patience);
    return { ...ended, notes: readNotes(folder) };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

type PlanWithoutOut = { [P in Plan['purpose']]: Omit<Extract<Plan, { purpose: P }>, 'out'> }[Plan['purpose']];

function runWatched(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  progress: () => number,
  patience: number,
): Promise<Omit<TestRun, 'notes'>> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    running.add(child);
    let output = '';
    let hung = false;
    let seen = -1;
    const watch = setInterval(() => {
      const now = progress();
      if (now === seen) {
        hung = true;
        end(child);
      }
      seen = now;
    }, patience);
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    child.on('error', reject);
    child.on('close', (status) => {
      clearInterval(watch);
      running.delete(child);
      resolve({ passed: status === 0, hung, output });
    });
  });
}

/** The process, and the workers that it has started. */
function end(child: ChildProcess): void {
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
}

function notesIn(folder: string): string[] {
  return fs.readdirSync(folder).filter((name) => name.startsWith('notes'));
}

function sizeOf(folder: string): number {
  return notesIn(folder).reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0);
}

function readNotes(folder: string): Note[] {
  return notesIn(folder).flatMap((name) =>
    fs
      .readFileSync(path.join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Note => JSON.parse(line)),
  );
}
