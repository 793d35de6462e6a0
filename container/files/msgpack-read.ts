const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text of more bytes is left to the system, which is slow to begin and fast then. */
const SHORT = 32;

/**
 * The value of bytes that the strict scan has passed, or whose integrity is proven. Byte strings are views into them; text is
 * exactly what was written, a mark at its beginning included.
 *
 * @throws RangeError at the end of the bytes, should there be less than their heads say
 * @see scanMsgpack for the subset of MessagePack that there is
 */
export function readMsgpack(bytes: Uint8Array): unknown {
  return new Reader(bytes).value();
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  value(): unknown {
    const type = this.#byte();
    if (type <= 0x7f) return type;
    if (type <= 0x9f) return this.#array(type & 0x0f);
    if (type <= 0xbf) return this.#text(type & 0x1f);
    switch (type) {
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#binary(this.#byte());
      case 0xc5:
        return this.#binary(this.#number(2));
      case 0xc6:
        return this.#binary(this.#number(4));
      case 0xcc:
        return this.#byte();
      case 0xcd:
        return this.#number(2);
      case 0xce:
        return this.#number(4);
      case 0xd9:
        return this.#text(this.#byte());
      case 0xda:
        return this.#text(this.#number(2));
      case 0xdb:
        return this.#text(this.#number(4));
      case 0xdc:
        return this.#array(this.#number(2));
      case 0xdd:
        return this.#array(this.#number(4));
      default:
        return null;
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('the data ends early');
    return byte;
  }

  #number(size: number): number {
    let value = 0;
    for (let left = size; left > 0; left--) value = value * 256 + this.#byte();
    return value;
  }

  #array(length: number): unknown[] {
    const values: unknown[] = [];
    for (let at = 0; at < length; at++) values.push(this.value());
    return values;
  }

  #binary(length: number): Uint8Array {
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new RangeError('the data ends early');
    return this.#bytes.subarray(start, this.#at);
  }

  #text(length: number): string {
    const characters = this.#binary(length);
    if (length > SHORT) return decoder.decode(characters);
    let text = '';
    for (const character of characters) {
      if (character > 0x7f) return decoder.decode(characters);
      text += String.fromCharCode(character);
    }
    return text;
  }
}
