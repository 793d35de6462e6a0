import type { ContainerClient } from '../../../container/commands/client.ts';
import type { TestContainer } from '../../world/parties.ts';

/** A container that answers no request for a context before it is let go. */
export class HeldContexts {
  readonly #it: TestContainer;
  readonly #waiting: (() => void)[] = [];
  #onBegun: () => void = () => undefined;
  #isHeld = true;

  constructor(it: TestContainer) {
    this.#it = it;
  }

  client = (): ContainerClient => {
    const client = this.#it.container.client();
    return {
      call: async (name, request) => {
        if (name === 'context' && this.#isHeld) await this.#hold();
        return client.call(name, request);
      },
      close: async () => undefined,
    };
  };

  /** Resolves when so many requests wait. */
  async begun(count: number): Promise<void> {
    while (this.#waiting.length < count)
      await new Promise<void>((resolve) => {
        this.#onBegun = resolve;
      });
  }

  letGo(): void {
    this.#isHeld = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  #hold(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#onBegun();
    });
  }
}
