/** Cuts the power at one step of a run: before the step has happened, or after it but before its answer arrives. */
export class PowerCut {
  readonly #at: number;
  readonly #when: 'before' | 'after';
  #steps = 0;
  #cut: () => void = () => {};
  /** Resolves when the power is cut. */
  readonly happened = new Promise<'cut'>((resolve) => {
    this.#cut = () => resolve('cut');
  });

  constructor(at: number, when: 'before' | 'after') {
    this.#at = at;
    this.#when = when;
  }

  /** The port, each of whose calls is a step. After the cut no call happens any more, and none is answered. */
  over<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        // No step of its own: a part of a store, each of whose calls is one.
        if (name === 'part') return (id: string) => this.over(member.call(target, id) as object);
        return (...args: unknown[]) => this.#step(async () => member.apply(target, args));
      },
    });
  }

  async #step(work: () => Promise<unknown>): Promise<unknown> {
    this.#steps += 1;
    const mine = this.#steps;
    if (mine > this.#at || (mine === this.#at && this.#when === 'before')) return this.#never();
    const answer = await work();
    return mine === this.#at ? this.#never() : answer;
  }

  #never(): Promise<never> {
    this.#cut();
    return new Promise(() => {});
  }
}
