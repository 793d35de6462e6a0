import fs from 'node:fs';
import path from 'node:path';
import { FerryError } from '../errors.ts';
import { systemCode, writeFailed } from './file-failure.ts';

/** The one writer of a folder. */
export interface FolderLock {
  /** Lets the next writer in. May be called again. @throws STORE_WRITE_FAILED; the end of the process lets go as well */
  release(): void;
}

/** Who holds a lock file. Start time and boot tell a process from a later one with the same number, where they are known. */
interface Owner {
  readonly process: number;
  readonly started?: string;
  readonly boot?: string;
}

/** The highest number of a lock file; more takes than any folder sees. Higher ones would not be found again. */
const LAST_NUMBER = 999_999_999_999_999;
/** The highest process number of any system; higher ones cannot be asked for. */
const LAST_PROCESS = 0x7fff_ffff;
const LOCK_NAME = /^writer\.([1-9]\d{0,14})\.lock$/;
const TEMPORARY_NAME = /^writer\.([1-9]\d{0,14})\.new$/;

/**
 * Makes this process the one writer of a folder, until it releases the lock or ends, however it ends.
 *
 * Lock files are numbered, and the highest number says who the writer is. Whoever finds it released, or its process
 * gone, links a complete file of his own at the next number: linking to a name that exists fails, so one contender gets
 * each number. The highest file is never deleted, only emptied at its release; a contender that was delayed between looking
 * and linking therefore either finds its number taken, or, when that was cleared away meanwhile, finds a higher number
 * when it looks again after linking, and gives its own up. Only the winner clears lower numbers away.
 *
 * Holds for the processes of one machine that see each other's process numbers; not for a folder shared by network or
 * between machines' containers.
 *
 * @throws CONTAINER_IN_USE also when this process holds the lock already
 * @throws STORE_WRITE_FAILED
 * @throws STORE_DAMAGED when a lock file has the last number, which no program of ours reaches
 */
export function acquireLock(folder: string): FolderLock {
  try {
    return contend(folder, describe(process.pid));
  } catch (error) {
    throw writeFailed(folder, error);
  }
}

function contend(folder: string, own: Owner): FolderLock {
  for (;;) {
    const highest = numbersIn(folder).at(-1) ?? 0;
    const owner = highest === 0 ? undefined : readOwner(folder, highest);
    if (owner !== undefined && !isFree(owner)) {
      throw new FerryError('CONTAINER_IN_USE', { where: folder, process: owner.process });
    }
    if (highest === LAST_NUMBER)
      throw new FerryError('STORE_DAMAGED', {
        where: folder,
        what: `no number follows that of writer.${highest}.lock`,
      });
    const mine = highest + 1;
    if (!link(folder, mine, own)) continue;
    const numbers = numbersIn(folder);
    if (numbers.at(-1) !== mine) {
      fs.rmSync(lockFile(folder, mine), { force: true });
      continue;
    }
    for (const lower of numbers.slice(0, -1)) fs.rmSync(lockFile(folder, lower), { force: true });
    clearTemporaries(folder);
    return { release: releaseOnce(folder, mine) };
  }
}

function releaseOnce(folder: string, number: number): () => void {
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    try {
      // Emptying works on a full disk too, where nothing could be written that says so.
      fs.truncateSync(lockFile(folder, number));
    } catch (error) {
      throw writeFailed(folder, error);
    }
  };
}

function lockFile(folder: string, number: number): string {
  return path.join(folder, `writer.${number}.lock`);
}

function numbersIn(folder: string): readonly number[] {
  const names = fs.readdirSync(folder).map((name) => LOCK_NAME.exec(name)?.[1]);
  return names.flatMap((digits) => (digits === undefined ? [] : [Number(digits)])).sort((one, other) => one - other);
}

function writeTemporary(folder: string, owner: Owner): string {
  const temporary = path.join(folder, `writer.${owner.process}.new`);
  fs.writeFileSync(temporary, `${JSON.stringify(owner)}\n`);
  return temporary;
}

/** Whether the number was still to be had. */
function link(folder: string, number: number, own: Owner): boolean {
  const temporary = writeTemporary(folder, own);
  try {
    fs.linkSync(temporary, lockFile(folder, number));
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/**
 * The owner that a lock file names; undefined when it is gone or names none. Lock files are complete from their first
 * moment, so one that names nobody was released, or is left from before the machine lost its power.
 */
function readOwner(folder: string, number: number): Owner | undefined {
  try {
    const found: unknown = JSON.parse(fs.readFileSync(lockFile(folder, number), 'utf8'));
    return isOwner(found) ? found : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== 'object' || value === null || !('process' in value)) return false;
  const { process } = value;
  return Number.isSafeInteger(process) && Number(process) >= 1 && Number(process) <= LAST_PROCESS;
}

/** Whether the owner is gone; one of whom that cannot be told is taken to be there. */
function isFree(owner: Owner): boolean {
  if (!isRunning(owner.process)) return true;
  const present = describe(owner.process);
  return differ(present.boot, owner.boot) || differ(present.started, owner.started);
}

function differ(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

/** A running process as its lock file names it; where the system has no /proc, by its number alone. */
function describe(pid: number): Owner {
  const boot = readText('/proc/sys/kernel/random/boot_id')?.trim();
  // The name, in brackets, may contain anything; state and start time are the 1st and 20th field behind it.
  const fields = readText(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ');
  const ended = fields?.[0] === 'Z' || fields?.[0] === 'X';
  const started = ended ? 'ended' : fields?.[19];
  return {
    process: pid,
    ...(started === undefined ? {} : { started }),
    ...(boot === undefined ? {} : { boot }),
  };
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Removes what contenders left behind that ended before they had linked their file. */
function clearTemporaries(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const pid = TEMPORARY_NAME.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) fs.rmSync(path.join(folder, name), { force: true });
  }
}
