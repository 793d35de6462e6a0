import type { Anchor, AnchorStore } from './anchor-port.ts';

/** An anchor that lives as long as this object: for tests and simulated worlds. */
export class MemoryAnchor implements AnchorStore {
  #anchor: Anchor | undefined;

  constructor(anchor?: Anchor) {
    this.#anchor = anchor;
  }

  read(): Anchor | undefined {
    return this.#anchor;
  }

  advance(anchor: Anchor): void {
    this.#anchor = { generation: anchor.generation, stateHash: anchor.stateHash.slice() };
  }
}
