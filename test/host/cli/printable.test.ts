import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, printable, printableJson, truncate } from '../../../host/cli/printable.ts';

const anyText = fc.string({ unit: 'binary' });

describe('printable', () => {
  it.each([
    ['an escape sequence', 'a\u001b[31mb', 'a\uFFFD[31mb'],
    ['a one-character control sequence introducer', '\u009b2J', '\uFFFD2J'],
    ['line breaks and tabs', 'a\r\nb\tc', 'a\uFFFD\uFFFDb\uFFFDc'],
    ['delete and null', '\u007f\u0000', '\uFFFD\uFFFD'],
    ['a turned reading order', 'invoice\u202Efdp.exe', 'invoice\uFFFDfdp.exe'],
    ['isolates', '\u2066x\u2069', '\uFFFDx\uFFFD'],
    ['a lone surrogate', 'a\uD800b', 'a\uFFFDb'],
  ])('replaces %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('leaves letters of every script and emoji as they are', () => {
    const text = 'Ärzte Łódź 許可 лицензия ترخيص 🔑';
    expect(printable(text)).toBe(text);
  });

  it('escapes the same characters in JSON without changing the document', () => {
    fc.assert(
      fc.property(anyText, (name) => {
        const json = printableJson(JSON.stringify({ name }, null, 2));
        expect(JSON.parse(json)).toEqual({ name });
        expect(printable(json.replaceAll('\n', ''))).toBe(json.replaceAll('\n', ''));
      }),
    );
  });
});

describe('truncate', () => {
  it('never gives more cells than allowed and keeps text that fits', () => {
    fc.assert(
      fc.property(anyText, fc.nat(30), (raw, width) => {
        const text = printable(raw);
        const cut = truncate(text, width);
        expect(displayWidth(cut)).toBeLessThanOrEqual(width);
        if (displayWidth(text) <= width) expect(cut).toBe(text);
      }),
    );
  });

  it('counts wide characters as two cells and combining marks as none', () => {
    expect(displayWidth('許可')).toBe(4);
    expect(displayWidth('e\u0301')).toBe(1);
    expect(truncate('許可証明', 5)).toBe('許可…');
  });
});
