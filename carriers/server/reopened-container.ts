import type { ContainerClient } from '../../container/commands/client.ts';
import type { RequestTo, ResponseTo } from '../../container/commands/codecs-of.ts';
import type { CommandName } from '../../container/commands/index.ts';
import type { Presence } from '../../container/engine/session.ts';
import { FerryError } from '../../container/errors.ts';

/** A container that is open, with a session for each who asks. */
export interface OpenContainer {
  client(presence: Presence): ContainerClient;
  close(): void;
}

/**
 * A container that is served for a long time. After a failed write it is closed, opened and read again before it answers
 * anyone (R10); sessions begin anew then.
 */
export class ReopenedContainer {
  readonly #open: () => OpenContainer;
  readonly #onStopped: (cause: FerryError) => void;
  #current: OpenContainer;
  #isOpen = true;

  /** @param onStopped is told why it was closed; the next call opens it again @throws what opening throws */
  constructor(open: () => OpenContainer, onStopped: (cause: FerryError) => void) {
    this.#open = open;
    this.#onStopped = onStopped;
    this.#current = open();
  }

  /** A client with a session of its own. */
  client(presence: Presence = 'attended'): ContainerClient {
    let opened = this.#current;
    let client = opened.client(presence);
    return {
      call: async (name, request) => {
        if (!this.#isOpen) this.#reopen();
        if (opened !== this.#current) {
          opened = this.#current;
          client = opened.client(presence);
        }
        return this.#call(client, name, request);
      },
      close: async () => undefined,
    };
  }

  close(): void {
    if (this.#isOpen) this.#current.close();
    this.#isOpen = false;
  }

  async #call<N extends CommandName>(client: ContainerClient, name: N, request: RequestTo<N>): Promise<ResponseTo<N>> {
    try {
      return await client.call(name, request);
    } catch (error) {
      if (!(error instanceof FerryError) || error.code !== 'STORE_WRITE_FAILED') throw error;
      this.close();
      this.#onStopped(error);
      throw error;
    }
  }

  /** @throws what opening throws; the next call tries again */
  #reopen(): void {
    this.#current = this.#open();
    this.#isOpen = true;
  }
}
