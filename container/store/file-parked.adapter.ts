import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FerryError } from '../errors.ts';
import { type Replacement, replaceFile } from './file-durable.adapter.ts';
import { systemCode, systemWords } from './file-failure.ts';
import { isRunning } from './file-lock.adapter.ts';

/** A temporary of ours, in the capitals that a stick gives it: which machine and which process writes it. */
const TEMPORARY_NAME = /^\.ferry-([0-9a-f]{8})-([1-9]\d{0,9})-[0-9a-f]{8}\.new$/i;

/** Milliseconds after which no other machine can still be writing a file: a day, as its clock may be in another zone. */
const OTHERS_TIME = 24 * 60 * 60 * 1000;

/**
 * Writes a file into a folder in which others, also from other machines, read and write at the same time: a stick, a
 * network folder. Durable and all at once; at every moment the old file is there, or the new one, whole. What a run that
 * was killed left half written in the folder is removed first, whatever file it was for.
 *
 * @throws FILE_UNWRITABLE
 */
export function parkFile(
  file: string,
  content: string | Uint8Array,
  replacement: Pick<Replacement, 'mode' | 'folderMode'>,
): void {
  const folder = path.dirname(file);
  try {
    removeLeftovers(folder);
    const temporary = path.join(folder, temporaryName(process.pid));
    replaceFile(file, content, { ...replacement, temporary, maybeFat: true });
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new FerryError('FILE_UNWRITABLE', { file, why: systemWords(error) }, { cause: error });
  }
}

/**
 * The name under which a process of this machine writes a file before it gets its own: hidden, so that nobody takes it for a
 * file of ours, never the same twice, and as short for a long name as for a short one.
 */
export function temporaryName(processId: number): string {
  return `.ferry-${machineTag()}-${processId}-${randomBytes(4).toString('hex')}.new`;
}

function machineTag(): string {
  return createHash('sha256').update(os.hostname()).digest('hex').slice(0, 8);
}

/** Without a word when something cannot be removed: what counts is whether the file can be written. */
function removeLeftovers(folder: string): void {
  for (const name of namesIn(folder)) {
    const [, machine, writer] = TEMPORARY_NAME.exec(name) ?? [];
    if (machine === undefined || writer === undefined) continue;
    const file = path.join(folder, name);
    try {
      if (isLeft(file, machine.toLowerCase(), Number(writer))) fs.rmSync(file, { force: true });
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return [];
  }
}

/** Whether nobody writes it any more. This process writes one file at a time, so that none of its own is left either. */
function isLeft(file: string, machine: string, writer: number): boolean {
  if (machine === machineTag() && (writer === process.pid || !isRunning(writer))) return true;
  return fs.lstatSync(file).mtimeMs < Date.now() - OTHERS_TIME;
}
