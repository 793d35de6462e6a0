import type { Table } from '../../../container/engine/table.ts';

/** Numbers values by their content. Values are immutable: each object is looked at once. */
export class Identities {
  readonly #ofObject = new WeakMap<object, number>();
  readonly #ofText = new Map<string, number>();

  of(value: unknown): number {
    if (typeof value !== 'object' || value === null) return this.#ofContent(`${typeof value} ${String(value)}`);
    const known = this.#ofObject.get(value);
    if (known !== undefined) return known;
    const number = this.#ofContent(JSON.stringify(value, readable));
    this.#ofObject.set(value, number);
    return number;
  }

  /** The content of a table, whatever the order in which it was filled. */
  ofTable(table: Table<string | number, unknown>): string {
    const lines: string[] = [];
    for (const [key, value] of table.entries()) lines.push(`${this.of(key)}:${this.of(value)}`);
    return lines.sort().join();
  }

  #ofContent(text: string): number {
    const known = this.#ofText.get(text);
    if (known !== undefined) return known;
    this.#ofText.set(text, this.#ofText.size);
    return this.#ofText.size - 1;
  }
}

function readable(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? `bytes ${Buffer.from(value).toString('latin1')}` : value;
}
