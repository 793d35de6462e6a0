import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
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
  /** Resolves when it has said so on its standard error, or has ended. */
  said(text: string): Promise<void>;
  /** Resolves with what it has said on its standard output, once that is something. */
  answer(): Promise<string>;
  send(signal: 'SIGCONT' | 'SIGSTOP' | 'SIGINT' | 'SIGKILL' | 'SIGTERM'): void;
}

/** It says that it stops itself before it does: only once it has can it be sent on. */
async function untilStopped(process: number): Promise<void> {
  while (!isStopped(process)) await pause(2);
}

function isStopped(process: number): boolean {
  const file = `/proc/${process}/stat`;
  const state = fs.existsSync(file)
    ? fs.readFileSync(file, 'utf8').split(') ').at(-1)
    : spawnSync('ps', ['-o', 'state=', '-p', String(process)]).stdout.toString();
  return state === undefined || state === '' || state.startsWith('T');
}

/** The folder that a program works in, and its environment variables. */
type World = Pick<FerryWorld, 'folder' | 'variables'>;

/** Starts `ferry` in the folder of a world, to be stopped or killed after so many changes of the disk if that is wanted. */
export function startFerry(
  world: World,
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
      if (stdout.includes(STOPPED)) resolve(untilStopped(child.pid ?? 0));
    });
    child.on('close', () => resolve());
  });
  const said = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (stderr.includes(text)) resolve();
      };
      child.stderr.on('data', look);
      child.on('close', () => resolve());
      look();
    });
  const answer = (): Promise<string> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (stdout !== '') resolve(stdout);
      };
      child.stdout.on('data', look);
      child.on('close', () => resolve(stdout));
      look();
    });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit, signal) => resolve({ exit, signal, stdout: stdout.replace(STOPPED, ''), stderr }));
  });
  return { process: child.pid ?? 0, ended, stopped, said, answer, send: (signal) => child.kill(signal) };
}

export function stateOf(world: World): string {
  return path.join(world.folder, 'state');
}

/** The files of unfinished moves. */
export function filesOfMoves(world: World): string[] {
  const moves = path.join(stateOf(world), 'moves');
  if (!fs.existsSync(moves)) return [];
  const entries = fs.readdirSync(moves, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}
