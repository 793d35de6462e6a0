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
  /** Forgets the bytes with that hash, if they are there. @throws STORE_WRITE_FAILED */
  delete(hash: string): Promise<void>;
}
