import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Assembly,
  FIRST_PAYLOAD,
  REPORT_ERRORS,
  REPORT_KINDS,
  REPORT_SIZE,
  type Report,
  type ReportError,
  type ReportKind,
  readReport,
  readReportError,
  reportsOf,
} from '../../../container/wire/report.ts';

const KINDS = Object.keys(REPORT_KINDS) as ReportKind[];
const CHANNEL = 0x1234;

/** Bytes that are never zero, so that padding is told from them. */
const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at % 255) + 1);

function first(report: Report | undefined): Extract<Report, { readonly position: 'first' }> {
  return report?.position === 'first' ? report : expect.fail('it is no first report');
}

function next(report: Report | undefined): Extract<Report, { readonly position: 'next' }> {
  return report?.position === 'next' ? report : expect.fail('it is none of those behind the first');
}

/** Puts reports together as they come. @returns the message, and how many reports it took */
function together(reports: Iterable<Uint8Array>): {
  readonly message: Uint8Array | undefined;
  readonly reports: number;
} {
  let assembly: Assembly | undefined;
  let count = 0;
  for (const report of reports) {
    count += 1;
    if (assembly === undefined) assembly = new Assembly('message', first(readReport(report)));
    else expect(assembly.add(next(readReport(report)))).toBe(true);
  }
  return { message: assembly?.message, reports: count };
}

describe('a message in reports', () => {
  it('begins with its channel, a zero, its kind and its length, and goes on with numbers from 1', () => {
    const [one, two, three, ...more] = [...reportsOf(CHANNEL, 'message', bytesOf(FIRST_PAYLOAD + 61))];
    expect(more).toEqual([]);
    expect([...(one ?? []).slice(0, 9)]).toEqual([0x12, 0x34, 0, 0, 3, 0, 0, 0, 116]);
    expect([...(two ?? []).slice(0, 5)]).toEqual([0x12, 0x34, 0, 1, FIRST_PAYLOAD + 1]);
    expect([...(three ?? []).slice(0, 6)]).toEqual([0x12, 0x34, 0, 2, FIRST_PAYLOAD + 61, 0]);
  });

  it.each([
    [0, 1],
    [54, 1],
    [55, 1],
    [56, 2],
    [115, 2],
    [116, 3],
    [175, 3],
    [176, 4],
  ])('of %d bytes takes %d reports of 64 bytes, and comes together again', (length, count) => {
    const reports = [...reportsOf(CHANNEL, 'message', bytesOf(length))];
    expect(new Set(reports.map((report) => report.length))).toEqual(new Set([REPORT_SIZE]));
    expect(together(reports)).toEqual({ message: bytesOf(length), reports: count });
  });

  it('of any bytes comes together again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (message) => {
        expect(together(reportsOf(CHANNEL, 'message', message)).message).toEqual(message);
      }),
    );
  });

  it('that needs more than 65,535 further reports counts on from 1', () => {
    const message = new Uint8Array(FIRST_PAYLOAD + 60 * 65_537).fill(7);
    let sequence = 0;
    let assembly: Assembly | undefined;
    for (const bytes of reportsOf(CHANNEL, 'message', message)) {
      const read = readReport(bytes);
      if (read?.position === 'first') assembly = new Assembly('message', read);
      else if (read === undefined || assembly?.add(read) !== true) expect.fail(`it is not taken behind ${sequence}`);
      else sequence = read.sequence;
    }
    expect(sequence).toBe(2);
    expect(Buffer.compare(assembly?.message ?? new Uint8Array(), message)).toBe(0);
  });
});

describe('a report', () => {
  it('says which of all kinds it is of, and of an unknown one that it is none', () => {
    for (const kind of KINDS) {
      const [report = new Uint8Array()] = reportsOf(CHANNEL, kind, bytesOf(2));
      expect(readReport(report)).toEqual({
        position: 'first',
        channel: CHANNEL,
        kind,
        length: 2,
        payload: report.subarray(9),
      });
    }
    const [unknown = new Uint8Array()] = reportsOf(CHANNEL, 'open', bytesOf(2));
    unknown[4] = 200;
    expect(first(readReport(unknown)).kind).toBeUndefined();
  });

  it.each([0, 63, 65])('of %d bytes is none', (length) => {
    expect(readReport(new Uint8Array(length))).toBeUndefined();
  });

  it('that does not follow the one before is not taken, and the right one is still', () => {
    const [one, two, three] = [...reportsOf(CHANNEL, 'message', bytesOf(150))].map((bytes) => readReport(bytes));
    const assembly = new Assembly('message', first(one));
    expect(assembly.kind).toBe('message');
    expect(assembly.add(next(three))).toBe(false);
    expect([assembly.add(next(two)), assembly.message]).toEqual([true, undefined]);
    expect(assembly.add(next(two))).toBe(false);
    expect([assembly.add(next(three)), assembly.message]).toEqual([true, bytesOf(150)]);
  });
});

describe('an error in a report', () => {
  it('is read by its number, and an unknown or missing one is none', () => {
    for (const [name, number] of Object.entries(REPORT_ERRORS) as [ReportError, number][])
      expect(readReportError(new Uint8Array([number, 9]))).toBe(name);
    expect([readReportError(new Uint8Array([99])), readReportError(new Uint8Array())]).toEqual([undefined, undefined]);
  });
});
