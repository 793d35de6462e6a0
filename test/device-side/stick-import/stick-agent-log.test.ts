import { describe, expect, it } from 'vitest';
import type { ImportedFile, ImportReport, StickImportResult } from '../../../state-machines/index.ts';
import { Bench, first, nothing } from './agent-bench.ts';

describe('an agent for sticks says of an import', () => {
  const reportOf = (...files: readonly Partial<ImportedFile>[]): ImportReport => ({
    serial: '130-1',
    files: files.map((file) => ({
      ...{ file: 'a', issuer: 'firm 1', state: 'applied', entries: [], deferral: null, failure: null },
      ...file,
    })),
    receipts: [],
    foreign: 0,
    hidden: 0,
    interruption: null,
  });
  const taken = (...reasons: readonly number[]): ImportedFile['entries'] =>
    reasons.map((reason, at) => ({ sequence: at + 1, reason }));
  const counts = { where: first.point, taken: 0, refused: 0, deferred: 0, untaken: 0, receipts: [] };
  const answered: StickImportResult = { end: 'answered', report: reportOf(), requested: [], failure: null };

  async function said(result: StickImportResult): Promise<readonly unknown[]> {
    const bench = new Bench();
    bench.agent.plugged(first);
    await bench.untilTaking(first);
    await bench.end(result);
    return bench.logged.slice(1);
  }

  it('that it came to nothing, as something ordinary', async () => {
    expect(await said(nothing)).toEqual([['info', 'stick.nothing', counts]]);
  });

  it('how many entries of all its files were taken in, as something ordinary', async () => {
    const report = reportOf({ entries: taken(0, 0) }, { state: 'known' }, { entries: taken(0) });
    expect(await said({ ...answered, report })).toEqual([['info', 'stick.answered', { ...counts, taken: 3 }]]);
  });

  it('for whom it has receipts, those that were there before, too, and why others could not be made', async () => {
    const receipts = [
      { issuer: 'firm 1', file: 'x', isNew: true, failure: null },
      { issuer: 'firm 2', file: null, isNew: false, failure: { code: 'FILE_KIND', details: {} } },
      { issuer: 'dongle 3-1', file: 'y', isNew: false, failure: null },
    ] as const;
    const [event] = await said({ ...answered, report: { ...reportOf(), receipts } });
    const facts = { ...counts, receipts: ['firm 1', 'dongle 3-1'], missing: ['firm 2: FILE_KIND'] };
    expect(event).toEqual(['warn', 'stick.answered', facts]);
  });

  it('for whom it has contexts that were asked for, and why others could not be made', async () => {
    const requested = [
      { issuer: 'firm 1', file: 'x', isNew: false, failure: null },
      { issuer: 'torn.ferry-certificate', file: null, isNew: false, failure: { code: 'FILE_KIND', details: {} } },
    ] as const;
    const [event] = await said({ ...answered, requested });
    const facts = { ...counts, contexts: ['firm 1'], missing: ['torn.ferry-certificate: FILE_KIND'] };
    expect(event).toEqual(['warn', 'stick.answered', facts]);
  });

  it.each<[string, Partial<ImportedFile>, object]>([
    ['entries were refused', { entries: taken(0, 7, 9) }, { taken: 1, refused: 2 }],
    [
      'entries wait for room',
      { state: 'deferred', entries: taken(0), deferral: { sequence: 2, reason: 7, needed: 100 } },
      { taken: 1, deferred: 1 },
    ],
    ['a file was not taken', { state: 'refused', failure: { code: 'FILE_MALFORMED', details: {} } }, { untaken: 1 }],
  ])('that %s, for its operator to look at', async (_, file, facts) => {
    const report = reportOf({ state: 'known' }, file);
    expect(await said({ ...answered, report })).toEqual([['warn', 'stick.answered', { ...counts, ...facts }]]);
  });

  it.each<[StickImportResult['end'], ImportReport | null]>([
    ['untouched', null],
    ['unanswered', reportOf({ entries: taken(0) })],
    ['brokenOff', reportOf({ entries: taken(0) })],
  ])('that it ended %s, with the code of the reason, for its operator to look at', async (end, report) => {
    const failure = { code: 'STICK_GONE', details: { where: first.point } } as const;
    const facts = { ...counts, taken: report === null ? 0 : 1, ...failure };
    expect(await said({ end, report, requested: [], failure })).toEqual([['warn', `stick.${end}`, facts]]);
  });
});
