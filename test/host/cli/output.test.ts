import { describe, expect, it } from 'vitest';
import { Defect } from '../../../container/errors.ts';
import { Output, styled } from '../../../host/cli/output.ts';
import { MemoryStream } from './memory-stream.ts';

interface Wanted {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
  readonly columns?: number;
}

function createOutput({ json = false, quiet = false, color = true, columns }: Wanted = {}) {
  const terminal = columns === undefined ? undefined : { columns };
  const stdout = new MemoryStream(terminal);
  const stderr = new MemoryStream(terminal);
  return { stdout, stderr, output: new Output({ stdout, stderr, json, quiet, color }) };
}

const COLUMNS = ['Product', 'Quantity', 'Name'];
const ROWS = [
  ['6000010:13', 5, 'Welding'],
  ['6000010:2', 120, 'Control of the press, all axes'],
  ['6000010:7', '', '許可'],
];

describe('a table', () => {
  it('has a header, aligns numbers to the right and text to the left, and ends no line with spaces', () => {
    const { output, stdout } = createOutput();
    output.table(COLUMNS, ROWS);
    expect(stdout.lines).toEqual([
      'Product     Quantity  Name',
      '6000010:13         5  Welding',
      '6000010:2        120  Control of the press, all axes',
      '6000010:7             許可',
    ]);
  });

  it('cuts its widest column so that no row wraps on a terminal', () => {
    const { output, stdout } = createOutput({ columns: 40, color: false });
    output.table(COLUMNS, ROWS);
    expect(stdout.lines).toEqual([
      'Product     Quantity  Name',
      '6000010:13         5  Welding',
      '6000010:2        120  Control of the pr…',
      '6000010:7             許可',
    ]);
  });

  it('can stand to the right, with a note below each row that has one', () => {
    const { output, stdout } = createOutput();
    output.table(
      ['Item', 'Seats'],
      [
        ['one', 1],
        ['two', 2],
      ],
      { indent: 2, notes: ['a note', ''] },
    );
    expect(stdout.lines).toEqual(['  Item  Seats', '  one       1', '    a note', '  two       2']);
  });

  it('keeps its columns readable on a terminal that is too narrow for any of them', () => {
    const { output, stdout } = createOutput({ columns: 3, color: false });
    output.table(COLUMNS, ROWS);
    expect(stdout.lines[2]).toBe('6000010:2        120  Control of …');
  });

  it('shows control characters of a cell as replacement characters, aligned', () => {
    const { output, stdout } = createOutput();
    output.table(['A', 'B'], [['x\u001b[2J\n', 'y']]);
    expect(stdout.lines).toEqual(['A       B', 'x\uFFFD[2J\uFFFD  y']);
  });

  it('fills missing cells and consists of the header alone without rows', () => {
    const { output, stdout } = createOutput();
    output.table(['A', 'B'], []);
    output.table(['A', 'B'], [['x']]);
    expect(stdout.lines).toEqual(['A  B', 'A  B', 'x']);
  });
});

describe('colours', () => {
  it('appear on a terminal', () => {
    const { output, stdout } = createOutput({ columns: 80 });
    output.line('moved ', styled('green', 'all'));
    output.table(['A'], [[styled('yellow', 'x')]]);
    expect(stdout.text).toBe('moved \u001b[32mall\u001b[0m\n\u001b[1mA\u001b[0m\n\u001b[33mx\u001b[0m\n');
  });

  it.each<[string, Wanted]>([
    ['off a terminal', { color: true }],
    ['when they are not welcome', { color: false, columns: 80 }],
  ])('do not appear %s', (_, wanted) => {
    const { output, stdout, stderr } = createOutput(wanted);
    output.line(styled('red', 'x'));
    output.note(styled('red', 'y'));
    expect([stdout.text, stderr.text]).toEqual(['x\n', 'y\n']);
  });

  it('cannot be brought by text', () => {
    const { output, stdout } = createOutput({ columns: 80 });
    output.line('\u001b[31m', styled('bold', '\u001b[0m'));
    expect(stdout.text).toBe('\uFFFD[31m\u001b[1m\uFFFD[0m\u001b[0m\n');
  });
});

describe('the modes', () => {
  it('with --json standard output is exactly one document', () => {
    const { output, stdout, stderr } = createOutput({ json: true });
    output.line('for people');
    output.table(['A'], [['x']]);
    output.json({ name: 'a\u202Eb' });
    output.note('a remark');
    expect(JSON.parse(stdout.text)).toEqual({ name: 'a\u202Eb' });
    expect(stdout.text).toContain('\\u202e');
    expect(stderr.text).toBe('a remark\n');
    expect(output.documentWritten).toBe(true);
  });

  it('a second document is a defect', () => {
    const { output } = createOutput({ json: true });
    output.json({});
    expect(() => output.json({})).toThrow(Defect);
  });

  it('without --json documents are left out', () => {
    const { output, stdout } = createOutput();
    output.json({ a: 1 });
    output.line('for people');
    expect(stdout.text).toBe('for people\n');
  });

  it('with --quiet remarks are left out; results and complaints stay', () => {
    const { output, stdout, stderr } = createOutput({ quiet: true });
    output.note('a remark');
    output.complain('a complaint');
    output.line('a result');
    expect([stdout.text, stderr.text]).toEqual(['a result\n', 'a complaint\n']);
  });
});
