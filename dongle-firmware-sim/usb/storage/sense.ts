/** Why a command failed: sense key, additional sense code and its qualifier. @see SPC-4, 4.5 */
export interface Sense {
  readonly key: number;
  readonly code: number;
  readonly qualifier: number;
  /** The block at which it failed, where one did. */
  readonly lba?: number;
}

function sense(key: number, code: number, qualifier = 0): Sense {
  return { key, code, qualifier };
}

/** All that a drive here has to say. @see SPC-4, tables 48 and E.1 */
export const SENSES = {
  none: sense(0x0, 0x00),
  noMedium: sense(0x2, 0x3a),
  writeFault: sense(0x3, 0x0c),
  readFault: sense(0x3, 0x11),
  listLength: sense(0x5, 0x1a),
  invalidOperation: sense(0x5, 0x20),
  outOfRange: sense(0x5, 0x21),
  invalidField: sense(0x5, 0x24),
  noSuchUnit: sense(0x5, 0x25),
  invalidParameter: sense(0x5, 0x26),
  notSaved: sense(0x5, 0x39),
  removalPrevented: sense(0x5, 0x53, 0x02),
  mediumChanged: sense(0x6, 0x28),
  powerOn: sense(0x6, 0x29),
  writeProtected: sense(0x7, 0x27),
  miscompare: sense(0xe, 0x1d),
} as const;

const CURRENT = 0x70;
const HAS_INFORMATION = 0x80;
const LENGTH = 18;

/** Sense data in the fixed format. @see SPC-4, 4.5.3 */
export function encodeSense({ key, code, qualifier, lba }: Sense): Uint8Array {
  const bytes = new Uint8Array(LENGTH);
  bytes[0] = lba === undefined ? CURRENT : CURRENT | HAS_INFORMATION;
  bytes[2] = key;
  new DataView(bytes.buffer).setUint32(3, lba ?? 0);
  bytes[7] = LENGTH - 8;
  bytes[12] = code;
  bytes[13] = qualifier;
  return bytes;
}
