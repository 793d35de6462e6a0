/** An entry of a folder, as far as an import looks at it. */
export interface FolderEntry {
  readonly name: string;
  /** Whether it is a plain file: no folder, no link, no device. */
  readonly isFile: boolean;
}

/** A folder to which update files are brought and from which receipts are taken, such as a stick. Nothing in it is trusted. */
export interface UpdateFolder {
  /** Everything that lies in it, in any order; what lies in its folders is left out. @throws FOLDER_UNREADABLE */
  entries(): AsyncIterable<FolderEntry>;
  /**
   * The envelope in a plain file, which may be armor. Nothing of it is verified.
   *
   * @throws FILE_UNREADABLE, FILE_TOO_LARGE, FILE_MALFORMED, FILE_VERSION, FILE_KIND, FILE_HEADER
   */
  read(name: string): Promise<Uint8Array>;
  /**
   * Writes an envelope as armor, in place of the file of that name: at every moment the old one is there, or the new one,
   * whole. When it resolves, the file survives a power cut.
   *
   * @throws FILE_UNWRITABLE
   */
  write(name: string, envelope: Uint8Array): Promise<void>;
}
