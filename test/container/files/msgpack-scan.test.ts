import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanMsgpack } from '../../../container/files/msgpack-scan.ts';
import { fromHex } from '../../../container/model/bytes.ts';

const GOOD: readonly [hex: string, what: string][] = [
  ['c0', 'nil'],
  ['c2', 'false'],
  ['c3', 'true'],
  ['00', 'zero'],
  ['7f', 'the largest integer of one byte'],
  ['cc80', 'the least integer of two bytes'],
  ['cd0100', 'the least integer of three bytes'],
  ['ce00010000', 'the least integer of five bytes'],
  ['ceffffffff', 'the largest integer'],
  ['a0', 'empty text'],
  ['a2c3a4', 'text beyond ASCII'],
  [`bf${'61'.repeat(31)}`, 'text of 31 bytes'],
  [`d920${'61'.repeat(32)}`, 'text of 32 bytes'],
  [`da0100${'61'.repeat(256)}`, 'text of 256 bytes'],
  [`db00010000${'61'.repeat(65536)}`, 'text of 65536 bytes'],
  ['c400', 'no bytes'],
  [`c50100${'00'.repeat(256)}`, '256 bytes'],
  [`c600010000${'00'.repeat(65536)}`, '65536 bytes'],
  ['90', 'an empty array'],
  ['9201c0', 'an array'],
  [`dc0010${'c0'.repeat(16)}`, 'an array of 16'],
  [`dd00010000${'c0'.repeat(65536)}`, 'an array of 65536'],
  ['919191919190', 'six arrays in each other'],
];

const BAD: readonly [hex: string, wrong: RegExp][] = [
  ['', /ends early at byte 0/],
  ['cc', /ends early/],
  ['cd01', /ends early/],
  ['ce010203', /ends early/],
  ['c4', /ends early/],
  ['d9', /ends early/],
  ['dc00', /ends early/],
  ['91', /array longer than the data/],
  ['9201', /array longer than the data/],
  ['ddffffffff', /array longer than the data/],
  ['92a161', /array longer than the data|ends early/],
  ['93c0c0', /array longer than the data/],
  ['92a261', /longer than the data|beyond the end/],
  ['cc7f', /not in shortest form/],
  ['cd00ff', /not in shortest form/],
  ['ce0000ffff', /not in shortest form/],
  [`d901${'61'}`, /not in shortest form/],
  [`da0020${'61'.repeat(32)}`, /not in shortest form/],
  [`c50001${'00'}`, /not in shortest form/],
  [`c600000001${'00'}`, /not in shortest form/],
  ['dc0001c0', /not in shortest form/],
  ['dd0000000fc0', /not in shortest form/],
  ['a161c0', /1 bytes after the end/],
  ['c0c0', /1 bytes after the end/],
  ['a561', /beyond the end/],
  ['c6ffffffff', /beyond the end/],
  ['dbffffffff', /beyond the end/],
  ['a1ff', /invalid UTF-8/],
  ['a180', /invalid UTF-8/],
  [`d920${'ff'.repeat(32)}`, /invalid UTF-8/],
  [`da0100${'ff'.repeat(256)}`, /invalid UTF-8/],
  [`db00010000${'ff'.repeat(65536)}`, /invalid UTF-8/],
  ['a2c080', /invalid UTF-8/],
  ['a3eda080', /invalid UTF-8/],
  ['80', /0x80, which is not used/],
  ['8100', /0x81, which is not used/],
  ['de0000', /0xde/],
  ['df00000000', /0xdf/],
  ['c1', /0xc1/],
  ['ca00000000', /0xca/],
  ['cb0000000000000000', /0xcb/],
  ['cf0000000000000000', /0xcf/],
  ['d0ff', /0xd0/],
  ['d1ffff', /0xd1/],
  ['d2ffffffff', /0xd2/],
  ['d3ffffffffffffffff', /0xd3/],
  ['e0', /0xe0/],
  ['ff', /0xff/],
  ['c70100', /0xc7/],
  ['c80001', /0xc8/],
  ['c90000', /0xc9/],
  ['d40000', /0xd4/],
  ['d80000', /0xd8/],
  [`${'91'.repeat(100_000)}90`, /nesting deeper than 6/],
];

describe('the strict scan', () => {
  it.each(GOOD.map(([hex, what]) => ({ hex, what })))('accepts $what', ({ hex }) => {
    expect(scanMsgpack(fromHex(hex))).toBeUndefined();
  });

  it.each(BAD.map(([hex, wrong]) => ({ hex, wrong, shown: hex.slice(0, 20) })))(
    'refuses "$shown" as $wrong',
    ({ hex, wrong }) => {
      expect(scanMsgpack(fromHex(hex))).toMatch(wrong);
    },
  );

  it('refuses one array more than the depth, unless it is empty', () => {
    expect(scanMsgpack(fromHex('9190'), { depth: 1 })).toBeUndefined();
    expect(scanMsgpack(fromHex('9191c0'), { depth: 1 })).toBe('nesting deeper than 1 at byte 1');
  });

  it('refuses one value more than the bound, by the head of the array that brings it', () => {
    expect(scanMsgpack(fromHex('93019002'), { depth: 6, values: 4 })).toBeUndefined();
    expect(scanMsgpack(fromHex('9301910102'), { depth: 6, values: 4 })).toBe('more than 4 values at byte 2');
    expect(scanMsgpack(fromHex('93019002'), { depth: 6, values: 3 })).toBe('more than 3 values at byte 0');
  });

  it('answers any bytes without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const wrong = scanMsgpack(bytes);
        expect(wrong === undefined || typeof wrong === 'string').toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts no prefix of what it accepts', () => {
    for (const [hex] of GOOD.filter(([text]) => text.length < 600)) {
      const bytes = fromHex(hex);
      for (let length = 0; length < bytes.length; length++)
        expect(scanMsgpack(bytes.subarray(0, length))).toBeDefined();
    }
  });
});
