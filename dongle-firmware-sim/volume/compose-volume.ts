import type { FatStamp } from './fat-stamp.ts';
import { FatVolume } from './fat-volume.ts';
import type { VolumeLabel } from './label-volume.ts';
import { PLACE } from './volume-layout.ts';

export interface NewFile {
  readonly path: string;
  readonly stamp: FatStamp;
  readonly bytes: Uint8Array;
}

export interface ComposedVolume {
  readonly image: Uint8Array;
  /** Those for which there was no room. */
  readonly leftOut: readonly NewFile[];
}

/**
 * Makes a new volume with these files, the first of them first, as long as there is room. It has nothing of the old one: whatever
 * state a computer left that in, this one is sound.
 */
export async function composeVolume(
  bytes: number,
  label: VolumeLabel,
  files: readonly NewFile[],
): Promise<ComposedVolume> {
  const image = new Uint8Array(bytes);
  const volume = await FatVolume.make(image, label);
  const folders = new Set<string>([PLACE.inbox, PLACE.outbox]);
  for (const folder of folders) volume.makeFolder(folder, label.stamp);
  const leftOut = files.filter(({ path, stamp, bytes: content }) => {
    for (const folder of foldersOf(path)) {
      if (!folders.has(folder)) volume.makeFolder(folder, stamp);
      folders.add(folder);
    }
    return !volume.write(path, content, stamp);
  });
  return { image, leftOut };
}

/** The folders that a path leads through, from the outermost on. */
function foldersOf(path: string): readonly string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, at) => names.slice(0, at + 1).join('/'));
}
