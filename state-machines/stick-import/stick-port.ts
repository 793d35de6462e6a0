import type { UpdateFolder } from '../update-import/update-folder-port.ts';

/**
 * A memory stick as an import sees it: files of its root and of the folders there, named `NAME` or `FOLDER/NAME`. Nothing on it is
 * trusted, and it may be pulled out at any moment.
 */
export interface Stick extends UpdateFolder {
  /** What is said of it to people: where it is mounted. */
  readonly where: string;
  /** The text for people of an earlier import; undefined when there is none, or what is there is none of ours. @throws FILE_UNREADABLE, STICK_GONE */
  readResult(): Promise<string | undefined>;
  /** Puts that text in place of the one that is there, durably and all at once. @throws FILE_UNWRITABLE, STICK_GONE */
  writeResult(text: string): Promise<void>;
}
