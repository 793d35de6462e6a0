import fs from 'node:fs';
import path from 'node:path';
import { wrongAddress } from '../../carriers/address.ts';
import { FerryError } from '../../container/errors.ts';
import { systemCode, systemWords } from '../../container/store/file-failure.ts';
import { isCentralFolder } from '../license-central/central-folder.adapter.ts';
import { CONTAINER_SCHEMES, type FarBank, isAddress, isContainer, parseAddress } from './addresses.ts';
import { isFolder, isOneFile } from './ferry-files.adapter.ts';
import { type FileKind, inTheWay } from './in-the-way.adapter.ts';

/**
 * Makes sure, before a command does anything, that what it writes may go where it is wanted: to a file or a folder, not into
 * the folder of a container or a License Central, not into one that is only there by a slip, and not in place of anything but an
 * earlier file of the same kind.
 *
 * @param wanted what `-o` says; undefined for the present folder
 * @throws ADDRESS_WRONG, OUTPUT_REFUSED
 */
export async function checkOutput(far: FarBank, wanted: string | undefined, kind: FileKind): Promise<void> {
  await checkPlace(far, wanted);
  if (wanted === undefined || !isOneFile(wanted)) return;
  const why = inTheWay(wanted, kind);
  if (why !== undefined) throw new FerryError('OUTPUT_REFUSED', { place: wanted, why });
}

/** The same, but for what is there already. @throws ADDRESS_WRONG, OUTPUT_REFUSED */
export async function checkPlace(far: FarBank, wanted: string | undefined): Promise<void> {
  if (wanted !== undefined) checkScheme(wanted);
  if (wanted !== undefined) checkParent(wanted);
  await checkFolder(far, folderOf(wanted));
}

function checkScheme(wanted: string): void {
  const forms = ['FILE', 'folder:DIR'];
  if (wanted.startsWith('folder:')) parseAddress(wanted, ['folder']);
  else if (wanted === '') throw wrongAddress(wanted, 'it names no file', forms);
  else if (isAddress(wanted, [...CONTAINER_SCHEMES, 'central']) || /^[a-z][a-z0-9+.-]*:\/\//i.test(wanted))
    throw wrongAddress(wanted, 'files are written to a file or a folder', forms);
}

/** A file goes into a folder that is there; of a folder only the last part of its path is made. @throws OUTPUT_REFUSED */
function checkParent(wanted: string): void {
  const folder = folderOf(wanted);
  const parent = isOneFile(wanted) || !isMissing(folder) ? folder : path.dirname(folder);
  if (isMissing(parent)) throw new FerryError('OUTPUT_REFUSED', { place: wanted, why: `there is no folder ${parent}` });
}

/** What cannot be looked at is found out when it is written to. */
function isMissing(place: string): boolean {
  try {
    return fs.statSync(place, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}

function folderOf(wanted: string | undefined): string {
  if (wanted === undefined) return '.';
  if (wanted.startsWith('folder:')) return wanted.slice('folder:'.length);
  return isOneFile(wanted) ? path.dirname(wanted) : wanted;
}

/** @throws OUTPUT_REFUSED for a folder of which it, or one above it, belongs to a container or a License Central, or cannot be looked into */
async function checkFolder(far: FarBank, place: string): Promise<void> {
  for (let folder = existing(place), above = ''; folder !== above; folder = path.dirname(folder)) {
    above = path.dirname(folder);
    checkOpen(folder, place);
    const owner = isCentralFolder(folder)
      ? 'a License Central'
      : (await isContainer(far, folder))
        ? 'a container'
        : undefined;
    if (owner !== undefined)
      throw new FerryError('OUTPUT_REFUSED', { place, why: `${folder} is the folder of ${owner}` });
  }
}

/** What nobody may look into could be anybody's. @throws OUTPUT_REFUSED */
function checkOpen(folder: string, place: string): void {
  try {
    fs.statSync(`${folder}${path.sep}.`);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new FerryError('OUTPUT_REFUSED', { place, why: `${folder} cannot be looked into: ${systemWords(error)}` });
  }
}

/** The folder by its real name, or the first above it that is there. */
function existing(place: string): string {
  let folder = path.resolve(place);
  while (!isFolder(folder) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  return fs.realpathSync(folder);
}
