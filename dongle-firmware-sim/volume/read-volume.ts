import type { FatStamp } from './fat-stamp.ts';
import { FatVolume, type VolumeEntry } from './fat-volume.ts';
import { SECTOR } from './image-disk.ts';
import { isOfSystem, PLACE, ROOT, samePath } from './volume-layout.ts';

/** Files that are looked at in the inbox, in the outbox and elsewhere: all devices that a dongle can serve may come at once. */
const MOST_FILES = 2048;
/** Folders, likewise. */
const MOST_FOLDERS = 512;
/** Entries of folders that are looked at in each of these: a forged folder that holds itself has as many as one likes. */
const MOST_ENTRIES = 8192;
/** Characters of a path; deeper is not looked. */
const LONGEST_PATH = 1000;

export interface FoundFile {
  readonly path: string;
  readonly stamp: FatStamp;
  /** Null when they cannot be read. */
  readonly bytes: Uint8Array | null;
}

/** What a computer has left on the volume, other than what its operating system keeps there. */
export interface FoundFiles {
  /** False when there is no FAT volume any more. What begins with zeros never was one, and counts as an empty one. */
  readonly isVolume: boolean;
  /** Those of the inbox first. */
  readonly files: readonly FoundFile[];
  /** Files and folders that were too many or too deep to be looked at, where they can be counted. */
  readonly passedOver: number;
}

/** Reads everything that lies on a volume, within bounds, whatever was done to it. */
export async function readVolume(image: Uint8Array): Promise<FoundFiles> {
  const volume = await FatVolume.open(image);
  if (volume === undefined)
    return { isVolume: image.subarray(0, SECTOR).every((byte) => byte === 0), files: [], passedOver: 0 };
  const { found, passedOver } = walk(volume);
  // Of a sound volume they are never more than it has; a forged one may have the same bytes in many files.
  let left = image.length;
  const files = found.map(({ path, size, stamp }): FoundFile => {
    const bytes = size <= left ? volume.read(path, size) : undefined;
    left -= bytes?.length ?? 0;
    return { path, stamp, bytes: bytes ?? null };
  });
  return { isVolume: true, files, passedOver };
}

interface Found extends Pick<VolumeEntry, 'size' | 'stamp'> {
  readonly path: string;
}

/** Each part with a bound of its own: a crowd in one keeps nothing out of another. */
function walk(volume: FatVolume): { readonly found: readonly Found[]; readonly passedOver: number } {
  const parts = [PLACE.inbox, PLACE.outbox, ROOT].map((part) => walkFrom(volume, part));
  return {
    found: parts.flatMap(({ found }) => found),
    passedOver: parts.reduce((sum, part) => sum + part.passedOver, 0),
  };
}

function walkFrom(volume: FatVolume, start: string): { readonly found: readonly Found[]; readonly passedOver: number } {
  const found: Found[] = [];
  let passedOver = 0;
  const folders = [start];
  const budget = { left: MOST_ENTRIES };
  for (const folder of folders) {
    for (const entry of volume.entries(folder, budget)) {
      const path = folder === ROOT ? entry.name : `${folder}/${entry.name}`;
      if (isOfSystem(entry) || (entry.isFolder && isPart(path))) continue;
      const [list, most] = entry.isFolder ? [folders, MOST_FOLDERS] : [found, MOST_FILES];
      if (list.length >= most || path.length > LONGEST_PATH) passedOver += 1;
      else if (entry.isFolder) folders.push(path);
      else found.push({ path, size: entry.size, stamp: entry.stamp });
    }
  }
  return { found, passedOver };
}

/** Whether it is a folder that is looked through for itself. */
function isPart(path: string): boolean {
  return samePath(path) === PLACE.inbox || samePath(path) === PLACE.outbox;
}
