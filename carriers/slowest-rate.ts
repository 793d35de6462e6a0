import { SLOWEST_RATE } from '../container/wire/pace.ts';
import type { CarrierAddress } from './address.ts';

/** Bits on the line for each byte: start, eight bits, stop. */
const BITS = 10;
/** What a line carries at least, of what it could. */
const SHARE = 1 / 4;

/** Bytes per second below which the other side is not waited for. */
export function slowestRate(address: CarrierAddress): number {
  if (address.scheme !== 'serial') return SLOWEST_RATE;
  return Math.min(SLOWEST_RATE, (address.baudRate / BITS) * SHARE);
}
