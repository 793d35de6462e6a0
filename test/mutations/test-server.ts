import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { environmentOf, type Note, type Plan } from './plan.ts';

export interface TestRun {
  readonly notes: readonly Note[];
  /** The first test file that failed; null when all passed, or when the run was stopped. */
  readonly failedIn: string | null;
  /** Stopped because nothing was noted for too long. */
  readonly hung: boolean;
  /** What the failures say. */
  readonly errors: readonly string[];
}

interface Answer {
  readonly failed: readonly string[];
  readonly errors: readonly string[];
}

type PlanWithoutOut = { [P in Plan['purpose']]: Omit<Extract<Plan, { purpose: P }>, 'out'> }[Plan['purpose']];

const open = new Set<TestServer>();

/** Ends the test processes that are under way: for an interruption. */
export function endRuns(): void {
  for (const server of open) server.close();
}

/**
 * Runs tests by one plan after the other, for the mutants of the same source files, in a process that prepares the sources
 * once. It is started when it is needed, and again after a run that had to be stopped.
 */
export class TestServer {
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'license-ferry-mutate-'));
  readonly #patience: number;
  #child: ChildProcess | null = null;
  #lines: AsyncIterator<string> | null = null;

  /** @param patience milliseconds without a note after which a run is stopped */
  constructor(patience: number) {
    this.#patience = patience;
    open.add(this);
  }

  /** @throws Error when the server ends by itself */
  async run(plan: PlanWithoutOut, testFiles: readonly string[]): Promise<TestRun> {
    for (const name of this.#noteFiles()) fs.rmSync(path.join(this.#folder, name));
    const planFile = path.join(this.#folder, 'plan.json');
    fs.writeFileSync(planFile, JSON.stringify({ ...plan, out: path.join(this.#folder, 'notes') }));
    const { child, lines } = this.#started(planFile, plan.purpose);
    child.stdin?.write(`${JSON.stringify(testFiles)}\n`);
    let hung = false;
    let seen = -1;
    const watch = setInterval(() => {
      const now = this.#noted();
      if (now === seen) {
        hung = true;
        this.#end();
      }
      seen = now;
    }, this.#patience);
    const line = await lines.next();
    clearInterval(watch);
    if (hung) return { notes: this.#notes(), failedIn: null, hung, errors: [] };
    if (line.done) throw new Error('the process that runs the tests has ended');
    const { failed, errors } = JSON.parse(line.value) as Answer;
    const failedIn = failed[0] ?? (errors.length === 0 ? null : (testFiles[0] ?? ''));
    return { notes: this.#notes(), failedIn, hung, errors };
  }

  close(): void {
    this.#end();
    fs.rmSync(this.#folder, { recursive: true, force: true });
    open.delete(this);
  }

  #started(planFile: string, purpose: Plan['purpose']) {
    if (this.#child === null || this.#lines === null) {
      const args = ['test/mutations/test-server.mjs', ...(purpose === 'reach' ? ['--to-the-end'] : [])];
      this.#child = spawn(process.execPath, args, {
        env: environmentOf(planFile),
        stdio: ['pipe', 'pipe', 'inherit'],
        detached: true,
      });
      const { stdout } = this.#child;
      if (stdout === null) throw new TypeError('its output is a pipe');
      this.#lines = readline.createInterface({ input: stdout })[Symbol.asyncIterator]();
    }
    return { child: this.#child, lines: this.#lines };
  }

  /** The process, and the workers that it has started. */
  #end(): void {
    const { pid, exitCode } = this.#child ?? {};
    if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGKILL');
    this.#child = null;
    this.#lines = null;
  }

  #noteFiles(): string[] {
    return fs.readdirSync(this.#folder).filter((name) => name.startsWith('notes'));
  }

  #noted(): number {
    return this.#noteFiles().reduce((sum, name) => sum + fs.statSync(path.join(this.#folder, name)).size, 0);
  }

  #notes(): Note[] {
    return this.#noteFiles().flatMap((name) =>
      fs
        .readFileSync(path.join(this.#folder, name), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line): Note => JSON.parse(line)),
    );
  }
}
