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
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** The code that the operating system gave, such as ENOSPC; undefined for any other exception. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof FerryError || !(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** What that code means to a person. */
export function systemWords(error: unknown): string {
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
