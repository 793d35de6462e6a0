import * as v from 'valibot';
import { copyBytes, fromHex, type Hex, toHex } from '../model/bytes.ts';
import { type SerialNumber, serialFromParts, serialParts } from '../model/serial-number.ts';
import type { Field } from './codec.ts';

const same = (value: unknown): unknown => value;

function integer(type: string, largest: number): Field<number> {
  const schema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(largest));
  return { type, values: 1, schema, wire: same, unchecked: same as (wire: unknown) => number };
}

export const U32_MAX = 0xffffffff;
export const u8 = integer('u8', 0xff);
export const u16 = integer('u16', 0xffff);
export const u32 = integer('u32', U32_MAX);

/** A small unsigned integer within bounds that are not those of its width. */
export function u16Within(least: number, most: number): Field<number> {
  const schema = v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
  return {
    type: `u16[${least}..${most}]`,
    values: 1,
    schema,
    wire: same,
    unchecked: same as (wire: unknown) => number,
  };
}

/** An unsigned integer with a least value, for example a quantity of at least 1. */
export function u32From(least: number): Field<number> {
  const schema = v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(U32_MAX));
  return {
    type: `u32, at least ${least}`,
    values: 1,
    schema,
    wire: same,
    unchecked: same as (wire: unknown) => number,
  };
}

export const bool: Field<boolean> = {
  type: 'boolean',
  values: 1,
  schema: v.boolean(),
  wire: same,
  unchecked: same as (wire: unknown) => boolean,
};

function bytesSchema(type: string, least: number, most: number): v.GenericSchema<unknown, Uint8Array> {
  return v.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length >= least && value.length <= most,
    type,
  );
}

/** The same memory as a plain array of bytes: no Node Buffer, whose `slice` behaves otherwise, leaves this place. */
function view(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A byte string of `least` to `most` bytes. What is read is a view into the file: who keeps it, copies it. */
export function bytes(least: number, most: number): Field<Uint8Array> {
  const type = least === most ? `bytes[${least}]` : `bytes[${least}..${most}]`;
  const schema = v.pipe(bytesSchema(type, least, most), v.transform(view));
  return { type, values: 1, schema, wire: same, unchecked: (wire) => copyBytes(wire as Uint8Array) };
}

/** A key, hash or id of exactly `length` bytes, held as hexadecimal text. */
export function hexBytes<T extends Hex = Hex>(length: number): Field<T> {
  const type = `bytes[${length}]`;
  return {
    type,
    values: 1,
    schema: v.pipe(
      bytesSchema(type, length, length),
      v.transform((value) => toHex(value) as T),
    ),
    wire: (value) => fromHex(value),
    unchecked: (wire) => toHex(wire as Uint8Array) as T,
  };
}

/** Text of at most `most` characters (UTF-16 units). */
export function text(most: number): Field<string> {
  return {
    type: `text[0..${most}]`,
    values: 1,
    schema: v.pipe(v.string(), v.maxLength(most)),
    wire: same,
    unchecked: same as (wire: unknown) => string,
  };
}

/** A value or nil. */
export function optional<T>(field: Field<T>): Field<T | null> {
  return {
    type: `${field.type} or nil`,
    values: field.values,
    schema: v.nullable(field.schema) as unknown as v.GenericSchema<unknown, T | null>,
    wire: (value) => (value === null ? null : field.wire(value)),
    unchecked: (wire) => (wire === null ? null : field.unchecked(wire)),
    ...(field.record === undefined ? {} : { record: field.record }),
  };
}

/** `least` to `most` values in order. */
export function list<T>(field: Field<T>, most: number, least = 0): Field<readonly T[]> {
  // The length is checked first: a file of millions of values must not cost a check of each before it is refused.
  const sized = v.pipe(v.custom<unknown[]>(Array.isArray, 'Array'), v.minLength(least), v.maxLength(most));
  const schema = v.pipe(sized, v.array(field.schema)) as unknown as v.GenericSchema<unknown, readonly T[]>;
  return {
    type: `list[${least}..${most}] of ${field.type}`,
    values: 1 + most * field.values,
    schema,
    wire: (values) => values.map(field.wire),
    unchecked: (wire) => (wire as unknown[]).map(field.unchecked),
    element: field,
  };
}

/** One of a fixed set of names, a small number on the wire. */
export function choice<const Names extends Readonly<Record<string, number>>>(
  names: Names,
): Field<Extract<keyof Names, string>> {
  type Name = Extract<keyof Names, string>;
  const byNumber = new Map(Object.entries(names).map(([name, number]) => [number, name as Name]));
  const schema = v.pipe(
    v.picklist([...byNumber.keys()]),
    v.transform((number) => byNumber.get(number) as Name),
  ) as unknown as v.GenericSchema<unknown, Name>;
  const type = [...byNumber].map(([number, name]) => `${number} ${name}`).join(', ');
  return {
    type: `u8: ${type}`,
    values: 1,
    schema,
    wire: (name) => names[name],
    unchecked: (wire) => byNumber.get(wire as number) as Name,
  };
}

/** MASK-NUMBER as a two-element array. */
export const serialNumber: Field<SerialNumber> = {
  type: '[u16 mask, u32 number]',
  values: 3,
  schema: v.pipe(
    v.strictTuple([u16.schema, u32.schema]),
    v.transform(([mask, number]) => serialFromParts(mask, number)),
  ) as unknown as v.GenericSchema<unknown, SerialNumber>,
  wire: (serial) => serialParts(serial),
  unchecked: (wire) => serialFromParts(...(wire as [number, number])),
};
