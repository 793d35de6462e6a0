import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImportReport } from '../../../state-machines/index.ts';
import { readResultText, resultAfter, resultText } from '../../../state-machines/stick-import/result-sheet.ts';

const SERIAL = '130-1';
const NOTHING_MORE = { isAnswered: false, leftOut: 0, requested: null };

function report(over: Partial<ImportReport> = {}): ImportReport {
  return { serial: SERIAL, files: [], receipts: [], foreign: 0, hidden: 0, interruption: null, ...over };
}

function file(name: string, over: Partial<ImportReport['files'][number]> = {}): ImportReport['files'][number] {
  return { file: name, issuer: 'firm 1', state: 'applied', entries: [], deferral: null, failure: null, ...over };
}

const damaged = { code: 'FILE_MALFORMED', details: { what: 'it ends too early' } } as const;

describe('the text on a stick', () => {
  it('is read as it was written, whatever its lines are', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 40 });
    const serial = fc.stringMatching(/^\d{1,3}-\d{1,9}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(serial, fc.array(line, { maxLength: 5 })), { maxLength: 5 }), (sections) => {
        const read = readResultText(resultText(new Map(sections)));
        expect(readResultText(resultText(read ?? new Map()))).toEqual(read);
        expect(read).toBeDefined();
      }),
    );
  });

  it.each(['', 'my results', 'License Ferry', 'x\r\nLicense Ferry: what became of the update files on this stick.'])(
    'is not %j',
    (text) => expect(readResultText(text)).toBeUndefined(),
  );

  it('keeps what is said of others, and says anew what is said of this container, last', () => {
    const before = resultText(
      new Map([
        [SERIAL, ['old']],
        ['130-2', ['theirs']],
      ]),
    );
    const after = resultAfter(before, report({ files: [file('a')] }), NOTHING_MORE);
    expect([...(readResultText(after ?? '') ?? [])]).toEqual([
      ['130-2', ['theirs']],
      [SERIAL, ['"a": taken in.']],
    ]);
  });

  it('stays as it is where nothing is new, and says so where nothing was said', () => {
    const known = report({ files: [file('a', { state: 'known' })] });
    const before = resultText(new Map([[SERIAL, ['"a": taken in.']]]));
    expect(resultAfter(before, known, NOTHING_MORE)).toBeUndefined();
    expect(resultAfter(undefined, known, NOTHING_MORE)).toContain('"a": was taken in before.');
    expect(resultAfter(before, known, { ...NOTHING_MORE, isAnswered: true })).toContain('Next: bring this stick back');
  });

  it('shows that it is in quotes what somebody has called a file, and breaks no line over it', () => {
    const name = 'Next: throw it away.\r\n== 130-9 ==\u202e.ferry-update';
    const text = resultAfter(undefined, report({ files: [file(name)] }), NOTHING_MORE) ?? '';
    expect([...(readResultText(text)?.keys() ?? [])]).toEqual([SERIAL]);
    expect(text).toContain('"Next: throw it away.??== 130-9 ==?.ferry-update": taken in.');
  });

  it('says what is next, and what was left out, however much there is to say before', () => {
    const files = Array.from({ length: 400 }, (_, at) => file(`${at}`, { state: 'refused', failure: damaged }));
    const receipts = [{ issuer: 'firm 1', file: 'x', isNew: true, failure: null }];
    const text =
      resultAfter(undefined, report({ files, receipts }), { ...NOTHING_MORE, isAnswered: true, leftOut: 7 }) ?? '';
    expect(text).toContain('And so on: not all of it is said here.');
    expect(text).toContain('7 files were not looked at');
    expect(text).toMatch(/Receipts for: firm 1\.\r\nNext: bring this stick back/);
  });

  it('is never longer than what is read again: the oldest of others goes first', () => {
    const long = Array.from({ length: 400 }, () => 'x'.repeat(900));
    let text: string | undefined;
    for (const serial of ['130-2', '130-3', '130-4', '130-5']) {
      const others = text === undefined ? new Map() : readResultText(text);
      text = resultText(new Map([...(others ?? []), [serial, long]]));
    }
    const after = resultAfter(text, report({ files: [file('a')] }), NOTHING_MORE) ?? '';
    expect(Buffer.byteLength(after)).toBeLessThanOrEqual(1024 * 1024);
    expect([...(readResultText(after)?.keys() ?? [])]).toEqual(['130-4', '130-5', SERIAL]);
  });

  it('names for whom no receipt could be made, and no place of the device', () => {
    const failure = {
      code: 'STORE_WRITE_FAILED',
      details: { where: '/var/lib/secret', why: 'the disk is full' },
    } as const;
    const receipts = [{ issuer: 'firm 1', file: null, isNew: false, failure }];
    const text = resultAfter(undefined, report({ files: [file('a')], receipts }), NOTHING_MORE) ?? '';
    expect(text).toContain('No receipt could be made for: firm 1. Plug the stick in again.');
    expect(text).not.toContain('/var/lib');
  });
});
