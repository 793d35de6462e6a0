import { FerryError } from '../../container/errors.ts';
import { FIELD_EPOCH, isoDate } from '../../container/model/time.ts';

export interface ItemArgument {
  readonly firmCode: number;
  readonly productCode: number;
  readonly quantity: number;
}

const U32_MAX = 0xffffffff;

/** `FIRM:PRODUCT` for one seat, or `FIRM:PRODUCTxN` for N seats. @throws USAGE_WRONG */
export function parseItem(text: string): ItemArgument {
  const [, firmCode, productCode, seats] = /^([^:x]*):([^:x]*)(?:x(.*))?$/is.exec(text) ?? [];
  const wrong = (why: string) => usage(`"${text}" is not an item like 6000010:1001 or 6000010:1001x2: ${why}`);
  if (firmCode === undefined || productCode === undefined) throw wrong('it is no FIRM:PRODUCT and no FIRM:PRODUCTxN');
  const numberOf = (digits: string, what: string, least: number): number => {
    const number = /^\d{1,10}$/.test(digits) ? Number(digits) : Number.NaN;
    if (number >= least && number <= U32_MAX) return number;
    throw wrong(`"${digits}" is no ${what} (${least} to ${U32_MAX})`);
  };
  const [firm, product] = [numberOf(firmCode, 'Firm Code', 0), numberOf(productCode, 'Product Code', 0)];
  if (/X/.test(text)) throw wrong('the x before the number of seats is a small letter');
  return {
    firmCode: firm,
    productCode: product,
    quantity: seats === undefined ? 1 : numberOf(seats, 'number of seats', 1),
  };
}

/** `FIRM:PRODUCT`. @throws USAGE_WRONG */
export function parseProduct(text: string): { readonly firmCode: number; readonly productCode: number } {
  const [firmCode, productCode, ...more] = text.split(':');
  if (productCode === undefined || more.length > 0) throw usage(`"${text}" is not a product like 6000010:1001`);
  return {
    firmCode: parseNumber(firmCode ?? '', 'Firm Code'),
    productCode: parseNumber(productCode, 'Product Code'),
  };
}

/** `CODE:NAME`. @throws USAGE_WRONG */
export function parseFirm(text: string): { readonly firmCode: number; readonly name: string } {
  const at = text.indexOf(':');
  if (at < 1 || text.length === at + 1) throw usage(`"${text}" is not a firm like 6000010:"Example Automation"`);
  return { firmCode: parseNumber(text.slice(0, at), 'Firm Code', 1), name: text.slice(at + 1) };
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

/** When a day begins in UTC; seconds since 2000-01-01. @throws USAGE_WRONG */
export function parseDay(text: string): number {
  const seconds = Date.parse(`${text}T00:00:00Z`) / 1000 - FIELD_EPOCH;
  if (seconds >= 0 && seconds <= U32_MAX && isoDate(seconds) === text) return seconds;
  throw usage(`"${text}" is not a day like 2027-12-31, from 2000 to 2136`);
}

/** @returns USAGE_WRONG, to be thrown */
export function usage(what: string): FerryError {
  return new FerryError('USAGE_WRONG', { what });
}
