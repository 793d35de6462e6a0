import fs from 'node:fs';
import path from 'node:path';
import { FerryError } from '../../container/errors.ts';
import { armor, describeFile, unarmor } from '../../container/files/armor.ts';
import { contextFileName, isForAnother, isLaterOf, updateFileNames } from '../../container/files/file-names.ts';
import { statementIn } from '../../container/files/statement-in.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { folderFailed, systemCode } from '../../container/store/file-failure.ts';
import { parkFile } from '../../container/store/file-parked.adapter.ts';
import { type PlainRead, readPlainFile } from '../../container/store/file-plain.adapter.ts';
import { type FileKind, inTheWay } from './in-the-way.adapter.ts';
import { usage } from './parse-arguments.ts';
import { quoted } from './printable.ts';

/**
 * The envelope in a file, armored or raw.
 *
 * @param links refused where nobody has named the file
 * @throws FILE_UNREADABLE, FILE_TOO_LARGE, FILE_MALFORMED, FILE_HEADER
 */
export function readFerryFile(file: string, links: PlainRead['links'] = 'followed'): Uint8Array {
  const read = unarmor(readPlainFile(file, { links }));
  if (!read.ok) throw new FerryError(read.code, { file, ...read.details });
  return read.value;
}

/** A folder by its one name, whichever way it is reached. @throws FOLDER_UNREADABLE */
export function realFolder(folder: string): string {
  try {
    return fs.realpathSync(folder);
  } catch (error) {
    throw folderFailed(folder, error);
  }
}

/** The first of several folders that is given again, by whichever path. @throws FOLDER_UNREADABLE */
export function givenTwice(folders: readonly string[]): { readonly first: number; readonly again: number } | undefined {
  const places = folders.map((folder) => (isFolder(folder) ? realFolder(folder) : path.resolve(folder)));
  const again = places.findIndex((place, at) => places.indexOf(place) < at);
  return again < 0 ? undefined : { first: places.indexOf(places[again] ?? ''), again };
}

/** The files in a folder with that suffix, in whatever capitals a stick wrote it, by name; `._*` companions and everything that is no plain file left out. @throws FOLDER_UNREADABLE */
export function parkedFiles(folder: string, suffix: string): readonly string[] {
  try {
    return fs
      .readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.toLowerCase().endsWith(suffix) && !entry.name.startsWith('.'))
      .map((entry) => path.join(folder, entry.name))
      .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
  } catch (error) {
    throw folderFailed(folder, error);
  }
}

/** File arguments; `folder:DIR` stands for all files in it that have the suffix. @throws FOLDER_UNREADABLE, NOTHING_PARKED; USAGE_WRONG for a mere folder */
export function expandFiles(names: readonly string[], suffix: string): readonly string[] {
  const files = names.flatMap((name) => {
    if (!name.startsWith('folder:')) return [notFolder(name)];
    const folder = name.slice('folder:'.length);
    const found = parkedFiles(folder, suffix);
    if (found.length === 0) throw new FerryError('NOTHING_PARKED', { folder, what: `no ${suffix} file` });
    return found;
  });
  return files;
}

/** The name of what is no folder. @throws USAGE_WRONG */
function notFolder(name: string): string {
  if (!isFolder(name)) return name;
  throw usage(`${quoted(name)} is a folder: write ${quoted(`folder:${name}`)} for the files in it`);
}

/** The folders in a folder, and the folder itself: where `ferry list` without an address looks. @throws FOLDER_UNREADABLE */
export function foldersIn(folder: string): readonly string[] {
  try {
    const entries = fs.readdirSync(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    return [folder, ...names.sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))];
  } catch (error) {
    throw folderFailed(folder, error);
  }
}

/** Whether two paths lead to the same folder or file, by whichever links. */
export function isSamePlace(one: string, other: string): boolean {
  if (path.resolve(one) === path.resolve(other)) return true;
  const [first, second] = [identityOf(one), identityOf(other)];
  return first !== undefined && first === second;
}

/** Undefined for what is not there, or cannot be looked at: that is found out when it is opened. */
function identityOf(place: string): string | undefined {
  try {
    const found = fs.statSync(place, { throwIfNoEntry: false, bigint: true });
    return found === undefined ? undefined : `${found.dev} ${found.ino}`;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

/** Writes a context or an update file, as armor. As `writeBytes`. */
export function writeFerryFile(
  wanted: string | undefined,
  name: string,
  raw: Uint8Array,
  kind: 'context' | 'update',
): string {
  refuseInTheWay(wanted, kind, raw);
  return writeBytes(wanted, name, armor(raw));
}

/** Writes a certificate. As `writeBytes`. */
export function writeCertificate(wanted: string | undefined, name: string, raw: Uint8Array): string {
  refuseInTheWay(wanted, 'certificate', raw);
  return writeBytes(wanted, name, raw);
}

/**
 * A file that somebody named is replaced by a later one of the same parties only; under the name that is given here lies
 * nothing else.
 *
 * @throws FILE_UNWRITABLE
 */
function refuseInTheWay(wanted: string | undefined, kind: FileKind, raw: Uint8Array): void {
  if (wanted === undefined || !isOneFile(wanted)) return;
  const why = inTheWay(wanted, kind, raw);
  if (why !== undefined) throw new FerryError('FILE_UNWRITABLE', { file: wanted, why });
}

/**
 * Writes a file durably and all at once, folders that are missing included; a reader never sees half of it.
 *
 * @param wanted the file, or a folder (`folder:DIR` or one that exists) in which it gets its own name; the present folder
 *   when it is not given.
 * @returns where it was written
 * @throws FILE_UNWRITABLE
 */
export function writeBytes(wanted: string | undefined, name: string, content: string | Uint8Array): string {
  const file = placeFor(wanted, name);
  parkFile(file, content, { mode: 0o644, folderMode: 0o777 });
  return file;
}

function placeFor(wanted: string | undefined, name: string): string {
  if (wanted === undefined) return name;
  if (wanted.startsWith('folder:')) return path.join(wanted.slice('folder:'.length), name);
  return isOneFile(wanted) ? wanted : path.join(wanted, name);
}

/** Whether a folder is there; what cannot be looked at is found out when it is written to. */
export function isFolder(place: string): boolean {
  try {
    return fs.statSync(place).isDirectory();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}

/** Whose a context or receipt is, and for which issuer; named as in certificates. */
export interface ContextName {
  readonly serial: string;
  readonly issuer: string;
  readonly kind: 'context' | 'receipt';
}

/** Writes a context or receipt under a name that tells those for different issuers apart. @throws FILE_UNWRITABLE */
export function writeContext(wanted: string | undefined, name: ContextName, raw: Uint8Array): string {
  const { serial, issuer, kind } = name;
  const plain = contextFileName(serial, issuer, kind);
  const partner = statementIn(raw)?.partner;
  const isTaken = partner !== undefined && !isOneFile(wanted) && isTakenByOther(placeFor(wanted, plain), partner);
  return writeFerryFile(wanted, isTaken ? contextFileName(serial, issuer, kind, partner) : plain, raw, 'context');
}

/** Whether the file there is for another issuer. One that cannot be read is nobody's. */
function isTakenByOther(file: string, issuer: PublicKey): boolean {
  try {
    return isForAnother(readFerryFile(file), issuer);
  } catch (error) {
    if (error instanceof FerryError) return false;
    throw error;
  }
}

/**
 * Writes the update files of an order that was carried out, under names that say from whom and for whom they are, and which
 * sequences they bring. Several files of one wanted name are numbered. Under a name that is given here, a file takes the
 * place only of an earlier one with the same content.
 *
 * @param again the command that writes them again
 * @param called what those without sequences are called
 * @throws UPDATE_UNWRITTEN
 */
export function writeUpdates(
  wanted: string | undefined,
  updates: readonly Uint8Array[],
  again: string,
  called = 'none',
): string[] {
  try {
    return writeUpdatesAgain(wanted, updates, called);
  } catch (error) {
    if (error instanceof FerryError && error.code === 'FILE_UNWRITABLE')
      throw new FerryError('UPDATE_UNWRITTEN', { ...error.details, again }, { cause: error });
    throw error;
  }
}

/** As `writeUpdates`, where nothing was carried out but the writing. @throws FILE_UNWRITABLE */
export function writeUpdatesAgain(
  wanted: string | undefined,
  updates: readonly Uint8Array[],
  called = 'none',
): string[] {
  const names = updateNames(updates, called);
  return updates.map((raw, at) => {
    const place = updates.length > 1 ? numbered(wanted, at + 1) : wanted;
    return writeFerryFile(place, freeName(place, names[at] ?? [], raw), raw, 'update');
  });
}

/** The names that each may have. Those without sequences are numbered from the second on, for each issuer. */
function updateNames(updates: readonly Uint8Array[], called: string): (readonly string[])[] {
  const without = new Map<string, number>();
  return updates.map((raw) => {
    const header = headerOf(raw);
    const field = (name: string): string => header.get(name) ?? '';
    const [issuer, serial, sequences] = [field('From'), field('For'), field('Sequences')];
    if (sequences !== 'none') return updateFileNames({ issuer, serial, content: sequences }, raw);
    const number = (without.get(issuer) ?? 0) + 1;
    without.set(issuer, number);
    return updateFileNames({ issuer, serial, content: number === 1 ? called : `${called}-${number}` }, raw);
  });
}

/** The first of the names under which nothing else lies. What cannot be read there is nobody's. */
function freeName(wanted: string | undefined, names: readonly string[], raw: Uint8Array): string {
  const last = names.at(-1) ?? '';
  if (isOneFile(wanted)) return last;
  return names.find((name) => isReplaceable(placeFor(wanted, name), raw)) ?? last;
}

function isReplaceable(file: string, raw: Uint8Array): boolean {
  try {
    return isLaterOf(readFerryFile(file), raw);
  } catch (error) {
    if (error instanceof FerryError) return true;
    throw error;
  }
}

/** A wanted file name with a number in it; a folder stays as it is. */
function numbered(wanted: string | undefined, number: number): string | undefined {
  if (wanted === undefined || !isOneFile(wanted)) return wanted;
  const { dir, name, ext } = path.parse(wanted);
  return path.join(dir, `${name}-${number}${ext}`);
}

/** Whether it names one file, not a folder in which every file gets its own name. */
export function isOneFile(wanted: string | undefined): boolean {
  return wanted !== undefined && !wanted.startsWith('folder:') && !wanted.endsWith('/') && !isFolder(wanted);
}

/** What a file in hand says of itself; undefined when it is not one of ours or cannot be read. */
export function headerIn(file: string): ReadonlyMap<string, string> | undefined {
  try {
    return headerOf(readFerryFile(file));
  } catch (error) {
    if (error instanceof FerryError) return undefined;
    throw error;
  }
}

/** What an envelope says of itself. @throws FILE_* */
export function headerOf(raw: Uint8Array): ReadonlyMap<string, string> {
  const described = describeFile(raw);
  if (!described.ok) throw new FerryError(described.code, described.details);
  return new Map(described.value.lines);
}
