import type { ContainerClient } from '../../../container/commands/client.ts';
import type { RequestTo, ResponseTo } from '../../../container/commands/codecs-of.ts';
import type { CommandName } from '../../../container/commands/index.ts';

/** An ordinary client that can be let go at any time: the next call opens a new one. */
export class FreshClient implements ContainerClient {
  readonly #open: () => ContainerClient;
  #current: ContainerClient | undefined;

  constructor(open: () => ContainerClient) {
    this.#open = open;
  }

  call<N extends CommandName>(name: N, request: RequestTo<N>): Promise<ResponseTo<N>> {
    this.#current ??= this.#open();
    return this.#current.call(name, request);
  }

  async close(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.close();
  }
}
