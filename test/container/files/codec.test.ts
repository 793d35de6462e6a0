import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../container/commands/index.ts';
import { CHANGES, type Change, changeFromWire, changeToWire } from '../../../container/engine/changes.ts';
import * as certificates from '../../../container/files/certificate.ts';
import { type AnyField, type Codec, defineRecord, pack } from '../../../container/files/codec.ts';
import * as contexts from '../../../container/files/context-file.ts';
import * as entries from '../../../container/files/entries.ts';
import * as envelopes from '../../../container/files/envelope.ts';
import { bool, list, optional, text, u8, u32From } from '../../../container/files/fields.ts';
import * as grants from '../../../container/files/grant.ts';
import * as requests from '../../../container/files/key-request.ts';
import * as notices from '../../../container/files/notices.ts';
import * as signed from '../../../container/files/signed-file.ts';
import * as statements from '../../../container/files/statement.ts';
import * as transfers from '../../../container/files/transfer-record.ts';
import * as updates from '../../../container/files/update-file.ts';
import { concatBytes, toHex } from '../../../container/model/bytes.ts';

const MODULES = [
  certificates,
  contexts,
  entries,
  envelopes,
  grants,
  requests,
  notices,
  signed,
  statements,
  transfers,
  updates,
];

function isCodec(value: unknown): value is Codec<unknown> {
  return typeof value === 'object' && value !== null && 'decodeTrusted' in value;
}

const CODECS = new Map(
  [
    ...MODULES.flatMap((module) => Object.values(module) as unknown[]).filter(isCodec),
    ...Object.values(COMMANDS).flatMap(({ request, response }) => [request, response] as unknown as Codec<unknown>[]),
  ].map((codec) => [codec.record.name, codec]),
);

const range = /\[(\d+)(?:\.\.(\d+))?\]/;

/** Any value that a field allows, as MessagePack carries it, read off the field's own description. */
function wireOf(field: AnyField): fc.Arbitrary<unknown> {
  const { type, record, element } = field;
  if (type.endsWith(' or nil') && !type.startsWith('list'))
    return fc.option(wireOf({ ...field, type: type.slice(0, -' or nil'.length) }), { nil: null });
  if (element !== undefined) {
    const [, least, most] = range.exec(type) ?? [];
    const maxLength = Math.min(Number(most), Number(least) + 3);
    return fc.array(wireOf(element), { minLength: Number(least), maxLength });
  }
  if (record !== undefined) return fc.tuple(...record.fields.map((part) => wireOf(part.field)));
  if (type === 'boolean') return fc.boolean();
  if (type.startsWith('[u16')) return fc.tuple(fc.nat(0xffff), fc.integer({ min: 0, max: 0xffffffff }));
  if (type.startsWith('u8: '))
    return fc.constantFrom(...[...type.matchAll(/(\d+) [a-zA-Z]/g)].map(([, number]) => Number(number)));
  const [, least, most] = range.exec(type) ?? [];
  if (type.startsWith('bytes')) {
    const minLength = Number(least);
    const maxLength = most === undefined ? minLength : Math.min(Number(most), minLength + 40);
    return fc.uint8Array({ minLength, maxLength });
  }
  if (type.startsWith('text')) return fc.string({ maxLength: Math.min(20, Number(most)), unit: 'grapheme-ascii' });
  const bits = Number(/^u(\d+)/.exec(type)?.[1]);
  const min = Number(/at least (\d+)/.exec(type)?.[1] ?? least ?? 0);
  return fc.integer({ min, max: Number(most ?? 2 ** bits - 1) });
}

describe('every record of the format', () => {
  it.each([...CODECS.keys()])('%s: what is read is written again byte for byte, and trusted reading agrees', (name) => {
    const codec = CODECS.get(name) as Codec<unknown>;
    fc.assert(
      fc.property(wireOf(codec), (wire) => {
        const bytes = pack(wire);
        const read = codec.decode(bytes);
        if (!read.ok) throw new Error(String(read.details.what));
        expect(toHex(codec.encode(read.value))).toBe(toHex(bytes));
        expect(codec.decodeTrusted(bytes)).toEqual(read.value);
      }),
      { numRuns: 30 },
    );
  });

  it('answers random and damaged bytes with a value or FILE_MALFORMED, never with an exception', () => {
    const codecs = fc.constantFrom(...CODECS.values());
    const damaged = codecs.chain((codec) =>
      fc.tuple(
        fc.constant(codec),
        wireOf(codec).map((wire) => pack(wire)),
        fc.nat(),
        fc.nat(255),
      ),
    );
    fc.assert(
      fc.property(fc.oneof(damaged, fc.tuple(codecs, fc.uint8Array(), fc.nat(), fc.nat(255))), (sample) => {
        const [codec, bytes, position, value] = sample as [Codec<unknown>, Uint8Array, number, number];
        const copy = bytes.slice();
        if (copy.length > 0) copy[position % copy.length] = value;
        const read = codec.decode(copy);
        if (!read.ok) expect(read.code).toBe('FILE_MALFORMED');
      }),
      { numRuns: 3000 },
    );
  });
});

describe('every change of the journal', () => {
  it.each(Object.keys(CHANGES) as Change['change'][])('%s is read as it was written', (name) => {
    const [number, codec] = CHANGES[name] as unknown as readonly [number, Codec<object>];
    fc.assert(
      fc.property(wireOf(codec), (wire) => {
        const change = changeFromWire([number, ...(wire as unknown[])]);
        expect(change.change).toBe(name);
        expect(toHex(pack(changeToWire(change), 12))).toBe(toHex(pack([number, ...(wire as unknown[])], 12)));
      }),
      { numRuns: 20 },
    );
  });

  it('of an unknown number is a defect of the journal', () => {
    expect(() => changeFromWire([99])).toThrow(RangeError);
  });
});

const inner = defineRecord('inner', 'For the test.', { count: [u32From(1), 'count'], label: [text(3), 'label'] });
const outer = defineRecord('outer', 'For the test.', {
  flag: [bool, 'flag'],
  one: [optional(inner), 'one'],
  many: [list(inner, 2, 1), 'many'],
  numbers: [list(u8, 2), 'numbers'],
});

describe('what is wrong with a record', () => {
  const good = [true, [1, 'a'], [[1, 'a']], [1]];
  const changed = (at: number, value: unknown) => good.map((field, position) => (position === at ? value : field));
  it.each([
    { wire: changed(0, 1), what: 'outer: flag: expected boolean' },
    { wire: changed(1, [0, 'a']), what: 'outer: one.count: expected >=1' },
    { wire: changed(1, [1, 'abcd']), what: 'outer: one.label: expected <=3' },
    { wire: changed(2, []), what: 'outer: many: expected >=1' },
    {
      wire: changed(2, [
        [1, 'a'],
        [1, 7],
      ]),
      what: 'outer: many.1.label: expected string',
    },
    { wire: changed(3, [1, 256]), what: 'outer: numbers.1: expected <=255' },
    { wire: changed(3, [1, 2, 3]), what: 'outer: numbers: expected <=2' },
    { wire: changed(3, ['a', 'b', 'c']), what: 'outer: numbers: expected <=2' },
    { wire: changed(3, 7), what: 'outer: numbers: expected Array' },
    { wire: good.slice(0, 3), what: 'outer: numbers: expected Array' },
    { wire: [...good, 1], what: 'outer: 4: expected never' },
    { wire: 7, what: 'outer: record: expected Array' },
  ])('is told by the name of the field: $what', ({ wire, what }) => {
    expect(outer.decode(pack(wire))).toEqual({ ok: false, code: 'FILE_MALFORMED', details: { what } });
  });

  it('is never written: a value outside the schema is a defect', () => {
    const value = { flag: true, one: null, many: [{ count: 0, label: 'a' }], numbers: [] };
    expect(() => outer.encode(value)).toThrow('outside its schema: many.0.count');
    expect(() => pack({ a: 1 })).toThrow('no reader accepts');
  });
});

/** A list field whose elements tell how often they were looked at. */
function counted(isValid: boolean) {
  let looks = 0;
  const look = (value: unknown): boolean => {
    looks += 1;
    return isValid && value !== undefined;
  };
  const schema = v.custom<number>(look, 'a number of the test');
  const numbers = list({ ...u8, schema }, 20, 1);
  const codec = defineRecord('counted', 'For the test.', { numbers: [numbers, 'numbers'] });
  return { codec, looks: () => looks };
}

/** An envelope as bytes whose list of parts has `count` elements, all of these bytes. */
function crowdedEnvelope(count: number, element: readonly number[]): Uint8Array {
  const size = [24, 16, 8, 0].map((shift) => (count >>> shift) & 0xff);
  const elements = new Uint8Array(count * element.length).map((_, at) => element[at % element.length] ?? 0);
  return concatBytes(
    new Uint8Array([0x94, 7, 1, 0xdd, ...size]),
    elements,
    new Uint8Array([0xc4, 64]),
    new Uint8Array(64),
  );
}

describe('a crafted record of very many values', () => {
  it.each([
    { what: 'valid', isValid: true },
    { what: 'wrong', isValid: false },
  ])('costs no look at any of its $what elements when the list is too long', ({ isValid }) => {
    const { codec, looks } = counted(isValid);
    expect(codec.decode(pack([new Array(21).fill(1)])).ok).toBe(false);
    expect(v.safeParse(codec.schema, [new Array(2_000_000).fill(1)]).success).toBe(false);
    expect(looks()).toBe(0);
  });

  it('is looked at up to its first mistake only', () => {
    const { codec, looks } = counted(false);
    expect(codec.decode(pack([new Array(20).fill(1)])).ok).toBe(false);
    expect(looks()).toBe(1);
  });

  it.each([
    { what: 'numbers', count: 2_000_000, element: [0] },
    { what: 'nils', count: 2_000_000, element: [0xc0] },
    { what: 'empty byte strings, each of them valid', count: 1_000_000, element: [0xc4, 0] },
  ])('is refused by its head when it holds $count $what', ({ count, element }) => {
    const details = { what: 'signed envelope: more than 8 values at byte 3' };
    const refusal = { ok: false, code: 'FILE_MALFORMED', details };
    expect(envelopes.signedEnvelope.decode(crowdedEnvelope(count, element))).toEqual(refusal);
  });

  it('is refused when the values lie in many small arrays', () => {
    const wire = [1, 1, [[1, 1, 1], [1], [1]], 1];
    const details = { what: 'signed envelope: more than 8 values at byte 4' };
    expect(envelopes.signedEnvelope.decode(pack(wire))).toEqual({ ok: false, code: 'FILE_MALFORMED', details });
  });

  it('is none as long as every list is filled to its bound', () => {
    const pair = { count: 1, label: 'abc' };
    const full = { flag: true, one: pair, many: [pair, pair], numbers: [1, 2] };
    expect(outer.values).toBe(15);
    expect(outer.decode(outer.encode(full))).toEqual({ ok: true, value: full });
  });
});
