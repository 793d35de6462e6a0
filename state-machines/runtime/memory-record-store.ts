import type { RecordIndex, RecordStore } from './snapshot-store-port.ts';

/** A record store in memory. It keeps JSON text, so that nothing survives in it that a file would lose. */
export class MemoryRecordStore<Record extends object> implements RecordStore<Record>, RecordIndex {
  readonly #texts = new Map<string, string>();

  async ids(): Promise<readonly string[]> {
    return [...this.#texts.keys()].sort();
  }

  async load(id: string): Promise<unknown> {
    const text = this.#texts.get(id);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async save(id: string, record: Record): Promise<void> {
    this.#texts.set(id, JSON.stringify(record));
  }

  async delete(id: string): Promise<void> {
    this.#texts.delete(id);
  }
}
