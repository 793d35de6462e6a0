import { utf8 } from '../../container/model/bytes.ts';
import type { FatStamp } from './fat-stamp.ts';
import { SECTOR } from './image-disk.ts';

/** By what an operating system knows a volume again. */
export interface VolumeLabel {
  /** Of 11 capitals and digits at most. */
  readonly name: string;
  /** u32 */
  readonly id: number;
  readonly stamp: FatStamp;
}

/** Offsets in the boot sector of a FAT16 volume. @see FAT specification 1.03, "Boot Sector and BPB" */
const AT = { reserved: 14, fats: 16, fatSectors: 22, id: 39, label: 43, type: 54 } as const;
/** Offsets in an entry of a folder. @see FAT specification 1.03, "FAT Directory Structure" */
const IN_ENTRY = { attributes: 11, time: 22, date: 24 } as const;
const VOLUME_ID = 0x08;
const NAME = 11;
/** Means nothing, and is looked at all the same. */
const TYPE = utf8('FAT16   ');

/** Gives an empty FAT16 volume its label, in the boot sector and as the first entry of the root folder, and its number. */
export function labelVolume(image: Uint8Array, { name, id, stamp }: VolumeLabel): void {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const padded = Uint8Array.from(name.padEnd(NAME).slice(0, NAME), (letter) => letter.charCodeAt(0));
  view.setUint32(AT.id, id, true);
  image.set(padded, AT.label);
  image.set(TYPE, AT.type);
  const fats = view.getUint8(AT.fats) * view.getUint16(AT.fatSectors, true);
  const root = (view.getUint16(AT.reserved, true) + fats) * SECTOR;
  image.set(padded, root);
  view.setUint8(root + IN_ENTRY.attributes, VOLUME_ID);
  view.setUint16(root + IN_ENTRY.time, stamp % 0x10000, true);
  view.setUint16(root + IN_ENTRY.date, Math.floor(stamp / 0x10000), true);
}
