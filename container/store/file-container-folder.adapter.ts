import fs from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import type { Env } from '../env.ts';
import { FerryError } from '../errors.ts';
import type { ContainerKind, IssueRight } from '../files/certificate.ts';
import { toHex, utf8 } from '../model/bytes.ts';
import { isAnchorOf } from './file-anchor.adapter.ts';
import { makeFolder, syncFolder, writeDurably } from './file-durable.adapter.ts';
import { writeFailed } from './file-failure.ts';
import { readPlainFile } from './file-plain.adapter.ts';
import type { ClosableFlash } from './flash-port.ts';

/** What tells the containers of dongle and device apart: the memory they stand on and what they may issue. */
export interface FileContainerKind {
  readonly kind: ContainerKind;
  readonly issues: IssueRight;
  /** Name of the file in the folder that says what is in it. */
  readonly settingsFile: string;
  /** Name of the file in the folder that is its memory. */
  readonly memoryFile: string;
  readonly openFlash: (file: string) => ClosableFlash;
}

const settingsSchema = v.strictObject({
  format: v.literal(1),
  kind: v.picklist(['dongle', 'soft', 'cloud']),
  /** Path of the anchor's file, from the folder. */
  anchor: v.pipe(v.string(), v.minLength(1)),
  /** Names the making of this container, in its anchor's file too. */
  creation: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
});

export type FolderSettings = v.InferOutput<typeof settingsSchema>;

const LOCK_FILE = /^writer\.\d+\.(lock|new)$/;

/** The settings while the container is being made: their last step is to get the name by which they count. */
function unfinished(type: FileContainerKind): string {
  return `${type.settingsFile}.new`;
}

/** Whether a folder holds a container of that kind, or what is left of one. @see readSettings for what is wrong with it */
export function isFileContainer(type: FileContainerKind, folder: string): boolean {
  return [type.settingsFile, unfinished(type), type.memoryFile].some((name) => mayExist(path.join(folder, name)));
}

/** Whether making a container of that kind has begun in a folder and not ended: by a program that ended, or is at it. */
export function isUnfinished(type: FileContainerKind, folder: string): boolean {
  return mayExist(path.join(folder, unfinished(type))) && !mayExist(path.join(folder, type.settingsFile));
}

/**
 * What a folder says of its container.
 *
 * @throws NO_CONTAINER
 * @throws CONTAINER_INCOMPLETE when it was never finished
 * @throws STORE_DAMAGED, FILE_UNREADABLE
 */
export function readSettings(type: FileContainerKind, folder: string): FolderSettings {
  const found = parseSettings(folder, type.settingsFile);
  if (typeof found === 'object') return found;
  if (found !== undefined) throw new FerryError('STORE_DAMAGED', { where: folder, what: found });
  if (fs.existsSync(path.join(folder, unfinished(type))))
    throw new FerryError('CONTAINER_INCOMPLETE', { where: folder });
  if (!fs.existsSync(path.join(folder, type.memoryFile))) throw new FerryError('NO_CONTAINER', { where: folder });
  throw new FerryError('STORE_DAMAGED', { where: folder, what: `${type.settingsFile} is missing` });
}

/**
 * Claims a folder for a new container: one that is empty, or in which making one was interrupted, of which everything is
 * then removed. From here to `finishCreation` the folder counts as unfinished, whatever happens.
 *
 * @throws CONTAINER_EXISTS when anything else is in the folder, or another container's anchor is where this one's goes
 * @throws STORE_WRITE_FAILED
 */
export function beginCreation(type: FileContainerKind, folder: string, anchorFile: string, env: Env): FolderSettings {
  const { settingsFile, memoryFile, kind } = type;
  const names = fs.readdirSync(folder).filter((name) => !LOCK_FILE.test(name));
  const own = [unfinished(type), memoryFile, `${memoryFile}.new`];
  const interrupted = names.includes(unfinished(type)) && !names.includes(settingsFile);
  const inside = [path.basename(anchorFile), `${path.basename(anchorFile)}.new`];
  if (names.some((name) => !interrupted || ![...own, ...inside].includes(name)))
    throw new FerryError('CONTAINER_EXISTS', { where: folder });
  try {
    if (interrupted) removeRemains(type, folder, anchorFile);
    if (fs.existsSync(anchorFile)) throw new FerryError('CONTAINER_EXISTS', { where: anchorFile });
    const creation = toHex(env.random(16));
    const settings: FolderSettings = { format: 1, kind, anchor: path.relative(folder, anchorFile), creation };
    const text = `${JSON.stringify(settings, null, 2)}\n`;
    writeDurably(path.join(folder, unfinished(type)), (handle) => fs.writeSync(handle, utf8(text)));
    syncFolder(folder);
    makeFolder(path.dirname(anchorFile));
    return settings;
  } catch (error) {
    throw writeFailed(folder, error);
  }
}

/** Makes the folder a container's, durably. @throws STORE_WRITE_FAILED */
export function finishCreation(type: FileContainerKind, folder: string): void {
  try {
    fs.renameSync(path.join(folder, unfinished(type)), path.join(folder, type.settingsFile));
    syncFolder(folder);
  } catch (error) {
    throw writeFailed(folder, error);
  }
}

/**
 * Removes what an interrupted making left. The anchor goes only from where the new one goes, whatever the folder says:
 * the folder may be from somebody else. And only when it names that making: it may have become another container's since.
 */
function removeRemains(type: FileContainerKind, folder: string, anchorFile: string): void {
  const settings = parseSettings(folder, unfinished(type));
  if (typeof settings === 'object' && isAnchorOf(anchorFile, settings.creation)) {
    fs.rmSync(anchorFile);
    syncFolder(path.dirname(anchorFile));
  }
  for (const name of [type.memoryFile, `${type.memoryFile}.new`]) fs.rmSync(path.join(folder, name), { force: true });
}

/** The settings in a file; undefined when it is missing, or what is wrong with it. @throws FILE_UNREADABLE, FILE_TOO_LARGE */
function parseSettings(folder: string, name: string): FolderSettings | string | undefined {
  const file = path.join(folder, name);
  if (!mayExist(file)) return undefined;
  try {
    const parsed = v.safeParse(
      settingsSchema,
      JSON.parse(Buffer.from(readPlainFile(file, { links: 'refused' })).toString()),
    );
    return parsed.success ? parsed.output : `${name} does not say what it should`;
  } catch (error) {
    if (error instanceof SyntaxError) return `${name} is not JSON`;
    throw error;
  }
}

/** Whether there is something of that name, or that cannot be told: whoever reads it then says why. */
function mayExist(file: string): boolean {
  try {
    return fs.statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
