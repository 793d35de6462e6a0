import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { BenchError } from './bench-error.ts';

const running = new Set<ChildProcess>();

/** Of a program that failed this much of what it said is told, in lines. */
const TOLD_LINES = 15;

/** Starts a program that ends with the bench, whatever happens. */
export function startProgram(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, options);
  running.add(child);
  child.once('close', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/** Ends every program that is under way, at once. */
export function endPrograms(): void {
  for (const child of running) child.kill('SIGKILL');
}

/**
 * Runs a program to its end.
 *
 * @returns what it wrote to standard output
 * @throws BenchError with the end of what it said, when it fails
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { cwd = process.cwd(), env = {}, input }: Partial<ProgramOptions> = {},
): Promise<Buffer> {
  const { status, stdout, stderr } = await tryProgram(command, args, { cwd, env, ...(input && { input }) });
  if (status === 0) return stdout;
  const said = lastLines(`${stdout.subarray(0, 100_000)}\n${stderr}`);
  throw new BenchError('benchBroken', `${command} ${args.join(' ')} ended with ${status}:\n${said}`);
}

interface ProgramOptions {
  readonly cwd: string;
  /** Beside the environment of the bench. */
  readonly env: Readonly<Record<string, string>>;
  readonly input: Uint8Array;
}

/** Runs a program to its end, whichever that is. `status` is text when it could not start, or a signal ended it. */
export function tryProgram(
  command: string,
  args: readonly string[],
  { cwd, env, input }: Partial<ProgramOptions> = {},
): Promise<{ readonly status: number | string; readonly stdout: Buffer; readonly stderr: string }> {
  return new Promise((resolve) => {
    const child = startProgram(command, args, {
      ...(cwd !== undefined && { cwd }),
      env: { ...process.env, LC_ALL: 'C', ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout?.on('data', (part: Buffer) => stdout.push(part));
    child.stderr?.setEncoding('utf8').on('data', (part: string) => {
      stderr += part;
    });
    // A program that has read enough closes its input; its status says whether that was right.
    child.stdin?.on('error', () => undefined).end(input);
    child.once('error', (error) => resolve({ status: error.message, stdout: Buffer.concat(stdout), stderr }));
    child.once('close', (code, signal) =>
      resolve({ status: code ?? signal ?? 'no status', stdout: Buffer.concat(stdout), stderr }),
    );
  });
}

/** The end of a text, without empty lines. */
export function lastLines(text: string, lines = TOLD_LINES): string {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .join('\n');
}
