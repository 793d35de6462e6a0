/** A table of text: columns with a title and a width, to the right where that is negative. */
export class Table {
  readonly #columns: readonly (readonly [title: string, width: number])[];

  constructor(columns: readonly (readonly [title: string, width: number])[]) {
    this.#columns = columns;
  }

  head(): string {
    return this.row(this.#columns.map(([title]) => title));
  }

  row(cells: readonly string[]): string {
    const padded = this.#columns.map(([, width], at) => {
      const cell = cells[at] ?? '';
      return width < 0 ? cell.padStart(-width) : cell.padEnd(width);
    });
    return padded.join(' ').trimEnd();
  }
}
