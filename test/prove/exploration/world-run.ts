import { Answers } from './answers.ts';
import { type Exploration, Explorer } from './explorer.ts';
import type { SavedWorlds } from './saved-world.ts';
import type { WorldPlan } from './world.ts';

/** The exploration of one world over any number of runs of the program. */
export class WorldRun {
  readonly answers = new Answers();
  readonly #plan: WorldPlan;
  readonly #kept: SavedWorlds | null;
  readonly #rules: string;
  readonly #explorer: Explorer | null;
  readonly #secondsBefore: number;
  readonly #began = process.cpuUsage();
  #result: Exploration;

  /**
   * @param kept where it is kept between runs; null when it is not
   * @param rules stands for the explored rules
   * @throws RangeError when it was begun under other rules
   */
  constructor(plan: WorldPlan, kept: SavedWorlds | null, rules: string) {
    this.#plan = plan;
    this.#kept = kept;
    this.#rules = rules;
    const saved = kept?.read(plan.name);
    if (saved !== undefined && saved.rules !== rules)
      throw new RangeError(`"${plan.name}" was begun under other rules; another --state begins anew`);
    this.#secondsBefore = saved?.seconds ?? 0;
    if (saved === undefined || saved.exploration !== null) {
      this.#explorer = new Explorer(plan.build(this.answers));
      if (saved?.exploration != null) this.#explorer.load(saved.exploration);
    } else this.#explorer = null;
    if (saved !== undefined) this.answers.load(saved.answers);
    this.#result = saved?.result ?? (this.#explorer as Explorer).run(1);
  }

  get result(): Exploration {
    return this.#result;
  }

  /** Processor time over all runs. */
  get seconds(): number {
    const { user, system } = process.cpuUsage(this.#began);
    return this.#secondsBefore + (user + system) / 1e6;
  }

  /** Whether nothing is left, or something is wrong. */
  get isOver(): boolean {
    return this.#result.closed || this.#result.violation !== null;
  }

  /** Goes on until there are so many states. */
  goOn(most: number): void {
    if (this.#explorer !== null) this.#result = this.#explorer.run(most);
  }

  /** Keeps it, so that another run goes on from here; a violation is found anew each time. */
  save(): void {
    if (this.#kept === null || this.#explorer === null || this.#result.violation !== null) return;
    this.#kept.write({
      world: this.#plan.name,
      rules: this.#rules,
      date: new Date().toISOString(),
      seconds: this.seconds,
      answers: this.answers.save(),
      result: this.#result,
      exploration: this.#result.closed ? null : this.#explorer.save(),
    });
  }
}
