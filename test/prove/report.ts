import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import type { CutShort } from './interruption.ts';

/** Writes a line at once, whatever ends the program next. */
export function say(text: string): void {
  fs.writeSync(1, `${text}\n`);
}

export function count(number: number): string {
  return number.toLocaleString('en');
}

/** Seconds of processor time since then, of all threads. */
export function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** What a program with a defect was noticed by: the same columns in every layer. */
export function huntRow(defect: string, where: string, how: string, what: string): string {
  return `  ${defect.padEnd(60)} ${where.padEnd(26)} ${how.padEnd(28)} ${what}`.trimEnd();
}

export function missedRow(defect: string): string {
  return huntRow(defect, 'NOT NOTICED', '', '');
}

export type Recorder = (name: string, seconds: number, numbers: object, cutShort?: CutShort) => void;

/** Adds a line for each row to a file, with the date, what is checked out, and why it is not whole; nothing where there is no file. */
export function recorder(file: string | undefined, layer: string): Recorder {
  if (file === undefined) return () => undefined;
  const commit = checkedOut();
  return (name, seconds, numbers, cutShort) => {
    const line = { date: new Date().toISOString(), commit, layer, name, seconds, ...numbers, cutShort };
    fs.appendFileSync(file, `${JSON.stringify(line)}\n`);
  };
}

/** The commit, with `-dirty` where files differ from it; null where there is no repository. */
function checkedOut(): string | null {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}
