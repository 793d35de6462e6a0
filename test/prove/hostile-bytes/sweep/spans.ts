/**
 * What a run of bytes is in its structure: the head of an array or string, a whole number, boolean or nil, characters, or
 * bytes that mean something only to whoever takes the string they are in.
 */
export type Role = 'head' | 'value' | 'text' | 'content';

export interface Span {
  readonly start: number;
  readonly end: number;
  /** Positions in the arrays around it; `>` leads into a byte string that holds a structure of its own. */
  readonly path: string;
  readonly role: Role;
}

/**
 * Takes apart a golden structure of the encoding, knowing nothing of schemas but which byte strings hold another one: those
 * whose path `holds` says. Written apart from the reader under test.
 */
export function spansOf(bytes: Uint8Array, holds: (path: string) => boolean): readonly Span[] {
  const spans: Span[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

  function take(start: number, path: string): number {
    const type = view.getUint8(start);
    const add = (end: number, role: Role, from = start): number => {
      if (end > from) spans.push({ start: from, end, path, role });
      return end;
    };
    const items = (count: number, head: number): number => {
      let at = add(head, 'head');
      for (let item = 0; item < count; item++) at = take(at, join(path, item));
      return at;
    };
    const string = (length: number, head: number, role: 'text' | 'content'): number => {
      add(head, 'head');
      if (role === 'text' || !holds(path)) return add(head + length, role, head);
      return take(head, `${path}>`);
    };
    if (type >= 0x90 && type <= 0x9f) return items(type & 15, start + 1);
    if (type === 0xdc) return items(view.getUint16(start + 1), start + 3);
    if (type >= 0xa0 && type <= 0xbf) return string(type & 31, start + 1, 'text');
    if (type === 0xd9) return string(view.getUint8(start + 1), start + 2, 'text');
    if (type === 0xc4) return string(view.getUint8(start + 1), start + 2, 'content');
    if (type === 0xc5) return string(view.getUint16(start + 1), start + 3, 'content');
    const width = { 204: 2, 205: 3, 206: 5 }[type] ?? 1;
    return add(start + width, 'value');
  }

  const end = take(0, '');
  if (end !== bytes.length) throw new TypeError('a golden structure has bytes behind its end');
  return spans;
}

function join(path: string, item: number): string {
  return path === '' || path.endsWith('>') ? `${path}${item}` : `${path}.${item}`;
}
