import type { Random } from './random.ts';

const LARGEST = 64 * 1024;

/** Numbers that lengths and counts like to go wrong at. */
const EDGES = [0, 1, 0x0f, 0x10, 0x1f, 0x20, 0x7f, 0x80, 0xff, 0xc0, 0xc4, 0xdd, 0x90, 0x9f, 0xa0];

/** A changed copy: one to four edits, of which a genuine other input may be a part. */
export function mutated(random: Random, golden: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  let bytes: Uint8Array = golden.slice();
  const edits = 1 + random.below(random.oneIn(4) ? 4 : 1);
  for (let edit = 0; edit < edits; edit++) bytes = edited(random, bytes, others);
  return bytes;
}

function edited(random: Random, bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  const { length } = bytes;
  const at = random.below(length + 1);
  switch (random.below(10)) {
    case 0:
    case 1:
      return set(bytes, at, (byte) => byte ^ (1 << random.below(8)));
    case 2:
      return set(bytes, at, () => random.pick(EDGES));
    case 3:
      return set(bytes, at, (byte) => byte + random.below(9) - 4);
    case 4:
      return bytes.subarray(0, at);
    case 5:
      return spliced(bytes, at, 0, random.bytes(1 + random.below(8)));
    case 6:
      return spliced(bytes, at, 1 + random.below(16), new Uint8Array(0));
    case 7:
      return spliced(bytes, at, 0, bytes.subarray(random.below(length + 1)).subarray(0, 1 + random.below(64)));
    case 8: {
      const other = random.pick(others);
      return spliced(bytes, at, length, other.subarray(random.below(other.length + 1)));
    }
    default: {
      const size = 1 + random.below(16);
      const from = random.below(length + 1);
      const copy = bytes.slice();
      copy.set(bytes.subarray(from, from + Math.min(size, length - at)), at);
      return copy;
    }
  }
}

function set(bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  if (at < bytes.length) bytes[at] = change(bytes[at] ?? 0);
  return bytes;
}

function spliced(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  const behind = bytes.subarray(at + remove);
  if (at + insert.length + behind.length > LARGEST) return bytes;
  const whole = new Uint8Array(at + insert.length + behind.length);
  whole.set(bytes.subarray(0, at));
  whole.set(insert, at);
  whole.set(behind, at + insert.length);
  return whole;
}
