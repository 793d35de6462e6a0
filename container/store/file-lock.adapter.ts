import fs from 'node:fs';
import path from 'node:path';
import { FerryError } from '../errors.ts';
import { systemCode, writeFailed } from './file-failure.ts';
import { readPlain } from './file-plain.adapter.ts';

/** The one writer of a folder, or of one file in it. */
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
  /** Which folder it was that he serves: a copy of the folder holds a copy of the lock file. */
  readonly folder?: string;
}

/** The highest number of a lock file; more takes than any folder sees. Higher ones would not be found again. */
const LAST_NUMBER = 999_999_999_999_999;
/** The highest process number of any system; higher ones cannot be asked for. */
const LAST_PROCESS = 0x7fff_ffff;
const NUMBER = /^[1-9]\d{0,14}$/;

/** What is locked, and who may see who holds it. */
interface LockPlace {
  readonly folder: string;
  /** With what the names of the lock files begin. */
  readonly name: string;
  readonly mode: number;
}

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
 * @param name with what the names of the lock files begin; who gives another one is the writer of something else in that folder
 * @throws CONTAINER_IN_USE also when this process holds the lock already
 * @throws CONTAINER_SERVED instead, when the writer announced where it is reached; COPY_OF_SERVED when that is another folder, of
 *   which this one is a copy
 * @throws STORE_WRITE_FAILED
 * @throws STORE_DAMAGED when a lock file has the last number, which no program of ours reaches
 */
export function acquireLock(folder: string, mode = 0o666, name = 'writer'): FolderLock {
  try {
    return contend({ folder, name, mode }, describe(process.pid));
  } catch (error) {
    throw writeFailed(folder, error);
  }
}

function contend(place: LockPlace, own: Owner): FolderLock {
  const { folder, name } = place;
  for (;;) {
    const highest = numbersIn(place).at(-1) ?? 0;
    const owner = highest === 0 ? undefined : readOwner(place, highest);
    if (owner !== undefined && !isFree(owner)) throw turnedAway(folder, owner);
    if (highest === LAST_NUMBER)
      throw new FerryError('STORE_DAMAGED', {
        where: folder,
        what: `no number follows that of ${name}.${highest}.lock`,
      });
    const mine = highest + 1;
    if (!link(place, mine, own)) continue;
    const numbers = numbersIn(place);
    if (numbers.at(-1) !== mine) {
      fs.rmSync(lockFile(place, mine), { force: true });
      continue;
    }
    for (const lower of numbers.slice(0, -1)) fs.rmSync(lockFile(place, lower), { force: true });
    clearTemporaries(place);
    return lockOf(place, mine, own);
  }
}

function turnedAway(where: string, { process, served, folder }: Owner): FerryError {
  const addresses = addressesIn(served).join(', ');
  if (addresses === '') return new FerryError('CONTAINER_IN_USE', { where, process });
  const isServedHere = folder === identityOf(where);
  return new FerryError(isServedHere ? 'CONTAINER_SERVED' : 'COPY_OF_SERVED', { where, process, addresses });
}

/** What no other folder of this machine has at the same time, whatever it is called. */
function identityOf(folder: string): string {
  const { dev, ino } = fs.statSync(folder, { bigint: true });
  return `${dev}:${ino}`;
}

function addressesIn(served: unknown): readonly string[] {
  return Array.isArray(served) ? served.filter((address) => typeof address === 'string' && address !== '') : [];
}

function lockOf(place: LockPlace, number: number, own: Owner): FolderLock {
  const { folder } = place;
  let held = true;
  return {
    announce: (served) => {
      if (!held) return;
      try {
        // Renaming leaves no moment at which the file names nobody.
        fs.renameSync(writeTemporary(place, { ...own, served, folder: identityOf(folder) }), lockFile(place, number));
      } catch (error) {
        fs.rmSync(temporaryFile(place, own.process), { force: true });
        throw writeFailed(folder, error);
      }
    },
    release: () => {
      if (!held) return;
      held = false;
      try {
        // Emptying works on a full disk too, where nothing could be written that says so.
        fs.truncateSync(lockFile(place, number));
      } catch (error) {
        throw writeFailed(folder, error);
      }
    },
  };
}

function lockFile({ folder, name }: LockPlace, number: number): string {
  return path.join(folder, `${name}.${number}.lock`);
}

function numbersIn(place: LockPlace): readonly number[] {
  return numbersOf(place, '.lock').sort((one, other) => one - other);
}

/** The numbers of the files of a lock that end like that. */
function numbersOf({ folder, name }: LockPlace, end: '.lock' | '.new'): number[] {
  const own = fs.readdirSync(folder).filter((file) => file.startsWith(`${name}.`) && file.endsWith(end));
  const digits = own.map((file) => file.slice(name.length + 1, -end.length));
  return digits.filter((some) => NUMBER.test(some)).map(Number);
}

function temporaryFile({ folder, name }: LockPlace, process: number): string {
  return path.join(folder, `${name}.${process}.new`);
}

function writeTemporary(place: LockPlace, owner: Owner): string {
  const temporary = temporaryFile(place, owner.process);
  fs.writeFileSync(temporary, `${JSON.stringify(owner)}\n`, { mode: place.mode });
  return temporary;
}

/** Whether the number was still to be had. */
function link(place: LockPlace, number: number, own: Owner): boolean {
  const temporary = writeTemporary(place, own);
  try {
    fs.linkSync(temporary, lockFile(place, number));
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
function readOwner(place: LockPlace, number: number): Owner | undefined {
  try {
    const text = Buffer.from(readPlain(lockFile(place, number), { links: 'refused' })).toString();
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
function clearTemporaries(place: LockPlace): void {
  for (const process of numbersOf(place, '.new'))
    if (!isRunning(process)) fs.rmSync(temporaryFile(place, process), { force: true });
}
