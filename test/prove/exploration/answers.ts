/** Which answers of which commands an exploration has seen, and how often they were worked out. */
export class Answers {
  readonly #counts = new Map<string, number>();

  /** `answer`: the code of an error, or `done`. */
  note(question: string, answer: string): void {
    const name = `${question}: ${answer}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** What was noted. */
  save(): ReadonlyMap<string, number> {
    return new Map(this.#counts);
  }

  /** Adds what was noted elsewhere. */
  load(saved: ReadonlyMap<string, number>): void {
    for (const [name, count] of saved) this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  has(question: string, answer: string): boolean {
    return this.#counts.has(`${question}: ${answer}`);
  }

  /** Ascending by name. */
  entries(): readonly (readonly [string, number])[] {
    return [...this.#counts].sort(([one], [other]) => (one < other ? -1 : 1));
  }
}
