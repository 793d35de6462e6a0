/** What a byte string may cost at most, before anything is built from it. */
export interface ScanLimits {
  /** Nesting of arrays. */
  readonly depth: number;
  /** Values in all, arrays and what they hold all counted; no bound beyond the bytes when it is left out. */
  readonly values?: number;
}

/** Deepest nesting of any structure of this format: file > list > record > list > record. */
export const MAX_DEPTH = 6;

/**
 * Checks that the bytes are exactly one value of the strict MessagePack subset that all files use, without building it.
 *
 * Allowed: nil, booleans, unsigned integers up to 2^32-1 in shortest form, UTF-8 strings, byte strings and arrays with
 * shortest headers. Refused: maps (so there are no keys to double), floats, negative integers, extension types, longer
 * forms than needed, invalid UTF-8, lengths beyond the end, nesting beyond `depth`, more values than
 * `values`, trailing bytes.
 *
 * @returns undefined, or what is wrong and where.
 * @see docs/protocol.md, "Encoding"
 */
export function scanMsgpack(bytes: Uint8Array, limits: ScanLimits = { depth: MAX_DEPTH }): string | undefined {
  // `open[d]` counts the values still missing in the array at depth d; a loop instead of recursion bounds the stack.
  const open: number[] = [1];
  let at = 0;
  let left = (limits.values ?? Number.POSITIVE_INFINITY) - 1;
  while (open.length > 0) {
    const top = open.length - 1;
    const missing = open[top] ?? 0;
    if (missing === 0) {
      open.pop();
      continue;
    }
    open[top] = missing - 1;
    const head = readHead(bytes, at);
    if (typeof head === 'string') return `${head} at byte ${at}`;
    if (head.end > bytes.length) return `a length beyond the end at byte ${at}`;
    if (head.items > 0) {
      if (head.items > bytes.length - head.end) return `an array longer than the data at byte ${at}`;
      if (open.length > limits.depth) return `nesting deeper than ${limits.depth} at byte ${at}`;
      if (head.items > left) return `more than ${limits.values} values at byte ${at}`;
      left -= head.items;
      open.push(head.items);
    }
    if (head.text !== undefined && !isUtf8(bytes.subarray(head.text, head.end))) return `invalid UTF-8 at byte ${at}`;
    at = head.end;
  }
  return at === bytes.length ? undefined : `${bytes.length - at} bytes after the end`;
}

interface Head {
  /** First byte after this value, for an array after its header. */
  readonly end: number;
  readonly items: number;
  /** Where the characters of a string begin. */
  readonly text?: number;
}

function readHead(bytes: Uint8Array, at: number): Head | string {
  const type = bytes[at];
  if (type === undefined) return 'the data ends early';
  if (type <= 0x7f) return { end: at + 1, items: 0 };
  if (type >= 0x90 && type <= 0x9f) return { end: at + 1, items: type & 0x0f };
  if (type >= 0xa0 && type <= 0xbf) return { end: at + 1 + (type & 0x1f), items: 0, text: at + 1 };
  switch (type) {
    case 0xc0:
    case 0xc2:
    case 0xc3:
      return { end: at + 1, items: 0 };
    case 0xcc:
      return integer(bytes, at, 1, 0x80);
    case 0xcd:
      return integer(bytes, at, 2, 0x100);
    case 0xce:
      return integer(bytes, at, 4, 0x10000);
    case 0xc4:
      return sized(bytes, at, 1, 0, false);
    case 0xc5:
      return sized(bytes, at, 2, 0x100, false);
    case 0xc6:
      return sized(bytes, at, 4, 0x10000, false);
    case 0xd9:
      return sized(bytes, at, 1, 0x20, true);
    case 0xda:
      return sized(bytes, at, 2, 0x100, true);
    case 0xdb:
      return sized(bytes, at, 4, 0x10000, true);
    case 0xdc:
      return array(bytes, at, 2, 0x10);
    case 0xdd:
      return array(bytes, at, 4, 0x10000);
    default:
      return `a value of type 0x${type.toString(16)}, which is not used`;
  }
}

function number(bytes: Uint8Array, at: number, size: number): number | undefined {
  if (at + size > bytes.length) return undefined;
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

function integer(bytes: Uint8Array, at: number, size: number, least: number): Head | string {
  const value = number(bytes, at + 1, size);
  if (value === undefined) return 'the data ends early';
  return value < least ? 'an integer not in shortest form' : { end: at + 1 + size, items: 0 };
}

function sized(bytes: Uint8Array, at: number, size: number, least: number, isText: boolean): Head | string {
  const length = number(bytes, at + 1, size);
  if (length === undefined) return 'the data ends early';
  if (length < least) return 'a length not in shortest form';
  const start = at + 1 + size;
  return isText ? { end: start + length, items: 0, text: start } : { end: start + length, items: 0 };
}

function array(bytes: Uint8Array, at: number, size: number, least: number): Head | string {
  const items = number(bytes, at + 1, size);
  if (items === undefined) return 'the data ends early';
  return items < least ? 'an array length not in shortest form' : { end: at + 1 + size, items };
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function isUtf8(bytes: Uint8Array): boolean {
  if (bytes.every((byte) => byte < 0x80)) return true;
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
