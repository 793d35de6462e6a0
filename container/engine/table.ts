/** A keyed table of immutable values: a `Map`, or a draft of changes over one. */
export interface Table<K, V> {
  get(key: K): V | undefined;
  has(key: K): boolean;
  set(key: K, value: V): unknown;
  delete(key: K): boolean;
  readonly size: number;
  entries(): Iterable<[K, V]>;
  keys(): Iterable<K>;
  values(): Iterable<V>;
}

/** Changes over a base table that is never touched: what a rule works on before anything is committed. */
export class DraftTable<K, V> implements Table<K, V> {
  readonly #base: Table<K, V>;
  readonly #changed = new Map<K, V | undefined>();
  #size: number;

  constructor(base: Table<K, V>) {
    this.#base = base;
    this.#size = base.size;
  }

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    return this.#changed.has(key) ? this.#changed.get(key) : this.#base.get(key);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    if (!this.has(key)) this.#size += 1;
    this.#changed.set(key, value);
  }

  delete(key: K): boolean {
    if (!this.has(key)) return false;
    this.#size -= 1;
    this.#changed.set(key, undefined);
    return true;
  }

  *entries(): Iterable<[K, V]> {
    for (const [key, value] of this.#base.entries()) if (!this.#changed.has(key)) yield [key, value];
    for (const [key, value] of this.#changed) if (value !== undefined) yield [key, value];
  }

  *keys(): Iterable<K> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): Iterable<V> {
    for (const [, value] of this.entries()) yield value;
  }
}
