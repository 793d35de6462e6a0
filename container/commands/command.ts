import type { ErrorCode } from '../errors.ts';
import type { Codec } from '../files/codec.ts';

/**
 * A command of a container, defined once: handler, client and documentation take name, code, messages and failures from
 * this one value.
 *
 * `failures` are all that a handler may answer; anything else does not compile.
 */
export interface Command<Request, Response, Failure extends ErrorCode> {
  readonly name: string;
  /** Number on the wire; never reused. */
  readonly code: number;
  readonly about: string;
  /** Who may ask: anyone, or the container's owner. */
  readonly asker: 'anyone' | 'owner';
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
  readonly failures: readonly Failure[];
}

export type RequestOf<C> = C extends Command<infer Request, infer _R, infer _F> ? Request : never;
export type ResponseOf<C> = C extends Command<infer _Q, infer Response, infer _F> ? Response : never;
export type FailureOf<C> = C extends Command<infer _Q, infer _R, infer Failure> ? Failure : never;

export function defineCommand<Request, Response, const Failure extends ErrorCode>(
  command: Command<Request, Response, Failure>,
): Command<Request, Response, Failure> {
  return command;
}

/** What reading and verifying any file can answer. */
export const FILE_FAILURES = [
  'FILE_TOO_LARGE',
  'FILE_MALFORMED',
  'FILE_VERSION',
  'FILE_KIND',
  'CERTIFICATE_WRONG',
  'CERTIFICATE_OTHER_ROOT',
  'SIGNATURE_WRONG',
] as const satisfies readonly ErrorCode[];

/** What every command that commits can answer. */
export const COMMIT_FAILURES = [
  'NOT_ENROLLED',
  'EXHAUSTED',
  'STORE_WRITE_FAILED',
] as const satisfies readonly ErrorCode[];
