/** Where machines leave bytes, so that their context is JSON and a stored snapshot stays small. */
export interface BlobStore {
  /**
   * Keeps the bytes durably and gives their SHA-256 in hexadecimal, by which they are found again. Repeatable.
   *
   * @throws STORE_WRITE_FAILED
   */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes with that hash. @throws FILE_UNREADABLE when they are missing or were changed */
  get(hash: string): Promise<Uint8Array>;
  /**
   * Forgets all bytes but those with these hashes, and what a power cut left half written. Its parts stay as they are.
   *
   * @throws STORE_WRITE_FAILED
   */
  keepOnly(hashes: readonly string[]): Promise<void>;
  /** The store of one work, apart from that of every other. Ids are lower-case letters, digits and hyphens. */
  part(id: string): BlobStore;
}
