import { FerryError } from '../errors.ts';

/** What the operating system's error codes mean to a person. */
const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota of this user is used up',
  EFBIG: 'the file would become larger than the system allows',
  EIO: 'the disk reports an error',
  ENODEV: 'the disk is gone',
  ENXIO: 'the disk is gone',
  EROFS: 'the disk is read-only',
  EACCES: 'access is not permitted',
  EPERM: 'the system does not permit it',
  ENOENT: 'the file or its folder is missing',
  EEXIST: 'something of that name is there already',
  ENOTSUP: 'this file system does not support it',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a link',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** The code that the operating system gave, such as ENOSPC; undefined for any other exception. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof FerryError || !(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the operating system says that the folder in which the program runs was deleted. */
export function isWorkingFolderGone(error: unknown): boolean {
  return systemCode(error) === 'ENOENT' && (error as NodeJS.ErrnoException).syscall === 'uv_cwd';
}

/** What that code means to a person. */
export function systemWords(error: unknown): string {
  if (isWorkingFolderGone(error)) return 'the folder in which the command was started was deleted';
  const code = systemCode(error) ?? String(error);
  return WORDS[code] ?? `the system answers ${code}`;
}

/** STORE_WRITE_FAILED in people's words for an error of the operating system; any other exception stays as it is. */
export function writeFailed(where: string, error: unknown): unknown {
  if (systemCode(error) === undefined) return error;
  return new FerryError('STORE_WRITE_FAILED', { where, why: systemWords(error) }, { cause: error });
}

/** FILE_UNREADABLE in people's words for an error of the operating system; any other exception stays as it is. */
export function readFailed(file: string, error: unknown): unknown {
  if (systemCode(error) === undefined) return error;
  return new FerryError('FILE_UNREADABLE', { file, why: systemWords(error) }, { cause: error });
}

/** FOLDER_UNREADABLE likewise, where the folder itself was named. */
export function folderFailed(folder: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const own: Readonly<Record<string, string>> = { ENOENT: 'it is not there', ENOTDIR: 'it is no folder' };
  const why = isWorkingFolderGone(error) ? systemWords(error) : (own[code] ?? systemWords(error));
  return new FerryError('FOLDER_UNREADABLE', { folder, why }, { cause: error });
}
