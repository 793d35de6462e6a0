import { FIELD_EPOCH } from '../../container/model/time.ts';

/** When a file was written, as FAT keeps it: the date in the upper half, the time in the lower, in steps of 2 s. UTC. */
export type FatStamp = number;

/** The years that a stamp can hold. */
const [FIRST_YEAR, LAST_YEAR] = [1980, 2107];

/** @param seconds since 2000-01-01, the field's epoch */
export function fatStamp(seconds: number): FatStamp {
  const time = new Date((FIELD_EPOCH + seconds) * 1000);
  const year = Math.min(Math.max(time.getUTCFullYear(), FIRST_YEAR), LAST_YEAR) - FIRST_YEAR;
  const date = (year << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate();
  const clock = (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1);
  return date * 0x10000 + clock;
}

/** The numbers of a stamp, in the order in which C's `struct tm` begins: seconds to years since 1900. */
export function brokenDown(stamp: FatStamp): readonly number[] {
  const [date, clock] = [Math.floor(stamp / 0x10000), stamp % 0x10000];
  return [
    (clock & 0x1f) * 2,
    (clock >> 5) & 0x3f,
    clock >> 11,
    date & 0x1f,
    ((date >> 5) & 0x0f) - 1,
    (date >> 9) + FIRST_YEAR - 1900,
  ];
}
