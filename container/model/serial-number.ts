import { FerryError } from '../errors.ts';

declare const brand: unique symbol;

/** MASK-NUMBER, for example `3-1234567` (dongle) or `130-2459324738` (soft container): a container's name for people. */
export type SerialNumber = string & { readonly [brand]: 'SerialNumber' };

export function serialFromParts(mask: number, number: number): SerialNumber {
  return `${mask}-${number}` as SerialNumber;
}

export function serialParts(serial: SerialNumber): [mask: number, number: number] {
  const [mask, number] = serial.split('-');
  return [Number(mask), Number(number)];
}

/** Reads a serial number as a person types it. @throws USAGE_WRONG */
export function parseSerialNumber(input: string): SerialNumber {
  const match = /^(\d{1,5})-(\d{1,10})$/.exec(input.trim());
  const mask = Number(match?.[1]);
  const number = Number(match?.[2]);
  if (match === null || mask > 0xffff || number > 0xffffffff)
    throw new FerryError('USAGE_WRONG', { what: `"${input}" is not a serial number like 3-1234567` });
  return serialFromParts(mask, number);
}
