import { systemCode } from '../container/store/file-failure.ts';

/** What the operating system's error codes mean to a person who wanted to reach something. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing is served there',
  ECONNRESET: 'the other side broke it off',
  EPIPE: 'the other side closed it',
  ERR_STREAM_PREMATURE_CLOSE: 'the other side closed it',
  ENOENT: 'there is no such thing',
  ENOTSOCK: 'it is something else',
  EACCES: 'the system does not permit it to this user',
  EPERM: 'the system does not permit it',
  EADDRINUSE: 'something is served there already',
  EADDRNOTAVAIL: 'this computer has no such address',
  EHOSTUNREACH: 'there is no way to that computer',
  ENETUNREACH: 'there is no way to that network',
  ENOTFOUND: 'that name is not known',
  EAI_AGAIN: 'that name cannot be looked up now',
  ETIMEDOUT: 'it does not answer',
  EINVAL: 'the system does not take that address',
  ENAMETOOLONG: 'the path is too long',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what is served there does not speak TLS',
  EMFILE: 'too many files are open',
};

/** Why a way to another program could not be had, or broke. */
export function networkWords(error: unknown): string {
  if (error === undefined || error === null) return 'the other side closed it';
  const code = systemCode(error);
  // Native packages have codes of their own, such as GenericFailure, which say less than their words.
  if (code === undefined || /[a-z]/.test(code)) return error instanceof Error ? error.message : String(error);
  return WORDS[code] ?? `the system answers ${code}`;
}
