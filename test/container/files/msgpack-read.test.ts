import { describe, expect, it } from 'vitest';
import { readMsgpack } from '../../../container/files/msgpack-read.ts';
import { fromHex, NO_BYTES } from '../../../container/model/bytes.ts';

const VALUES: readonly [hex: string, what: string, value: unknown][] = [
  ['c0', 'nil', null],
  ['c2', 'false', false],
  ['c3', 'true', true],
  ['7f', 'the largest integer of one byte', 127],
  ['ccff', 'the largest integer of two bytes', 255],
  ['cdffff', 'the largest integer of three bytes', 65535],
  ['ceffffffff', 'the largest integer', 4294967295],
  ['a0', 'empty text', ''],
  [`bf${'61'.repeat(31)}`, 'text of 31 bytes', 'a'.repeat(31)],
  ['a2c3a4', 'text beyond ASCII', 'ä'],
  [`d920${'61'.repeat(32)}`, 'text of 32 bytes', 'a'.repeat(32)],
  [`da0100${'61'.repeat(256)}`, 'text of 256 bytes', 'a'.repeat(256)],
  [`db00010000${'61'.repeat(65536)}`, 'text of 65536 bytes', 'a'.repeat(65536)],
  ['c400', 'no bytes', NO_BYTES],
  [`c50100${'07'.repeat(256)}`, '256 bytes', new Uint8Array(256).fill(7)],
  [`c600010000${'07'.repeat(65536)}`, '65536 bytes', new Uint8Array(65536).fill(7)],
  ['90', 'an empty array', []],
  [`9f${'c0'.repeat(15)}`, 'an array of 15', new Array(15).fill(null)],
  [`dc0010${'c0'.repeat(16)}`, 'an array of 16', new Array(16).fill(null)],
  [`dd00010000${'c0'.repeat(65536)}`, 'an array of 65536', new Array(65536).fill(null)],
  ['9201920203', 'an array in an array', [1, [2, 3]]],
];

describe('reading', () => {
  it.each(VALUES.map(([hex, what, value]) => ({ hex, what, value })))('gives $what as it was written', (sample) => {
    expect(readMsgpack(fromHex(sample.hex))).toEqual(sample.value);
  });

  it.each(['', 'cc', 'cd01', '9201', 'a261', 'c40201', 'd9'])(
    'of "%s", which ends early, ends with an error',
    (hex) => {
      expect(() => readMsgpack(fromHex(hex))).toThrow(RangeError);
    },
  );
});
