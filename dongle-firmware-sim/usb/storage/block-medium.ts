/** Bytes of a block, on every medium here. */
export const BLOCK_LENGTH = 512;

/** What blocks are kept on, addressed by their number from 0. Whoever calls keeps within `blocks`. */
export interface BlockMedium {
  /** How many blocks it has: 1 to 2^32 - 1. */
  readonly blocks: number;
  /** The bytes of that many blocks; they are the caller's, and later writes do not alter them. @throws FILE_UNREADABLE */
  read(lba: number, blocks: number): Uint8Array;
  /** Takes whole blocks, and keeps no hold of `bytes`. @throws STORE_WRITE_FAILED */
  write(lba: number, bytes: Uint8Array): void;
  /** Everything written is durable when it returns. @throws STORE_WRITE_FAILED */
  flush(): void;
}
