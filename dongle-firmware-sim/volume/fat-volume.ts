import {
  AM_DIR,
  AM_HID,
  AM_SYS,
  FA_CREATE_NEW,
  FA_READ,
  FA_WRITE,
  type FatFs,
  FM_FAT,
  FM_SFD,
  FR_INT_ERR,
  FR_OK,
  sizeof_DIR,
  sizeof_FATFS,
  sizeof_FIL,
  sizeof_FILINFO,
} from 'js-fatfs';
import { Defect } from '../../container/errors.ts';
import type { FatStamp } from './fat-stamp.ts';
import { loadFatfs } from './fatfs.adapter.ts';
import { imageDisk } from './image-disk.ts';
import { labelVolume, type VolumeLabel } from './label-volume.ts';

/** Bytes of the volume of a dongle. */
export const VOLUME_BYTES = 16 * 1024 * 1024;

/** With 8,000 clusters of 2 KiB it is a FAT16; the root folder has room for 512 entries. */
const LAYOUT = { fmt: FM_FAT | FM_SFD, n_fat: 2, align: 1, n_root: 512, au_size: 2048 };

/** Bytes that are read or written at once. */
const PIECE = 64 * 1024;

/** The one drive of FatFs. */
const DRIVE = '';

/** Separators, the mark of a drive, wildcards and control characters: what no name may have, a forged folder can have. */
const NO_NAME = /[\\/:*?"<>|\p{Cc}]/u;

/** How a program in WebAssembly ends that reaches outside its memory or its stack. */
const TRAPS: ReadonlySet<string> = new Set(['RuntimeError', 'RangeError']);

/** A file or folder, by what its folder says of it. */
export interface VolumeEntry {
  readonly name: string;
  readonly isFolder: boolean;
  /** Whether an operating system keeps it out of people's sight. */
  readonly isHidden: boolean;
  /** Bytes. */
  readonly size: number;
  /** When it was written. */
  readonly stamp: FatStamp;
}

/**
 * A FAT volume in memory. What cannot be read, whatever was done to it, is answered as such; nothing of it is thrown. A path has
 * its names with `/` between them; the root folder is the empty path.
 */
export class FatVolume {
  readonly #fatfs: FatFs;
  readonly #work: number;
  /** What FatFs stamps on what it writes. */
  readonly #clock: { stamp: FatStamp };
  #isBroken = false;

  private constructor(fatfs: FatFs, clock: { stamp: FatStamp }) {
    this.#fatfs = fatfs;
    this.#clock = clock;
    this.#work = fatfs.malloc(PIECE);
  }

  /** Makes an empty FAT16 volume of the whole image. */
  static async make(image: Uint8Array, label: VolumeLabel): Promise<FatVolume> {
    const volume = await FatVolume.#on(image);
    const fatfs = volume.#fatfs;
    volume.#clock.stamp = label.stamp;
    const made = fatfs.f_mkfs(DRIVE, LAYOUT, volume.#work, PIECE);
    if (made !== FR_OK) throw new Defect(`no volume can be made on ${image.length} bytes: ${made}`);
    labelVolume(image, label);
    if (!volume.#mount()) throw new Defect('a volume that was just made cannot be read');
    return volume;
  }

  /** The volume in an image, on the whole of it or in its first partition; undefined when there is none. */
  static async open(image: Uint8Array): Promise<FatVolume | undefined> {
    const volume = await FatVolume.#on(image);
    return volume.#mount() ? volume : undefined;
  }

  static async #on(image: Uint8Array): Promise<FatVolume> {
    const clock = { stamp: 0 };
    return new FatVolume(await loadFatfs(imageDisk(image), () => clock.stamp), clock);
  }

  #mount(): boolean {
    const at = this.#fatfs.malloc(sizeof_FATFS);
    return this.#try(() => this.#fatfs.f_mount(at, DRIVE, 1)) === FR_OK;
  }

  /**
   * What lies in a folder, in its order; as far as it can be read.
   *
   * @param budget how many entries are looked at, at most; those that were are taken off
   */
  entries(folder: string, budget: { left: number } = { left: Number.POSITIVE_INFINITY }): readonly VolumeEntry[] {
    return this.#with(sizeof_DIR, (directory) =>
      this.#with(sizeof_FILINFO, (info) => {
        const fatfs = this.#fatfs;
        const found: VolumeEntry[] = [];
        if (this.#try(() => fatfs.f_opendir(directory, folder)) !== FR_OK) return found;
        while (budget.left > 0 && this.#try(() => fatfs.f_readdir(directory, info)) === FR_OK) {
          budget.left -= 1;
          const name = fatfs.FILINFO_fname(info);
          if (name === '') break;
          if (!NO_NAME.test(name)) found.push({ name, ...this.#described(info) });
        }
        this.#try(() => fatfs.f_closedir(directory));
        return found;
      }),
    );
  }

  #described(info: number): Omit<VolumeEntry, 'name'> {
    const fatfs = this.#fatfs;
    const attributes = fatfs.FILINFO_fattrib(info);
    return {
      isFolder: (attributes & AM_DIR) !== 0,
      isHidden: (attributes & (AM_HID | AM_SYS)) !== 0,
      size: fatfs.FILINFO_fsize(info),
      stamp: fatfs.FILINFO_fdate(info) * 0x10000 + fatfs.FILINFO_ftime(info),
    };
  }

  /** The bytes of a file; undefined when they cannot all be read. @param size as its folder says */
  read(path: string, size: number): Uint8Array | undefined {
    return this.#withFile(path, FA_READ, (file, count) => {
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; ) {
        const wanted = Math.min(PIECE, size - at);
        if (this.#try(() => this.#fatfs.f_read(file, this.#work, wanted, count)) !== FR_OK) return undefined;
        const read = this.#fatfs.getValue(count, 'i32');
        if (read < 1 || read > wanted) return undefined;
        bytes.set(this.#fatfs.HEAPU8.subarray(this.#work, this.#work + read), at);
        at += read;
      }
      return bytes;
    });
  }

  /** Writes a new file, whole or not at all. @returns false when there is no room for it, or something of that name */
  write(path: string, bytes: Uint8Array, stamp: FatStamp): boolean {
    this.#clock.stamp = stamp;
    const isWritten = this.#withFile(path, FA_WRITE | FA_CREATE_NEW, (file, count) => {
      for (let at = 0; at < bytes.length; at += PIECE) {
        const piece = bytes.subarray(at, at + PIECE);
        this.#fatfs.HEAPU8.set(piece, this.#work);
        const result = this.#try(() => this.#fatfs.f_write(file, this.#work, piece.length, count));
        if (result !== FR_OK || this.#fatfs.getValue(count, 'i32') !== piece.length) return false;
      }
      return true;
    });
    if (isWritten === false) this.#try(() => this.#fatfs.f_unlink(path));
    return isWritten === true;
  }

  /** Makes a folder in one that is there. @returns false when there is no room for it, or something of that name */
  makeFolder(path: string, stamp: FatStamp): boolean {
    this.#clock.stamp = stamp;
    return this.#try(() => this.#fatfs.f_mkdir(path)) === FR_OK;
  }

  /** @returns undefined when the file cannot be opened */
  #withFile<T>(path: string, mode: number, use: (file: number, count: number) => T): T | undefined {
    return this.#with(sizeof_FIL, (file) =>
      this.#with(4, (count) => {
        if (this.#try(() => this.#fatfs.f_open(file, path, mode)) !== FR_OK) return undefined;
        const used = use(file, count);
        const isClosed = this.#try(() => this.#fatfs.f_close(file)) === FR_OK;
        return isClosed ? used : undefined;
      }),
    );
  }

  #with<T>(bytes: number, use: (at: number) => T): T {
    const at = this.#fatfs.malloc(bytes);
    try {
      return use(at);
    } finally {
      if (!this.#isBroken) this.#fatfs.free(at);
    }
  }

  /** What went wrong within FatFs itself leaves it in no known state: nothing more is read or written by it. */
  #try(work: () => number): number {
    if (this.#isBroken) return FR_INT_ERR;
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Error && TRAPS.has(error.name))) throw error;
      this.#isBroken = true;
      return FR_INT_ERR;
    }
  }
}
