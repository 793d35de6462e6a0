import type { ContainerClient } from '../../container/commands/client.ts';
import type { RequestOf, ResponseOf } from '../../container/commands/command.ts';
import { COMMANDS } from '../../container/commands/index.ts';
import { CATALOGUE, Defect, type ErrorCode, FerryError } from '../../container/errors.ts';
import type { Codec } from '../../container/files/codec.ts';
import { CaseFailure } from './check.ts';

/** The three transactions: all that a container is asked for. */
export type Transaction = 'list' | 'context' | 'apply';

/** The way to the container broke off: nothing can be said of it. `cause` is the carrier's word. */
export class ConnectionLost extends Error {
  override readonly cause: FerryError;

  constructor(cause: FerryError) {
    super(cause.message);
    this.name = 'ConnectionLost';
    this.cause = cause;
  }
}

/** The container under test, held to what each command promises: its answer's schema and the failures it declares. */
export class AskedContainer {
  readonly #client: ContainerClient;

  constructor(client: ContainerClient) {
    this.#client = client;
  }

  /**
   * Asks for one transaction. Rejects with the container's own refusal, a `FerryError`.
   *
   * @throws CaseFailure when the answer is outside the protocol
   * @throws ConnectionLost
   */
  async ask<N extends Transaction>(
    name: N,
    request: RequestOf<(typeof COMMANDS)[N]>,
  ): Promise<ResponseOf<(typeof COMMANDS)[N]>> {
    let answer: ResponseOf<(typeof COMMANDS)[N]>;
    try {
      answer = await this.#client.call(name, request);
    } catch (error) {
      throw judged(name, error);
    }
    const wrong = outsideSchema(COMMANDS[name].response as Codec<unknown>, answer);
    if (wrong !== undefined) throw new CaseFailure(`the answer to ${name}`, 'one that fits its schema', wrong);
    return answer;
  }
}

function outsideSchema(schema: Codec<unknown>, answer: unknown): string | undefined {
  try {
    schema.assert(answer);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A refusal that the command declares; anything else is a failure of the case, or the end of the connection. */
function judged(name: Transaction, error: unknown): Error {
  if (error instanceof FerryError) {
    const declared: readonly ErrorCode[] = COMMANDS[name].failures;
    if (declared.includes(error.code)) return error;
    if (CATALOGUE[error.code].exit === 5) return new ConnectionLost(error);
    return new CaseFailure(`the failure of ${name}`, 'one that the command declares', error.code);
  }
  const said =
    error instanceof Error ? `${error instanceof Defect ? 'a defect' : error.name}: ${error.message}` : error;
  return new CaseFailure(`the answer to ${name}`, 'an answer or a refusal', said);
}
