import { Defect } from '../../container/errors.ts';
import { indentOf, lineBreaks } from './line-breaks.ts';
import { displayWidth, printable, printableJson, truncate } from './printable.ts';

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Style = keyof typeof STYLES;

/** A part of a text with a style; the only way to colours, so that text from files can never bring its own. */
export interface Styled {
  readonly style: Style;
  readonly text: string;
}
export type Part = string | Styled;
export type Cell = Part | number;

export function styled(style: Style, text: string): Styled {
  return { style, text };
}

/** Where text goes; `process.stdout` and `process.stderr` are such streams. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TableLayout {
  /** Cells that the table stands to the right. */
  readonly indent?: number;
  /** What is said below each row, in the same order; never cut. */
  readonly notes?: readonly Part[];
  /** Where it does not fit the terminal, each row becomes a block of lines, `Title: cell`, of which nothing is cut. */
  readonly isWhole?: boolean;
}

export interface OutputOptions {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** One JSON document on standard output, and nothing else there. */
  readonly json: boolean;
  /** No remarks and no progress; results and errors stay. */
  readonly quiet: boolean;
  /** Whether colours are welcome; they still appear on terminals only. */
  readonly color: boolean;
}

const COLUMN_GAP = '  ';
/** A column is not cut below this many cells, however narrow the terminal. */
const NARROWEST_COLUMN = 12;

/**
 * What a command says: the answer for people (`table`, `line`) or for programs (`json`) on standard output, remarks
 * (`note`) on standard error.
 *
 * A command may call all of them; those that do not fit the mode do nothing. Control and bidi characters in any text
 * are shown as U+FFFD; every call is one line or one table.
 */
export class Output {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly #stdout: TextStream;
  readonly #stderr: TextStream;
  readonly #color: boolean;
  #documentWritten = false;

  constructor(options: OutputOptions) {
    this.isJson = options.json;
    this.isQuiet = options.quiet;
    this.#stdout = options.stdout;
    this.#stderr = options.stderr;
    this.#color = options.color;
  }

  /** True once the one JSON document is out. */
  get documentWritten(): boolean {
    return this.#documentWritten;
  }

  /** Whether what is said on standard error appears on a terminal, where somebody may see it. */
  get isSeen(): boolean {
    return this.#stderr.isTTY === true;
  }

  /** A line of the answer for people. */
  line(...parts: readonly Part[]): void {
    if (!this.isJson) this.#write(this.#stdout, parts);
  }

  /** A remark on standard error; left out with --quiet. */
  note(...parts: readonly Part[]): void {
    if (!this.isQuiet) this.#write(this.#stderr, parts);
  }

  /** A line on standard error that is never left out. */
  complain(...parts: readonly Part[]): void {
    this.#write(this.#stderr, parts);
  }

  /** The answer for programs, with --json. A second document is a defect. */
  json(document: object): void {
    if (!this.isJson) return;
    if (this.#documentWritten) throw new Defect('a command wrote two JSON documents');
    this.#documentWritten = true;
    this.#stdout.write(`${printableJson(JSON.stringify(document, null, 2))}\n`);
  }

  /** With --json, one of many documents, a line each: of a command that goes on until it is ended. */
  jsonLine(document: object): void {
    if (!this.isJson) return;
    this.#documentWritten = true;
    this.#stdout.write(`${printableJson(JSON.stringify(document))}\n`);
  }

  /**
   * The answer for people as an aligned table. A column in which every filled cell is a number is aligned to the right.
   * On a terminal the widest columns are cut so that no row wraps; elsewhere nothing is cut.
   */
  table(columns: readonly string[], rows: readonly (readonly Cell[])[], layout: TableLayout = {}): void {
    if (this.isJson) return;
    const header = columns.map((title) => styled('bold', title));
    const cells = [header, ...rows].map((row) => columns.map((_, index) => asStyled(row[index] ?? '')));
    const indent = ' '.repeat(layout.indent ?? 0);
    const full = columns.map((_, index) => Math.max(...cells.map((row) => displayWidth(row[index]?.text ?? ''))));
    const room = this.#stdout.isTTY === true ? (this.#stdout.columns ?? 0) - indent.length : undefined;
    if (layout.isWhole === true && room !== undefined && rowWidth(full) > room) {
      this.#blocks(columns, rows, layout);
      return;
    }
    const widths = narrowed(full, room);
    const right = columns.map((_, index) => isNumeric(rows.map((row) => row[index] ?? '')));
    for (const [at, row] of cells.entries()) {
      const drawn = row.map((cell, index) => this.#cell(cell, widths[index] ?? 0, right[index] ?? false));
      this.#stdout.write(`${indent}${drawn.join(COLUMN_GAP).trimEnd()}\n`);
      const note = layout.notes?.[at - 1];
      if (note !== undefined && asStyled(note).text !== '') this.#write(this.#stdout, [indent, COLUMN_GAP, note]);
    }
  }

  /** Commands to be typed as they are, each with what it is for: beside it, or above it where that does not fit the terminal. */
  commands(all: readonly { readonly command: string; readonly why: string }[]): void {
    const width = Math.max(...all.map(({ command }) => displayWidth(command)));
    const widest = Math.max(...all.map(({ why }) => displayWidth(why))) + width + displayWidth('    # ');
    const isBeside = this.#stdout.isTTY !== true || widest <= (this.#stdout.columns ?? 0);
    for (const { command, why } of all) {
      const told = styled('dim', `  # ${why}`);
      if (!isBeside) this.line(told);
      this.line(`  ${command}`, ...(isBeside ? [' '.repeat(width - displayWidth(command)), told] : []));
    }
  }

  #blocks(columns: readonly string[], rows: readonly (readonly Cell[])[], { indent = 0, notes }: TableLayout): void {
    for (const [at, row] of rows.entries()) {
      for (const [index, title] of columns.entries()) {
        const cell = asStyled(row[index] ?? '');
        const before = ' '.repeat(index === 0 ? indent : indent + COLUMN_GAP.length);
        const text = cell.style === undefined ? cell.text : styled(cell.style, cell.text);
        if (cell.text !== '') this.#write(this.#stdout, [before, styled('bold', `${title}:`), ' ', text]);
      }
      const note = notes?.[at];
      if (note !== undefined && asStyled(note).text !== '')
        this.#write(this.#stdout, [' '.repeat(indent + COLUMN_GAP.length), note]);
    }
  }

  #cell(cell: PlainCell, width: number, right: boolean): string {
    const text = truncate(cell.text, width);
    const padding = ' '.repeat(width - displayWidth(text));
    const painted = this.#paint(this.#stdout, cell.style === undefined ? text : styled(cell.style, text));
    return right ? padding + painted : painted + padding;
  }

  #write(stream: TextStream, parts: readonly Part[]): void {
    const lines = stream.isTTY === true && stream.columns ? wrapped(parts, stream.columns) : [parts];
    for (const line of lines) stream.write(`${line.map((part) => this.#paint(stream, part)).join('')}\n`);
  }

  #paint(stream: TextStream, part: Part): string {
    const text = printable(typeof part === 'string' ? part : part.text);
    if (typeof part === 'string' || !this.#color || stream.isTTY !== true || text === '') return text;
    return `\u001b[${STYLES[part.style]}m${text}\u001b[0m`;
  }
}

/** The parts as lines that fit, each but the first as far to the right as the first. */
function wrapped(parts: readonly Part[], width: number): readonly (readonly Part[])[] {
  const texts = parts.map((part) => printable(typeof part === 'string' ? part : part.text));
  const whole = texts.join('');
  const breaks = lineBreaks(whole, width);
  const below = ' '.repeat(indentOf(whole));
  const begins = [0, ...breaks.map(({ to }) => to)];
  return begins.map((begin, at) => {
    const end = breaks[at]?.from ?? whole.length;
    let offset = 0;
    const pieces = parts.flatMap((part, index): Part[] => {
      const text = texts[index] ?? '';
      const piece = text.slice(Math.max(0, begin - offset), Math.max(0, end - offset));
      offset += text.length;
      return piece === '' ? [] : [typeof part === 'string' ? piece : styled(part.style, piece)];
    });
    return at === 0 ? pieces : [below, ...pieces];
  });
}

interface PlainCell {
  readonly text: string;
  readonly style: Style | undefined;
}

function asStyled(cell: Cell): PlainCell {
  if (typeof cell === 'object') return { text: printable(cell.text), style: cell.style };
  return { text: printable(String(cell)), style: undefined };
}

function isNumeric(cells: readonly Cell[]): boolean {
  const filled = cells.filter((cell) => cell !== '');
  return filled.length > 0 && filled.every((cell) => typeof cell === 'number');
}

function rowWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, COLUMN_GAP.length * (widths.length - 1));
}

/** Takes cells from the widest column again and again until the row fits. */
function narrowed(widths: readonly number[], available: number | undefined): number[] {
  const fitted = [...widths];
  if (available === undefined) return fitted;
  let excess = rowWidth(fitted) - available;
  while (excess > 0) {
    const widest = fitted.indexOf(Math.max(...fitted));
    const width = fitted[widest];
    if (width === undefined || width <= NARROWEST_COLUMN) break;
    fitted[widest] = width - 1;
    excess -= 1;
  }
  return fitted;
}
