const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map([...DIGITS].map((digit, value) => [digit.charCodeAt(0), value]));

/** Base64 with padding and without line ends. @see RFC 4648 section 4 */
export function encodeBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const [one = 0, two = 0, three = 0] = [bytes[at], bytes[at + 1], bytes[at + 2]];
    const word = (one << 16) | (two << 8) | three;
    const known = Math.min(3, bytes.length - at) + 1;
    let four = '';
    for (let digit = 0; digit < 4; digit++) four += digit < known ? DIGITS[(word >> (18 - 6 * digit)) & 63] : '=';
    parts.push(four);
  }
  return parts.join('');
}

/** The bytes; undefined unless the text is exactly what `encodeBase64` writes. @see RFC 4648 section 3.5 */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  const digits = text.length - padding;
  let bits = 0;
  let word = 0;
  let at = 0;
  for (let digit = 0; digit < digits; digit++) {
    const value = VALUES.get(text.charCodeAt(digit));
    if (value === undefined) return undefined;
    word = ((word << 6) | value) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (word >> bits) & 0xff;
  }
  // Unused low bits must be zero, so that one byte string has one text only.
  return (word & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}
