import { UPDATE_SUFFIX } from '../../container/files/file-names.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { type Failure, failureOf } from '../failure.ts';
import { byLatestWord, readUpdateHeading, type UpdateHeading } from './read-update-heading.ts';
import type { UpdateFolder } from './update-folder-port.ts';

export interface FoundUpdate extends UpdateHeading {
  readonly file: string;
}

/** What lies in a folder for a container. */
export interface Survey {
  /** Issuer by issuer, the latest word of each first. */
  readonly updates: readonly FoundUpdate[];
  readonly unreadable: readonly { readonly file: string; readonly failure: Failure }[];
  readonly foreign: number;
  readonly hidden: number;
}

/**
 * Looks through a folder for update files to a container. Files are read one at a time and not kept.
 *
 * @param seeOther is told the name of each other file that is not hidden
 * @throws FOLDER_UNREADABLE
 */
export async function surveyFolder(
  folder: UpdateFolder,
  container: PublicKey,
  seeOther: (name: string) => void = () => undefined,
): Promise<Survey> {
  const updates: FoundUpdate[] = [];
  const unreadable: { file: string; failure: Failure }[] = [];
  let foreign = 0;
  let hidden = 0;
  for await (const { name, isFile } of folder.entries()) {
    if (isHidden(name)) hidden += 1;
    else if (!isFile) continue;
    else if (name.toLowerCase().endsWith(UPDATE_SUFFIX)) {
      const found = await look(folder, name);
      if ('failure' in found) unreadable.push(found);
      else if (found.container === container) updates.push(found);
      else foreign += 1;
    } else seeOther(name);
  }
  updates.sort(byIssuerAndWord);
  unreadable.sort((one, other) => compare(one.file, other.file));
  return { updates, unreadable, foreign, hidden };
}

/** The names of a folder's files may begin with its own. */
function isHidden(name: string): boolean {
  return name.slice(name.lastIndexOf('/') + 1).startsWith('.');
}

async function look(folder: UpdateFolder, file: string): Promise<FoundUpdate | { file: string; failure: Failure }> {
  try {
    return { file, ...readUpdateHeading(await folder.read(file)) };
  } catch (error) {
    return { file, failure: failureOf(error) };
  }
}

function byIssuerAndWord(one: FoundUpdate, other: FoundUpdate): number {
  return compare(one.issuer.name, other.issuer.name) || byLatestWord(one, other) || compare(one.file, other.file);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
