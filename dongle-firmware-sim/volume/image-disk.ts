import {
  CTRL_SYNC,
  type DiskIO,
  GET_BLOCK_SIZE,
  GET_SECTOR_COUNT,
  GET_SECTOR_SIZE,
  RES_ERROR,
  RES_OK,
  RES_PARERR,
} from 'js-fatfs';

/** Bytes of a sector. */
export const SECTOR = 512;

/**
 * Sectors that are read of one volume at most. A sound one with all the files that are looked at needs a fraction; one that
 * was made to be read forever ends here.
 */
const MOST_READ = 8_000_000;

/** A volume in memory, as FatFs reads and writes it. Nothing beyond its end is there. */
export function imageDisk(image: Uint8Array): DiskIO {
  const sectors = image.length / SECTOR;
  let left = MOST_READ;
  const isThere = (sector: number, count: number): boolean => sector >= 0 && count >= 0 && sector + count <= sectors;
  return {
    initialize: () => RES_OK,
    status: () => RES_OK,
    read: (fatfs, _, at, sector, count) => {
      if (!isThere(sector, count)) return RES_PARERR;
      left -= count;
      if (left < 0) return RES_ERROR;
      fatfs.HEAPU8.set(image.subarray(sector * SECTOR, (sector + count) * SECTOR), at);
      return RES_OK;
    },
    write: (fatfs, _, at, sector, count) => {
      if (!isThere(sector, count)) return RES_PARERR;
      image.set(fatfs.HEAPU8.subarray(at, at + count * SECTOR), sector * SECTOR);
      return RES_OK;
    },
    ioctl: (fatfs, _, command, at) => {
      if (command === CTRL_SYNC) return RES_OK;
      const values = new Map([
        [GET_SECTOR_COUNT, sectors],
        [GET_SECTOR_SIZE, SECTOR],
        [GET_BLOCK_SIZE, 1],
      ]);
      const value = values.get(command);
      if (value === undefined) return RES_PARERR;
      fatfs.setValue(at, value, command === GET_SECTOR_SIZE ? 'i16' : 'i32');
      return RES_OK;
    },
  };
}
