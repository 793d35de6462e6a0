/** How a run of the bench ends, besides 0. */
export const EXIT = { checkFailed: 1, cannotBegin: 2, benchBroken: 3, interrupted: 130 } as const;

/** Says why the bench itself cannot go on. What a check finds is no such error. */
export class BenchError extends Error {
  readonly exit: number;

  /** @param kind `cannotBegin`: the person has to do something first; `benchBroken`: the bench has no answer */
  constructor(kind: 'cannotBegin' | 'benchBroken', message: string) {
    super(message);
    this.exit = EXIT[kind];
  }
}
