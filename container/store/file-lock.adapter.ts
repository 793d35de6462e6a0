import fs from 'node:fs';
import path from 'node:path';
import { FerryError } from '../errors.ts';
import { systemCode, writeFailed } from './file-failure.ts';
import { readPlain } from './file-plain.adapter.ts';

/** The one writer of a folder. */
export interface FolderLock {
  /**
   * Tells those who are turned away at which addresses they reach the container instead. No more once released.
   *
   * @throws STORE_WRITE_FAILED; the lock is held as before
   */
  announce(addresses: readonly string[]): void;
  /** Lets the next writer in. May be called again. @throws STORE_WRITE_FAILED; the end of the process lets go as well */
  release(): void;
}

/** Who holds a lock file. Start time and boot tell a process from a later one with the same number, where they are known. */
interface Owner {
  readonly process: number;
  readonly started?: string;
  readonly boot?: string;
  /** Where he serves the container; whoever reads it takes nothing but texts. */
  readonly served?: readonly string[];
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
 * @param mode who may see who the writer is; the umask takes from it
 * @throws CONTAINER_IN_USE also when this process holds the lock already
 * @throws CONTAINER_SERVED instead, when the writer announced where it is reached
 * @throws STORE_WRITE_FAILED
 * @throws STORE_DAMAGED when a lock file has the last number, which no program of ours reaches
 */
export function acquireLock(folder: string, mode = 0o666): FolderLock {
  try {
    return contend(folder, describe(process.pid), mode);
  } catch (error) {
    throw writeFailed(folder, error);
  }
}

function contend(folder: string, own: Owner, mode: number): FolderLock {
  for (;;) {
    const highest = numbersIn(folder).at(-1) ?? 0;
    const owner = highest === 0 ? undefined : readOwner(folder, highest);
    if (owner !== undefined && !isFree(owner)) throw turnedAway(folder, owner);
    if (highest === LAST_NUMBER)
      throw new FerryError('STORE_DAMAGED', {
        where: folder,
        what: `no number follows that of writer.${highest}.lock`,
      });
    const mine = highest + 1;
    if (!link(folder, mine, own, mode)) continue;
    const numbers = numbersIn(folder);
    if (numbers.at(-1) !== mine) {
      fs.rmSync(lockFile(folder, mine), { force: true });
      continue;
    }
    for (const lower of numbers.slice(0, -1)) fs.rmSync(lockFile(folder, lower), { force: true });
    clearTemporaries(folder);
    return lockOf(folder, mine, own, mode);
  }
}

function turnedAway(folder: string, { process, served }: Owner): FerryError {
  const addresses = addressesIn(served);
  return addresses.length === 0
    ? new FerryError('CONTAINER_IN_USE', { where: folder, process })
    : new FerryError('CONTAINER_SERVED', { where: folder, process, addresses: addresses.join(', ') });
}

function addressesIn(served: unknown): readonly string[] {
  return Array.isArray(served) ? served.filter((address) => typeof address === 'string' && address !== '') : [];
}

function lockOf(folder: string, number: number, own: Owner, mode: number): FolderLock {
  let held = true;
  return {
    announce: (served) => {
      if (!held) return;
      try {
        // Renaming leaves no moment at which the file names nobody.
        fs.renameSync(writeTemporary(folder, { ...own, served }, mode), lockFile(folder, number));
      } catch (error) {
        fs.rmSync(temporaryFile(folder, own), { force: true });
        throw writeFailed(folder, error);
      }
    },
    release: () => {
      if (!held) return;
      held = false;
      try {
        // Emptying works on a full disk too, where nothing could be written that says so.
        fs.truncateSync(lockFile(folder, number));
      } catch (error) {
        throw writeFailed(folder, error);
      }
    },
  };
}

function lockFile(folder: string, number: number): string {
  return path.join(folder, `writer.${number}.lock`);
}

function numbersIn(folder: string): readonly number[] {
  const names = fs.readdirSync(folder).map((name) => LOCK_NAME.exec(name)?.[1]);
  return names.flatMap((digits) => (digits === undefined ? [] : [Number(digits)])).sort((one, other) => one - other);
}

function temporaryFile(folder: string, { process }: Owner): string {
  return path.join(folder, `writer.${process}.new`);
}

function writeTemporary(folder: string, owner: Owner, mode: number): string {
  const temporary = temporaryFile(folder, owner);
  fs.writeFileSync(temporary, `${JSON.stringify(owner)}\n`, { mode });
  return temporary;
}

/** Whether the number was still to be had. */
function link(folder: string, number: number, own: Owner, mode: number): boolean {
  const temporary = writeTemporary(folder, own, mode);
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
 * moment, so one that names nobody was released, or is left from before the machine lost its power. What is no plain file of
 * ours names nobody either: the folder may be from anybody.
 */
function readOwner(folder: string, number: number): Owner | undefined {
  try {
    const text = Buffer.from(readPlain(lockFile(folder, number), { links: 'refused' })).toString();
    const found: unknown = JSON.parse(text);
    return isOwner(found) ? found : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof FerryError) return undefined;
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ELOOP') return undefined;
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

export function isRunning(pid: number): boolean {
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
