import { FAULTS, POSSIBLE, TRANSITIONS, whyImpossible } from './pairs.ts';
import { pairName, type Ran } from './run-world.ts';

/** What many histories came to together. */
export class Tally {
  seeds = 0;
  steps = 0;
  rounds = 0;
  proven = 0;
  calledBack = 0;
  madeRoom = 0;
  readonly #seen = new Map<string, number>();

  add({ seen, healing, proven }: Ran, steps: number): void {
    this.seeds += 1;
    this.steps += steps;
    this.proven += proven ? 1 : 0;
    this.rounds = Math.max(this.rounds, healing?.rounds ?? 0);
    this.calledBack += healing?.after === 'calling back' ? 1 : 0;
    this.madeRoom += healing?.after === 'making room' ? 1 : 0;
    for (const [pair, times] of seen) this.#seen.set(pair, (this.#seen.get(pair) ?? 0) + times);
  }

  times(transition: (typeof TRANSITIONS)[number], fault: (typeof FAULTS)[number]): number {
    return this.#seen.get(pairName(transition, fault)) ?? 0;
  }

  /** Pairs that could have been, and were not. */
  unseen(): readonly string[] {
    return POSSIBLE.filter(([transition, fault]) => this.times(transition, fault) === 0).map((pair) =>
      pairName(...pair),
    );
  }

  /** Pairs that were, though there is a reason why they cannot be. */
  impossible(): readonly string[] {
    return TRANSITIONS.flatMap((transition) =>
      FAULTS.filter((fault) => whyImpossible(transition, fault) !== undefined && this.times(transition, fault) > 0).map(
        (fault) => pairName(transition, fault),
      ),
    );
  }

  /** How often each pair was, as lines of text; a dot where it cannot be. */
  table(): readonly string[] {
    const head = FAULTS.map((fault, at) => `  ${letter(at)}  ${fault}`);
    const columns = FAULTS.map((_, at) => letter(at).padStart(6)).join('');
    const rows = TRANSITIONS.map((transition) => {
      const cells = FAULTS.map((fault) => {
        const isImpossible = whyImpossible(transition, fault) !== undefined;
        return (isImpossible ? '.' : String(this.times(transition, fault))).padStart(6);
      });
      return `${transition.padEnd(15)}${cells.join('')}`;
    });
    return [...head, '', `${''.padEnd(15)}${columns}`, ...rows];
  }
}

function letter(at: number): string {
  return at < 26 ? String.fromCharCode(97 + at) : String.fromCharCode(65 + at - 26);
}
