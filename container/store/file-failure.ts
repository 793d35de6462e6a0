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
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export function systemWords(error: unknown): string {
  const code = systemCode(error);
  return (code === undefined ? undefined : WORDS[code]) ?? `the system answers ${code ?? String(error)}`;
}

/** STORE_WRITE_FAILED in people's words; an error that is explained already stays as it is. */
export function writeFailed(where: string, error: unknown): FerryError {
  if (error instanceof FerryError) return error;
  return new FerryError('STORE_WRITE_FAILED', { where, why: systemWords(error) }, { cause: error });
}
