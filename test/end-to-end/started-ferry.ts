import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { FerryWorld } from './ferry-world.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/ferry.js');
const STOPPED = '(stopped)';

/** Loaded before the program: sends it a signal just before it would change the disk once more than it is allowed to. */
const COUNT_CHANGES = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { changes, signal } = JSON.parse(process.env.FERRY_TEST_STOP);
const say = fs.writeSync;
let left = changes;
for (const name of ['writeSync', 'writeFileSync', 'fsyncSync', 'fdatasyncSync', 'renameSync', 'linkSync', 'rmSync', 'rmdirSync']) {
  const change = fs[name];
  fs[name] = (...args) => {
    left -= 1;
    if (left === -1 && signal === 'SIGSTOP') say(1, '${STOPPED}');
    if (left === -1) process.kill(process.pid, signal);
    return change(...args);
  };
}
syncBuiltinESMExports();
`;

export interface Ended {
  readonly exit: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of the built program that other things can happen beside. */
export interface StartedFerry {
  readonly process: number;
  readonly ended: Promise<Ended>;
  /** Resolves when the program has stopped itself, or has ended. */
  readonly stopped: Promise<void>;
  send(signal: 'SIGCONT' | 'SIGKILL'): void;
}

/** Starts `ferry` in the folder of a world, to be stopped or killed after so many changes of the disk if that is wanted. */
export function startFerry(
  world: FerryWorld,
  args: readonly string[],
  stop?: { readonly changes: number; readonly signal: 'SIGKILL' | 'SIGSTOP' },
): StartedFerry {
  const preload = `data:text/javascript,${encodeURIComponent(COUNT_CHANGES)}`;
  const env = {
    ...process.env,
    ...world.variables,
    FERRY_STATE: stateOf(world),
    FERRY_TEST_STOP: JSON.stringify(stop ?? null),
  };
  const node = stop === undefined ? [] : ['--import', preload];
  const child = spawn(process.execPath, [...node, PROGRAM, ...args], { cwd: world.folder, env });
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (text) => {
    stderr += String(text);
  });
  const stopped = new Promise<void>((resolve) => {
    child.stdout.on('data', (text) => {
      stdout += String(text);
      if (stdout.includes(STOPPED)) resolve();
    });
    child.on('close', () => resolve());
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit, signal) => resolve({ exit, signal, stdout: stdout.replace(STOPPED, ''), stderr }));
  });
  return { process: child.pid ?? 0, ended, stopped, send: (signal) => child.kill(signal) };
}

export function stateOf(world: FerryWorld): string {
  return path.join(world.folder, 'state');
}

/** The files of unfinished moves. */
export function filesOfMoves(world: FerryWorld): string[] {
  if (!fs.existsSync(stateOf(world))) return [];
  const entries = fs.readdirSync(stateOf(world), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
