/** Sizes of a flash memory, in bytes. `size` is a multiple of `sectorSize`, which is a multiple of `pageSize`. */
export interface FlashGeometry {
  readonly size: number;
  readonly pageSize: number;
  readonly sectorSize: number;
}

/**
 * The memory that a container's journal is written to: NOR semantics, synchronous.
 *
 * Erasing sets every byte of a sector to 0xFF; programming can only clear bits. Neither is durable before `flush`
 * returns: a power cut may lose, reorder or tear everything since the last flush.
 */
export interface Flash {
  readonly geometry: FlashGeometry;

  /** A copy of `length` bytes from `address`. */
  read(address: number, length: number): Uint8Array;

  /** Whether that range is erased; much cheaper than reading it. */
  isErased(address: number, length: number): boolean;

  /**
   * Programs any range, also across pages. Setting a cleared bit is a defect. Bits that are cleared already may be
   * cleared again: recovery programs the same bytes once more, and a header is struck out by clearing all its bits.
   */
  program(address: number, bytes: Uint8Array): void;

  /** Erases the sector that starts at `address` (a multiple of the sector size). */
  erase(address: number): void;

  /** Barrier: when it returns, all earlier programs and erases survive a power cut. @throws STORE_WRITE_FAILED */
  flush(): void;
}

/** A flash that holds something of the system's, a file, until it is closed. */
export interface ClosableFlash extends Flash {
  /** Lets it go; what was not flushed is lost. May be called again. */
  close(): void;
}
