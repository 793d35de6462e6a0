import type { SetupPacket } from '../../../../../carriers/usbip/usbip-codec.ts';
import type { Random } from '../random.ts';

const TYPES = [0x00, 0x80, 0x01, 0x81, 0x02, 0x82, 0x21, 0xa1, 0xc0, 0x9f];
const REQUESTS = [0, 1, 3, 5, 6, 7, 8, 9, 10, 11, 2, 0xfe, 0xff];
const VALUES = [0, 1, 2, 0x0100, 0x0200, 0x0300, 0x0301, 0x0303, 0x0304, 0x03ee, 0x0600, 0x0700, 0x2100, 0x2200];
const INDICES = [0, 0, 1, 2, 0x81, 0x01, 0x82, 0x02, 0x80, 0x0409, 0xffff];
const LENGTHS = [0, 0, 1, 2, 8, 18, 64, 255, 0xffff];

/** Requests that mean something to a dongle, as a host makes them: type, request, value, index and length. */
const KNOWN: readonly (readonly [number, number, number, number, number])[] = [
  [0x80, 6, 0x0100, 0, 18],
  [0x80, 6, 0x0200, 0, 255],
  [0x80, 6, 0x0303, 0x0409, 255],
  [0x80, 8, 0, 0, 1],
  [0x00, 9, 1, 0, 0],
  [0x00, 9, 0, 0, 0],
  [0x82, 0, 0, 0x82, 2],
  [0x82, 0, 0, 0x01, 2],
  [0x02, 3, 0, 0x82, 0],
  [0x02, 3, 0, 0x01, 0],
  [0x02, 1, 0, 0x82, 0],
  [0x02, 1, 0, 0x01, 0],
  [0x01, 11, 0, 1, 0],
  [0x81, 6, 0x2200, 0, 34],
  [0x21, 9, 0x0200, 0, 64],
  [0x21, 10, 0x0500, 0, 0],
  [0xa1, 2, 0, 0, 1],
  [0xa1, 0xfe, 0, 1, 1],
  [0x21, 0xff, 0, 1, 0],
];

/** A request to endpoint 0: of a host, of nobody, or in between. */
export function anySetup(random: Random): SetupPacket {
  if (!random.oneIn(3)) {
    const [requestType, request, value, index, length] = random.pick(KNOWN);
    return { requestType, request, value, index, length: random.oneIn(6) ? random.pick(LENGTHS) : length };
  }
  return {
    requestType: random.oneIn(6) ? random.below(256) : random.pick(TYPES),
    request: random.oneIn(6) ? random.below(256) : random.pick(REQUESTS),
    value: random.oneIn(6) ? random.below(0x10000) : random.pick(VALUES),
    index: random.oneIn(6) ? random.below(0x10000) : random.pick(INDICES),
    length: random.oneIn(6) ? random.below(0x10000) : random.pick(LENGTHS),
  };
}
