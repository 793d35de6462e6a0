import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const RECORD = `/out/${process.env.FERRY_CHECK}.claims`;
/** No program of a check takes that long, in milliseconds; the whole check has its own limit. */
const LONGEST_RUN_MS = 60_000;
/** Of why a claim does not hold no more is told, in characters: the console is a serial line. */
const LONGEST_REASON = 3000;

/** Says all that there is to say: where it was thrown does not matter. */
class Failure extends Error {}

/** What the run told the guest. */
export const settings = JSON.parse(fs.readFileSync('/opt/ferry/guest-settings.json', 'utf8'));

/**
 * Holds when `work` ends without an error. A claim that does not hold makes the check fail, which goes on all the same.
 *
 * @returns what `work` gives; undefined when the claim does not hold
 */
export async function claim(title, work) {
  const started = performance.now();
  const record = (why) => {
    const seconds = Number(((performance.now() - started) / 1000).toFixed(2));
    const text =
      why === undefined ? `ok - ${title} (${seconds} s)` : `NOT OK - ${title} (${seconds} s)\n${indented(why)}`;
    process.stdout.write(`${text}\n`);
    fs.appendFileSync(RECORD, `${JSON.stringify({ title, seconds, ...(why !== undefined && { why }) })}\n`);
  };
  try {
    const value = await work();
    record(undefined);
    return value;
  } catch (error) {
    const isPlain = error instanceof Failure || error.code === 'ERR_ASSERTION';
    const why = isPlain ? error.message : `${error.stack ?? error}`;
    record(why.slice(0, LONGEST_REASON));
    process.exitCode = 1;
    return undefined;
  }
}

/** A claim without which the rest of the check means nothing: it ends there. */
export async function need(title, work) {
  let hasHeld = false;
  const value = await claim(title, async () => {
    const result = await work();
    hasHeld = true;
    return result;
  });
  if (!hasHeld) process.exit(1);
  return value;
}

/** Runs a program. @returns what it wrote to standard output @throws Error with all that it said, when it fails */
export async function run(command, ...args) {
  try {
    return (await execute(command, args, { maxBuffer: 2 ** 26, timeout: LONGEST_RUN_MS })).stdout;
  } catch ({ code, killed, signal, stdout, stderr }) {
    const end = killed ? `did not end within ${LONGEST_RUN_MS / 1000} s` : `ended with ${code ?? signal}`;
    throw new Failure(`${[command, ...args].join(' ')} ${end}; it said:\n${stdout}${stderr}`);
  }
}

/** Runs a program that has to fail. @returns what it said */
export async function runFailing(command, ...args) {
  const said = await execute(command, args, { timeout: LONGEST_RUN_MS }).then(
    () => undefined,
    (error) => error,
  );
  if (said === undefined) throw new Error(`${command} ${args.join(' ')} did not fail`);
  if (typeof said.code !== 'number') throw said;
  return `${said.stdout}${said.stderr}`;
}

function indented(text) {
  return text.replaceAll(/^/gm, '    ');
}
