/** What a container remembers outside its own files: how far it had come, and which state that was. */
export interface Anchor {
  /** Number of chained records so far; u32. */
  readonly generation: number;
  /** Chain over all chained records; 32 bytes. */
  readonly stateHash: Uint8Array;
}

/**
 * Two checksummed slots outside the container's files. A power cut during `advance` leaves the previous or the new
 * anchor readable, never neither.
 */
export interface AnchorStore {
  /** The newest readable anchor; undefined when there never was one. @throws ANCHOR_DAMAGED when no slot is readable. */
  read(): Anchor | undefined;

  /** Durable when it returns. @throws STORE_WRITE_FAILED */
  advance(anchor: Anchor): void;
}
