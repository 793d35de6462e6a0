import type { AnyField, RecordShape } from '../../../../container/files/codec.ts';

/** What docs/protocol.md says of a field, taken apart. */
export type FieldKind =
  | { readonly kind: 'number'; readonly least: number; readonly most: number }
  | { readonly kind: 'choice'; readonly numbers: readonly number[] }
  | { readonly kind: 'bytes'; readonly least: number; readonly most: number }
  | { readonly kind: 'text'; readonly most: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'serial' }
  | { readonly kind: 'optional'; readonly some: FieldKind }
  | { readonly kind: 'list'; readonly least: number; readonly most: number; readonly element: FieldKind }
  | { readonly kind: 'record'; readonly fields: readonly FieldKind[] };

const WIDTHS: Readonly<Record<string, number>> = { u8: 0xff, u16: 0xffff, u32: 0xffffffff };
const NIL = ' or nil';

export function kindOfRecord({ fields }: RecordShape): FieldKind {
  return { kind: 'record', fields: fields.map(({ field }) => kindOf(field)) };
}

/** @throws TypeError for words that are not known here, so that no field stays without inputs */
export function kindOf(field: AnyField): FieldKind {
  const { type } = field;
  if (type.endsWith(NIL)) return { kind: 'optional', some: kindOf({ ...field, type: type.slice(0, -NIL.length) }) };
  const list = /^list\[(\d+)\.\.(\d+)\] of /.exec(type);
  if (list !== null && field.element !== undefined)
    return { kind: 'list', least: Number(list[1]), most: Number(list[2]), element: kindOf(field.element) };
  if (field.record !== undefined) return kindOfRecord(field.record);
  const bytes = /^bytes\[(\d+)(?:\.\.(\d+))?\]$/.exec(type);
  if (bytes !== null) return { kind: 'bytes', least: Number(bytes[1]), most: Number(bytes[2] ?? bytes[1]) };
  const text = /^text\[0\.\.(\d+)\]$/.exec(type);
  if (text !== null) return { kind: 'text', most: Number(text[1]) };
  const within = /^u16\[(\d+)\.\.(\d+)\]$/.exec(type);
  if (within !== null) return { kind: 'number', least: Number(within[1]), most: Number(within[2]) };
  const least = /^u32, at least (\d+)$/.exec(type);
  if (least !== null) return { kind: 'number', least: Number(least[1]), most: WIDTHS.u32 ?? 0 };
  if (type === 'boolean') return { kind: 'boolean' };
  if (type === '[u16 mask, u32 number]') return { kind: 'serial' };
  const width = WIDTHS[type];
  if (width !== undefined) return { kind: 'number', least: 0, most: width };
  const choices = /^u8: (.*)$/.exec(type)?.[1];
  if (choices === undefined) throw new TypeError(`a field of type ${type}`);
  return { kind: 'choice', numbers: choices.split(', ').map((choice) => Number.parseInt(choice, 10)) };
}

/** Whether a value is what the words for its field say; looked at apart from the schema under test. */
export function isWithin(kind: FieldKind, value: unknown): boolean {
  switch (kind.kind) {
    case 'number':
      return isNumber(value, kind.least, kind.most);
    case 'choice':
      return typeof value === 'number' && kind.numbers.includes(value);
    case 'bytes':
      return value instanceof Uint8Array && value.length >= kind.least && value.length <= kind.most;
    case 'text':
      return typeof value === 'string' && value.length <= kind.most;
    case 'boolean':
      return typeof value === 'boolean';
    case 'serial':
      return isArray(value, 2, 2) && isNumber(value[0], 0, 0xffff) && isNumber(value[1], 0, 0xffffffff);
    case 'optional':
      return value === null || isWithin(kind.some, value);
    case 'list':
      return isArray(value, kind.least, kind.most) && value.every((one) => isWithin(kind.element, one));
    case 'record': {
      const { fields } = kind;
      return isArray(value, fields.length, fields.length) && fields.every((field, at) => isWithin(field, value[at]));
    }
  }
}

function isNumber(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

function isArray(value: unknown, least: number, most: number): value is readonly unknown[] {
  return Array.isArray(value) && value.length >= least && value.length <= most;
}
