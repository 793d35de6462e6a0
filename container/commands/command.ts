import type { ErrorCode } from '../errors.ts';
import type { Codec } from '../files/codec.ts';

/**
 * Who may ask: anyone on whatever carrier; the owner, who has shown the PIN where one is set; or software on the same
 * machine: in this process, or over a Unix socket that only the container's own user reaches.
 */
export type Asker = 'anyone' | 'owner' | 'local';

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
  /** The one place that says who may ask. */
  readonly asker: Asker;
  /** Set where carrying it out twice is more than carrying it out once: nobody repeats it who does not know what became of it. */
  readonly once?: true;
  /** Whether an armed work order stands in for the owner; what exactly it covers is for the command's rule to say. */
  readonly orderSuffices?: true;
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
  'CERTIFICATE_REVOKED',
  'SIGNATURE_WRONG',
] as const satisfies readonly ErrorCode[];

/** What every command that commits can answer. */
export const COMMIT_FAILURES = [
  'NOT_ENROLLED',
  'EXHAUSTED',
  'STORE_WRITE_FAILED',
] as const satisfies readonly ErrorCode[];
