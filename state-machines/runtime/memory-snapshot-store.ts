import type { SnapshotRecord, SnapshotStore } from './snapshot-store-port.ts';

/** A snapshot store in memory. It keeps JSON text, so that nothing survives in it that a file would lose. */
export class MemorySnapshotStore implements SnapshotStore {
  readonly #texts = new Map<string, string>();

  async load(id: string): Promise<unknown> {
    const text = this.#texts.get(id);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async save(id: string, record: SnapshotRecord): Promise<void> {
    this.#texts.set(id, JSON.stringify(record));
  }

  async delete(id: string): Promise<void> {
    this.#texts.delete(id);
  }
}
