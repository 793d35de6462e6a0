import { concatBytes } from '../../../container/model/bytes.ts';
import type { DriveIdentity } from './logical-unit.ts';

const REMOVABLE = 0x80;
const SPC_4 = 0x06;
const RESPONSE_FORMAT = 0x02;
const STANDARD_LENGTH = 36;
const LONGEST_SERIAL = 32;
/** Of the pages of SBC-3, whose fields are mostly 0: not reported. */
const SBC_PAGE_LENGTH = 0x3c;
const NON_ROTATING = 1;

/** Printable ASCII, cut, and filled up with spaces where a length is to be kept. */
function ascii(text: string, longest: number, shortest = longest): Uint8Array {
  const codes = Array.from(text.slice(0, longest).padEnd(shortest), (character) => {
    const code = character.charCodeAt(0);
    return code >= 0x20 && code < 0x7f ? code : 0x3f;
  });
  return Uint8Array.from(codes);
}

/** A removable direct-access device. @see SPC-4, 6.6.2 */
export function standardInquiry({ vendor, product, revision }: DriveIdentity): Uint8Array {
  const head = Uint8Array.of(0, REMOVABLE, SPC_4, RESPONSE_FORMAT, STANDARD_LENGTH - 5, 0, 0, 0);
  return concatBytes(head, ascii(vendor, 8), ascii(product, 16), ascii(revision, 4));
}

/** What a logical unit that there is not answers. @see SPC-4, 6.6.2, table 175 */
export function absentInquiry(): Uint8Array {
  const bytes = new Uint8Array(STANDARD_LENGTH);
  bytes.set([0x7f, 0, SPC_4, RESPONSE_FORMAT, STANDARD_LENGTH - 5]);
  return bytes;
}

/** By page code; in the order in which the page of pages lists them. */
const PAGES: ReadonlyMap<number, (identity: DriveIdentity) => Uint8Array> = new Map([
  [0x00, () => Uint8Array.from(PAGES.keys())],
  [0x80, ({ serial }: DriveIdentity) => ascii(serial, LONGEST_SERIAL, 0)],
  [0x83, deviceIdentification],
  [0xb0, () => new Uint8Array(SBC_PAGE_LENGTH)],
  [0xb1, blockDeviceCharacteristics],
]);

/** A page of vital product data; undefined when there is none of that code. @see SPC-4, 7.8; SBC-3, 6.6 */
export function vitalProductData(identity: DriveIdentity, code: number): Uint8Array | undefined {
  const body = PAGES.get(code)?.(identity);
  if (body === undefined) return undefined;
  return concatBytes(Uint8Array.of(0, code, 0, body.length), body);
}

/** One designator of the logical unit, beginning with its vendor: the only kind that needs no number bought of anyone. @see SPC-4, 7.8.6.4 */
function deviceIdentification({ vendor, product, serial }: DriveIdentity): Uint8Array {
  const designator = concatBytes(ascii(vendor, 8), ascii(product, 16), ascii(serial, LONGEST_SERIAL, 0));
  const [asciiSet, vendorBased] = [0x02, 0x01];
  return concatBytes(Uint8Array.of(asciiSet, vendorBased, 0, designator.length), designator);
}

function blockDeviceCharacteristics(): Uint8Array {
  const bytes = new Uint8Array(SBC_PAGE_LENGTH);
  new DataView(bytes.buffer).setUint16(0, NON_ROTATING);
  return bytes;
}
