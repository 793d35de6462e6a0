import { FerryError } from '../../container/errors.ts';

export interface ItemArgument {
  readonly firmCode: number;
  readonly productCode: number;
  readonly quantity: number;
}

const U32_MAX = 0xffffffff;
const EPOCH_MS = Date.UTC(2000, 0, 1);

/** `FIRM:PRODUCT`, or `FIRM:PRODUCTxN` for N seats. @throws USAGE_WRONG */
export function parseItem(text: string): ItemArgument {
  const match = /^(\d{1,10}):(\d{1,10})(?:x(\d{1,10}))?$/.exec(text);
  const [firmCode, productCode, quantity] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3] ?? 1)];
  if (match === null || firmCode > U32_MAX || productCode > U32_MAX || quantity > U32_MAX || quantity < 1)
    throw usage(`"${text}" is not an item like 6000010:1001 or 6000010:1001x2`);
  return { firmCode, productCode, quantity };
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** A size such as 393216, 384K or 16M. @throws USAGE_WRONG */
export function parseSize(text: string): number {
  const match = /^(\d{1,9})([KM]?)$/i.exec(text);
  if (match === null) throw usage(`"${text}" is not a size like 384K or 16M`);
  const unit = { '': 1, K: 1024, M: 1024 * 1024 }[String(match[2]).toUpperCase()] ?? 1;
  return Number(match[1]) * unit;
}

/** A whole number within bounds. @throws USAGE_WRONG */
export function parseNumber(text: string, what: string, least = 0, most = U32_MAX): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most)) throw usage(`"${text}" is no ${what} (${least} to ${most})`);
  return number;
}

/** A day such as 2027-12-31, to the end of which it lasts, in seconds since 2000-01-01. @throws USAGE_WRONG */
export function parseDay(text: string): number {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const time =
    match === null ? Number.NaN : Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]), 23, 59, 59);
  const seconds = Math.floor((time - EPOCH_MS) / 1000);
  if (!(seconds >= 0 && seconds <= U32_MAX) || showDay(seconds) !== text)
    throw usage(`"${text}" is not a day like 2027-12-31`);
  return seconds;
}

/** The day of a time in seconds since 2000-01-01. */
export function showDay(seconds: number): string {
  return new Date(EPOCH_MS + seconds * 1000).toISOString().slice(0, 10);
}

/** @returns USAGE_WRONG, to be thrown */
export function usage(what: string): FerryError {
  return new FerryError('USAGE_WRONG', { what });
}
