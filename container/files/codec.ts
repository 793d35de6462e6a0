import { Packr } from 'msgpackr';
import * as v from 'valibot';
import { Defect, type Refusal, refuse } from '../errors.ts';
import { readMsgpack } from './msgpack-read.ts';
import { MAX_DEPTH, scanMsgpack } from './msgpack-scan.ts';

/**
 * One field of a record: how its value is checked, written and described.
 *
 * `schema` takes the decoded MessagePack value and gives the value in memory; `unchecked` does the same for bytes whose
 * integrity is already proven (the container's own journal).
 */
export interface Field<T> {
  /** The type in the words of docs/protocol.md, with its bounds. */
  readonly type: string;
  /** MessagePack values that it takes at most, arrays and what they hold all counted. */
  readonly values: number;
  readonly schema: v.GenericSchema<unknown, T>;
  readonly wire: (value: T) => unknown;
  readonly unchecked: (wire: unknown) => T;
  /** The record behind a nested field, so that errors and the documentation can name its parts. */
  readonly record?: RecordShape;
  /** What a list holds. */
  readonly element?: AnyField;
}

/** A field of whatever type, where only its checks and its description matter. */
export interface AnyField {
  readonly type: string;
  readonly values: number;
  readonly schema: v.GenericSchema<unknown, unknown>;
  readonly wire: (value: never) => unknown;
  readonly unchecked: (wire: unknown) => unknown;
  readonly record?: RecordShape;
  readonly element?: AnyField;
}

export type ValueOf<F> = F extends Field<infer T> ? T : never;

/** Names of a record's fields in wire order, with what each means. */
export interface RecordShape {
  readonly name: string;
  readonly about: string;
  readonly fields: readonly { readonly name: string; readonly about: string; readonly field: AnyField }[];
}

/** A record type of the format: a fixed MessagePack array. Encoding and decoding go only through it. */
export interface Codec<T> extends Field<T> {
  readonly record: RecordShape;
  /** @throws Defect when the value is outside the schema: whatever is written can be read again. */
  readonly encode: (value: T) => Uint8Array;
  /** @throws Defect when the value is outside the schema. */
  readonly assert: (value: T) => void;
  /** The record, or FILE_MALFORMED naming the field. Runs the strict scan first. */
  readonly decode: (bytes: Uint8Array) => { readonly ok: true; readonly value: T } | Refusal;
  /** Decodes bytes whose integrity is already proven, skipping scan and schema. */
  readonly decodeTrusted: (bytes: Uint8Array) => T;
}

type Shape = Readonly<Record<string, readonly [field: AnyField, about: string]>>;
type ValuesOf<S extends Shape> = { [K in keyof S]: ValueOf<S[K][0]> };

const packr = new Packr({ useRecords: false });

/** The MessagePack bytes of a wire value, checked by the same scan that receivers apply. */
export function pack(wire: unknown, depth = MAX_DEPTH): Uint8Array {
  const packed = packr.pack(wire);
  const bytes = new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength);
  const wrong = scanMsgpack(bytes, { depth });
  if (wrong !== undefined) throw new Defect(`about to write what no reader accepts: ${wrong}`);
  return bytes;
}

/** The wire value of bytes whose integrity is already proven. */
export function unpackTrusted(bytes: Uint8Array): unknown {
  return readMsgpack(bytes);
}

/** Defines a record: its name, what it is, and its fields in wire order with what each means. */
export function defineRecord<const S extends Shape>(name: string, about: string, shape: S): Codec<ValuesOf<S>> {
  type Value = ValuesOf<S>;
  const names = Object.keys(shape);
  const parts = Object.values(shape) as unknown as readonly (readonly [Field<unknown>, string])[];
  const fields = parts.map(([field]) => field);
  const record: RecordShape = {
    name,
    about,
    fields: parts.map(([field, meaning], at) => ({ name: names[at] as string, about: meaning, field })),
  };
  const build = (values: readonly unknown[]): Value => {
    const value: Record<string, unknown> = {};
    for (let at = 0; at < names.length; at++) value[names[at] as string] = values[at];
    return value as Value;
  };
  const schema = v.pipe(
    v.strictTuple(fields.map((field) => field.schema) as [v.GenericSchema<unknown>]),
    v.transform((values) => build(values as readonly unknown[])),
  ) as unknown as v.GenericSchema<unknown, Value>;
  const wire = (value: Value): unknown[] =>
    fields.map((field, at) => field.wire((value as Record<string, unknown>)[names[at] as string]));
  const unchecked = (values: unknown): Value =>
    build(fields.map((field, at) => field.unchecked((values as unknown[])[at])));
  const checkedWire = (value: Value): unknown[] => {
    const values = wire(value);
    const checked = v.safeParse(schema, values);
    if (!checked.success) throw new Defect(`a ${name} is outside its schema: ${problem(record, checked)}`);
    return values;
  };
  const values = fields.reduce((sum, field) => sum + field.values, 1);
  const codec: Codec<Value> = {
    type: name,
    values,
    schema,
    wire,
    unchecked,
    record,
    encode: (value) => pack(checkedWire(value)),
    assert: (value) => {
      checkedWire(value);
    },
    decode: (bytes) => {
      const wrong = scanMsgpack(bytes, { depth: MAX_DEPTH, values });
      if (wrong !== undefined) return refuse('FILE_MALFORMED', { what: `${name}: ${wrong}` });
      const parsed = v.safeParse(schema, readMsgpack(bytes), { abortEarly: true });
      if (!parsed.success) return refuse('FILE_MALFORMED', { what: `${name}: ${problem(record, parsed)}` });
      return { ok: true, value: parsed.output };
    },
    decodeTrusted: (bytes) => unchecked(readMsgpack(bytes)),
  };
  return codec;
}

/** Names the field that a failed parse stumbled over, for example `header.cancelled.3: expected ...`. */
function problem(
  root: RecordShape,
  { issues }: { readonly issues: readonly [v.BaseIssue<unknown>, ...unknown[]] },
): string {
  const [issue] = issues;
  let shape: RecordShape | undefined = root;
  let element: AnyField | undefined;
  const path = (issue.path ?? []).map((step) => {
    if (element !== undefined) {
      shape = element.record;
      element = element.element;
      return String(step.key);
    }
    const part = shape?.fields[Number(step.key)];
    shape = part?.field.record;
    element = part?.field.element;
    return part?.name ?? String(step.key);
  });
  return `${path.join('.') || 'record'}: expected ${issue.type === 'custom' ? issue.message : (issue.expected ?? 'another value')}`;
}
