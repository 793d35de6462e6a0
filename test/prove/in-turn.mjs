import { spawn } from 'node:child_process';
import os from 'node:os';

const running = new Set();

/** Ends the programs that are under way. */
export function endRuns() {
  for (const child of running) child.kill('SIGKILL');
}

/**
 * Runs programs of Node, as many at a time as there are cores. What they print comes in the order of the programs: that of
 * the first one under way at once, that of the others when it is their turn.
 *
 * @param jobs for each a title, printed before what it prints, and a function that makes the file and its arguments when it
 *   is about to run
 * @returns for each: how it ended, and what it printed; those that had not begun when one was interrupted (130) are missing
 */
export async function runInTurn(jobs) {
  const results = [];
  const waiting = jobs.map(({ title }) => ({ text: title, done: false }));
  let next = 0;
  let turn = 0;
  let interrupted = false;

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
    while (next < jobs.length && !interrupted) {
      const at = next;
      next += 1;
      print(at, '');
      const result = await run(await jobs[at].make(), (text) => print(at, text));
      if (result.status === 130) interrupted = true;
      results[at] = result;
      waiting[at].done = true;
      print(at, '');
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
  return results;
}

function run(args, print) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--max-old-space-size=16384', '--stack-trace-limit=0', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part) => {
      text += part;
      print(part);
    });
    running.add(child);
    child.on('error', reject);
    child.on('close', (status) => {
      running.delete(child);
      resolve({ status, text });
    });
  });
}
