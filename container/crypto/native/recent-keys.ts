import { Buffer } from 'node:buffer';
import type { KeyObject } from 'node:crypto';

/**
 * Imported keys by their raw bytes, the least recently used one going first: importing costs as much as using.
 *
 * Holds at most `limit` keys, however many are asked for. Secrets stay in memory until they are displaced.
 */
export class RecentKeys {
  readonly #limit: number;
  readonly #importKey: (raw: Uint8Array) => KeyObject;
  readonly #keys = new Map<string, KeyObject>();

  constructor(limit: number, importKey: (raw: Uint8Array) => KeyObject) {
    this.#limit = limit;
    this.#importKey = importKey;
  }

  get size(): number {
    return this.#keys.size;
  }

  get(raw: Uint8Array): KeyObject {
    const name = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1');
    const known = this.#keys.get(name);
    if (known !== undefined) {
      this.#keys.delete(name);
      this.#keys.set(name, known);
      return known;
    }
    const imported = this.#importKey(raw);
    if (this.#keys.size >= this.#limit) this.#dropOldest();
    this.#keys.set(name, imported);
    return imported;
  }

  #dropOldest(): void {
    for (const name of this.#keys.keys()) {
      this.#keys.delete(name);
      return;
    }
  }
}
