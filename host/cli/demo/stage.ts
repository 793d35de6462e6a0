import { Defect } from '../../../container/errors.ts';
import { type Output, styled } from '../output.ts';
import { quoted } from '../printable.ts';
import type { FerryProcess, Run } from './ferry-process.adapter.ts';

interface Listed {
  readonly serial: string;
  readonly stateHash: string;
  readonly holdings: readonly { readonly quantity: number; readonly pending: number }[];
}

/** Seats in a container, and seats that it has in transit. */
interface Seats {
  readonly held: number;
  readonly pending: number;
}

/** A line of the demo's ledger, read back from the containers. */
export interface Balance {
  readonly step: string;
  readonly dongle: Seats;
  readonly device: Seats;
}

/**
 * Where the demo is played: it runs the program as processes of their own, shows what it runs, and reads both containers
 * back after every step. A step that ends in any other way than told is a defect.
 */
export class Stage {
  readonly balances: Balance[] = [];
  readonly #output: Output;
  readonly #ferry: FerryProcess;
  readonly #granted: number;
  #step = '';

  /** @param granted seats that there are in all */
  constructor(output: Output, ferry: FerryProcess, granted: number) {
    this.#output = output;
    this.#ferry = ferry;
    this.#granted = granted;
  }

  /** Begins a step of the story. */
  step(title: string): void {
    this.#step = title;
    this.#output.line();
    this.#output.line(styled('bold', title));
  }

  /** Runs a command that ends well. */
  run(...args: readonly string[]): Run {
    return this.runTo(0, ...args);
  }

  /** Runs a command that ends with that exit code. */
  runTo(exit: number, ...args: readonly string[]): Run {
    this.#show(args);
    const run = this.#ferry.run(...args);
    if (run.exit !== exit)
      throw new Defect(
        `\`ferry ${args.join(' ')}\` ended with exit code ${run.exit} instead of ${exit}: ${run.stderr}`,
      );
    if (exit !== 0) this.say(`${run.stderr.split('\n')[0] ?? ''} (exit code ${exit})`);
    return run;
  }

  /** Runs a command and shows what it says. */
  show(...args: readonly string[]): void {
    for (const line of this.run(...args)
      .stdout.trimEnd()
      .split('\n'))
      this.#output.line('  ', line);
  }

  /** Starts a command and kills it with SIGKILL as soon as its kept snapshot holds the words. */
  async kill(words: string, ...args: readonly string[]): Promise<void> {
    this.#show(args);
    const end = await this.#ferry.runAndKill('state/moves', words, ...args);
    this.say(end === 'killed' ? 'killed with SIGKILL in the middle' : 'it was finished before it could be killed');
  }

  say(text: string): void {
    this.#output.line('  ', text);
  }

  json<T>(...args: readonly string[]): T {
    return this.#ferry.json<T>(...args);
  }

  /** Hash of a container's whole state. */
  stateHash(name: string): string {
    return this.#listed(name).stateHash;
  }

  /** Reads both containers back, shows their seats and checks that none is lost or doubled. */
  balance(): void {
    const [dongle, device] = [seatsOf(this.#listed('dongle')), seatsOf(this.#listed('device'))];
    const usable = dongle.held + device.held;
    const accounted = usable + dongle.pending + device.pending;
    if (usable > this.#granted || accounted < this.#granted)
      throw new Defect(`the ledger of the demo does not balance: ${usable} usable, ${accounted} in all`);
    this.balances.push({ step: this.#step, dongle, device });
    this.#output.line('  ', styled('green', `dongle ${words(dongle)}, device ${words(device)}`));
  }

  /** Reads both containers back and checks that all seats are usable and none is on its way. */
  balanceAtRest(): void {
    this.balance();
    const last = this.balances.at(-1);
    if (last === undefined || last.dongle.held + last.device.held !== this.#granted)
      throw new Defect('seats are on their way that should have arrived');
    if (last.dongle.pending + last.device.pending > 0) throw new Defect('something is in transit that was settled');
  }

  #listed(name: string): Listed {
    const [container] = this.json<{ readonly containers: readonly Listed[] }>('list', `sim:${name}`).containers;
    if (container === undefined) throw new Defect(`sim:${name} is not listed`);
    return container;
  }

  #show(args: readonly string[]): void {
    this.#output.line('  ', styled('dim', `$ ferry ${args.map(quoted).join(' ')}`));
  }
}

function seatsOf({ holdings }: Listed): Seats {
  return {
    held: holdings.reduce((sum, { quantity }) => sum + quantity, 0),
    pending: holdings.reduce((sum, { pending }) => sum + pending, 0),
  };
}

function words({ held, pending }: Seats): string {
  return pending > 0 ? `${held} and ${pending} in transit` : String(held);
}
