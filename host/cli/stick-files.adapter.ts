import fs from 'node:fs';
import path from 'node:path';
import { stickEntries } from '../../carriers/folder/stick-entries.ts';
import { FerryError } from '../../container/errors.ts';
import { folderFailed, systemCode, systemWords } from '../../container/store/file-failure.ts';

/** Files of one kind that are read from one stick. */
export const MOST_FILES = 5000;

/** Files on a stick. */
export interface StickFiles {
  /** By name, each as a path. */
  readonly files: readonly string[];
  /** Folders on it that may not be read. */
  readonly unread: readonly string[];
  /** Whether more lies there than is looked at. */
  readonly isMore: boolean;
}

/**
 * The files with that suffix in the root of a stick and in the folders there, in whatever capitals; hidden files, `._*` companions, links
 * and devices left out.
 *
 * @param most files, at most; of names 150,000 are looked at
 * @throws FOLDER_UNREADABLE for the stick itself
 */
export async function stickFiles(stick: string, suffix: string, most = MOST_FILES): Promise<StickFiles> {
  const files: string[] = [];
  const unread: string[] = [];
  let isMore = false;
  const noteMore = (): void => {
    isMore = true;
  };
  const list = async function* (folder: string): AsyncIterable<fs.Dirent> {
    try {
      yield* listed(path.join(stick, folder));
    } catch (error) {
      if (folder === '' || !(error instanceof FerryError)) throw error;
      unread.push(path.join(stick, folder));
    }
  };
  const bounds = { suffix, mostFiles: most };
  for await (const { name, isFile } of stickEntries(list, bounds, noteMore))
    if (isFile && name.toLowerCase().endsWith(suffix) && !path.basename(name).startsWith('.'))
      files.push(path.join(stick, name));
  return { files: files.sort((one, other) => one.localeCompare(other, 'en', { numeric: true })), unread, isMore };
}

async function* listed(folder: string): AsyncIterable<fs.Dirent> {
  try {
    yield* await fs.promises.opendir(folder);
  } catch (error) {
    throw folderFailed(folder, error);
  }
}

/**
 * Makes sure that a stick is there, and may be written to. A folder is never made for one: what should go to a stick that is not in would
 * stay on this computer.
 *
 * @returns what makes sure that it still is
 * @throws FOLDER_UNREADABLE, OUTPUT_REFUSED
 */
export function requireStick(stick: string): () => void {
  const found = identityOf(stick);
  try {
    fs.accessSync(stick, fs.constants.W_OK);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new FerryError('OUTPUT_REFUSED', { place: `folder:${stick}`, why: systemWords(error) }, { cause: error });
  }
  return () => {
    if (identityOf(stick) !== found)
      throw new FerryError('FOLDER_UNREADABLE', { folder: stick, why: 'another one is there than before' });
  };
}

/** What tells a folder that is mounted from the one that it is mounted on. @throws FOLDER_UNREADABLE */
function identityOf(folder: string): string {
  try {
    const found = fs.statSync(folder, { bigint: true });
    if (!found.isDirectory()) throw new FerryError('FOLDER_UNREADABLE', { folder, why: 'it is no folder' });
    return `${found.dev} ${found.ino}`;
  } catch (error) {
    throw folderFailed(folder, error);
  }
}
