/** Lower-case hexadecimal text of bytes: how keys, hashes and ids are held in memory, compared and used as map keys. */
export type Hex = string;

const DIGITS: readonly number[] = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** Bytes whose digits are made into text at once; their number is bounded by what a call may take as arguments. */
const PIECE = 512;

/** Made from character codes: text that is added up digit by digit costs its reader a copy, and there are many readers. */
export function toHex(bytes: Uint8Array): Hex {
  if (bytes.length <= PIECE) return hexOfPiece(bytes);
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) text += hexOfPiece(bytes.subarray(at, at + PIECE));
  return text;
}

function hexOfPiece(bytes: Uint8Array): Hex {
  const codes = new Array<number>(2 * bytes.length);
  let at = 0;
  for (const byte of bytes) {
    codes[at++] = DIGITS[byte >> 4] ?? 0;
    codes[at++] = DIGITS[byte & 15] ?? 0;
  }
  return String.fromCharCode.apply(null, codes);
}

/** The bytes of well-formed hexadecimal text; anything else is a defect of the caller. */
export function fromHex(hex: Hex): Uint8Array {
  const bytes = new Uint8Array(hex.length >> 1);
  for (let at = 0; at < bytes.length; at++) bytes[at] = (digit(hex, 2 * at) << 4) | digit(hex, 2 * at + 1);
  return bytes;
}

function digit(hex: string, at: number): number {
  const code = hex.charCodeAt(at);
  return code < 58 ? code - 48 : code - 87;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A copy for keeping: what is kept must not hold on to the whole file that it came in. */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

export const NO_BYTES = new Uint8Array(0);
