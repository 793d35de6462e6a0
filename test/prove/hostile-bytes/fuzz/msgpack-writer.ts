import type { Random } from './random.ts';

const LARGEST = 256 * 1024;

/**
 * Writes MessagePack by hand: right and, where it is asked to, wrong in every way that the format has room for. Written
 * apart from the encoder under test.
 */
export class MsgpackWriter {
  #bytes = new Uint8Array(4096);
  #length = 0;

  clear(): void {
    this.#length = 0;
  }

  /** A copy of what was written. */
  taken(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  raw(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  number(value: number): void {
    if (value < 0x80) this.byte(value);
    else if (value < 0x100) this.#head(0xcc, value, 1);
    else if (value < 0x10000) this.#head(0xcd, value, 2);
    else this.#head(0xce, value, 4);
  }

  array(length: number): void {
    if (length < 16) this.byte(0x90 | length);
    else this.#head(0xdc, length, 2);
  }

  binary(bytes: Uint8Array): void {
    if (bytes.length < 0x100) this.#head(0xc4, bytes.length, 1);
    else if (bytes.length < 0x10000) this.#head(0xc5, bytes.length, 2);
    else this.#head(0xc6, bytes.length, 4);
    this.raw(bytes);
  }

  text(characters: Uint8Array): void {
    const { length } = characters;
    if (length < 32) this.byte(0xa0 | length);
    else if (length < 0x100) this.#head(0xd9, length, 1);
    else this.#head(0xda, length, 2);
    this.raw(characters);
  }

  /** Something that must not be where a value is expected; most of it is outside the encoding altogether. */
  wrong(random: Random): void {
    const [head, ...rest] = random.pick(WRONG);
    if (head === undefined) this.#nested(random);
    else this.byte(head);
    for (const byte of rest) this.byte(byte < 0 ? random.next() & 255 : byte);
  }

  #nested(random: Random): void {
    this.raw(random.oneIn(8) ? DEEP : DEEP.subarray(0, 1 + random.below(12)));
    this.byte(0xc0);
  }

  #head(type: number, value: number, size: number): void {
    this.byte(type);
    for (let at = size - 1; at >= 0; at--) this.byte(Math.floor(value / 256 ** at) & 255);
  }

  #grow(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.min(LARGEST * 16, Math.max(this.#length + more, 2 * this.#bytes.length)));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Arrays of one inside each other, deeper than a stack that follows them is high. */
const DEEP = new Uint8Array(12_000).fill(0x91);

const ANY = -1;
const PROTO = [0xa9, ...Buffer.from('__proto__')];

/** By first byte and what follows; an empty one stands for deep nesting. */
const WRONG: readonly (readonly number[])[] = [
  [],
  // Other types than those that are used, and forms that are too long.
  [0xc1],
  [0xca, ANY, ANY, ANY, ANY],
  [0xcb, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY],
  [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
  [0xcb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0],
  [0xff],
  [0xe0],
  [0xd0, 0xff],
  [0xd1, ANY, ANY],
  [0xd2, ANY, ANY, ANY, ANY],
  [0xd3, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY],
  [0xcf, 0, 0, 0, 0, 0, 0, 0, 1],
  [0xcf, 0, 0, 0, 1, 0, 0, 0, 0],
  [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xcf, 0, 0x20, 0, 0, 0, 0, 0, 1],
  [0xcc, 5],
  [0xcd, 0, 200],
  [0xce, 0, 0, 255, 255],
  [0xd4, ANY, ANY],
  [0xd5, 1, 0, 0],
  [0xd6, 0xff, 0, 0, 0, 0],
  [0xd7, 0xff, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY],
  [0xc7, 12, 0xff, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY],
  [0xc8, 0xff, 0xff, 1],
  [0xc9, 0xff, 0xff, 0xff, 0xff, 1],
  [0xc7, 0, 0],
  // Extensions that decoders of MessagePack for JavaScript give a meaning of their own.
  [0xd4, 0x72, 0x40],
  [0xd4, 0x00, 0x00],
  [0xd5, 0x69, 0, 1],
  [0xc7, 4, 0x78, 0xa1, 0x61, 0xa1, 0x62],
  [0xc7, 3, 0x65, 0x91, 0xc0, 0xc0],
  [0xc7, 5, 0x74, 0, 1, 2, 3, 4],
  // Maps, doubled keys and prototypes.
  [0x80],
  [0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 2],
  [0x81, ...PROTO, 0x81, 0xa1, 0x61, 1],
  [0x81, 0xab, ...Buffer.from('constructor'), 0xc0],
  [0xde, 0xff, 0xff],
  [0xdf, 0xff, 0xff, 0xff, 0xff],
  // Lengths that lie, and such as are longer than needed.
  [0xdd, 0xff, 0xff, 0xff, 0xff],
  [0xdd, 0x7f, 0xff, 0xff, 0xff],
  [0xdc, 0xff, 0xff],
  [0xdc, 0, 1, 0xc0],
  [0x9f],
  [0xc6, 0xff, 0xff, 0xff, 0xff],
  [0xc6, 0x7f, 0xff, 0xff, 0xff],
  [0xc5, 0, 1, ANY],
  [0xc4, 0xff],
  [0xdb, 0xff, 0xff, 0xff, 0xff],
  [0xda, 0xff, 0xff],
  [0xda, 0, 1, 0x61],
  [0xd9, 1, 0x61],
  // Text that is none, and text that is odd.
  [0xa1, 0xff],
  [0xa2, 0xc0, 0x80],
  [0xa3, 0xed, 0xa0, 0x80],
  [0xa4, 0xf4, 0x90, 0x80, 0x80],
  [0xa3, 0xef, 0xbb, 0xbf],
  [0xa3, 0xe2, 0x82],
  [0xa9, ...Buffer.from('__proto__')],
  // Values that may be right elsewhere.
  [0xc0],
  [0xc2],
  [0xc3],
  [0x00],
  [0x90],
  [0xa0],
  [0xc4, 0],
  [0xce, 0xff, 0xff, 0xff, 0xff],
];
