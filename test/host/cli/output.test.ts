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

  it('becomes a block for each row where nothing of it may be cut and it does not fit', () => {
    const { output, stdout } = createOutput({ columns: 30, color: false });
    output.table(COLUMNS, ROWS.slice(1), { isWhole: true, notes: ['a note of several words, which is long', ''] });
    expect(stdout.lines).toEqual([
      'Product: 6000010:2',
      '  Quantity: 120',
      '  Name: Control of the press,',
      '  all axes',
      '  a note of several words,',
      '  which is long',
      'Product: 6000010:7',
      '  Name: 許可',
    ]);
    const wide = createOutput({ columns: 80, color: false });
    wide.output.table(COLUMNS, ROWS, { isWhole: true });
    expect(wide.stdout.lines).toHaveLength(4);
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

describe('a line on a terminal', () => {
  it('is broken between words, with its indent, and keeps commands and addresses whole', () => {
    const { output, stdout, stderr } = createOutput({ columns: 30, color: true });
    output.line(
      '  At usbip://127.0.0.1:3240/1-1 ',
      styled('yellow', 'is somebody else. '),
      ' `ferry resume ID --from X` helps.',
    );
    output.complain('Nobody answers; this helps: ferry resume 1234 --from usbip://127.0.0.1:3240/1-1');
    output.line('  ferry move --from sim:dongle --to sim:device --all');
    const yellow = (text: string) => `\u001b[33m${text}\u001b[0m`;
    expect(stdout.lines).toEqual([
      '  At',
      '  usbip://127.0.0.1:3240/1-1',
      `  ${yellow('is somebody else.')}`,
      '  `ferry resume ID --from X`',
      '  helps.',
      '  ferry move --from sim:dongle --to sim:device --all',
    ]);
    expect(stderr.lines).toEqual([
      'Nobody answers; this helps:',
      'ferry resume 1234 --from usbip://127.0.0.1:3240/1-1',
    ]);
  });

  it('that is a command says what it is for above it where there is no room beside it', () => {
    const all = [
      { command: 'ferry resume 1234', why: 'finishes it' },
      { command: 'ferry resume 1234 --forget', why: 'forgets it' },
    ];
    const [narrow, wide, file] = [{ columns: 42 }, { columns: 43 }, {}].map((one) =>
      createOutput({ ...one, color: false }),
    );
    for (const one of [narrow, wide, file]) one?.output.commands(all);
    expect(narrow?.stdout.lines).toEqual([
      '  # finishes it',
      '  ferry resume 1234',
      '  # forgets it',
      '  ferry resume 1234 --forget',
    ]);
    const beside = ['  ferry resume 1234           # finishes it', '  ferry resume 1234 --forget  # forgets it'];
    expect([wide?.stdout.lines, file?.stdout.lines]).toEqual([beside, beside]);
  });

  it('is left as it is elsewhere', () => {
    const { output, stdout } = createOutput();
    output.line('word '.repeat(60));
    expect(stdout.lines).toHaveLength(1);
  });
});
