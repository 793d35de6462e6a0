import { spawn } from 'node:child_process';
import os from 'node:os';

/** Milliseconds that programs have to show how far they got, once they were told to end. */
const PATIENCE = 1200;

/** Much is made and thrown away here: young memory of that size is looked through less often. */
const NODE = ['--max-old-space-size=16384', '--max-semi-space-size=64', '--stack-trace-limit=0'];

/** The exit code of a program that was told to end. */
export const INTERRUPTED = 130;

const running = new Set();
let isEnding = false;

/**
 * Tells the programs that are under way to show how far they got and to end, and begins no others; ends those that take
 * too long.
 */
export function endRuns() {
  if (isEnding) return;
  isEnding = true;
  for (const child of running) child.kill('SIGTERM');
  setTimeout(killRuns, PATIENCE).unref();
}

/** Ends the programs that are under way at once, and begins no others. */
export function killRuns() {
  isEnding = true;
  for (const child of running) child.kill('SIGKILL');
}

/**
 * Runs programs of Node, as many at a time as there are cores. What they print comes in the order of the programs: that of
 * the first one under way at once, that of the others when it is their turn.
 *
 * @param jobs for each a title, printed before what it prints, and a function that makes the file and its arguments when it
 *   is about to run; those with the most to do come first
 * @returns for each its exit code, of those that had begun when all were ended; and whether that was so
 */
export async function runInTurn(jobs) {
  const results = [];
  const waiting = jobs.map(({ title }) => ({ text: title, done: false }));
  let next = 0;
  let turn = 0;

  const print = (at, text) => {
    waiting[at].text += text;
    while (turn < jobs.length) {
      process.stdout.write(waiting[turn].text);
      waiting[turn].text = '';
      if (!waiting[turn].done) return;
      turn += 1;
    }
  };

  const worker = async () => {
    while (next < jobs.length && !isEnding) {
      const at = next;
      next += 1;
      print(at, '');
      const args = await jobs[at].make();
      if (isEnding) return;
      results[at] = await run(args, (text) => print(at, text));
      if (results[at] === INTERRUPTED) endRuns();
      waiting[at].done = true;
      print(at, '');
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
  return { results, isInterrupted: isEnding };
}

function run(args, print) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...NODE, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.setEncoding('utf8').on('data', print);
    running.add(child);
    child.on('error', reject);
    child.on('close', (status) => {
      running.delete(child);
      resolve(status);
    });
  });
}
