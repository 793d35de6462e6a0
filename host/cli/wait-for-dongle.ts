import { USB_SCHEMES } from '../../carriers/address.ts';
import { explain, FerryError } from '../../container/errors.ts';
import type { Failure } from '../../state-machines/index.ts';
import { isAddress, isPlaceOf } from './addresses.ts';
import type { MoveSides } from './move-sides.ts';
import { nameOf } from './peers.ts';
import type { CommandContext } from './run-ferry.ts';
import type { RunMove } from './show-move.ts';

/** How somebody looks whether a dongle on USB is back. */
export interface Lookout {
  /** What people call who is at an address, with its words; or why nobody can be reached there. */
  look(address: string): Promise<string | FerryError>;
  /** Resolves when it is time to look again. */
  pause(): Promise<void>;
}

/**
 * How often in a row an attempt is made again although the dongle was there at once: a plug may be pulled out and in between two looks.
 * Each may show a PIN and not hear that it is wrong, and 8 wrong ones block it.
 */
const MOST_IN_VAIN = 5;

/** Help for the options that say whether a move waits. */
export const WAIT = 'wait for a dongle that is pulled out of USB in the middle, also where no terminal is';
export const NO_WAIT = 'do not wait for it, also on a terminal';

interface Places {
  readonly from: string;
  readonly to: string;
}

/** What a move that goes on by itself does, from the beginning or from where it was cut off. */
export interface Attempts<T> {
  readonly places: Places;
  /** One attempt. @param reached to be called once both sides were, and are those that are meant */
  attempt(context: CommandContext, reached: (sides: Pick<MoveSides, 'giver' | 'getter'>) => void): Promise<T>;
  /** Why an attempt went no further, if it did not. */
  failureOf(outcome: T): Failure | null;
}

/**
 * Makes attempts at a move for as long as a dongle on USB is pulled out in the middle of one, or another one is at its address, and
 * comes back; a side that was not there
 * to begin with is not waited for, and one that is there and breaks off all the same not without end. What is answered to a question is
 * not asked again.
 *
 * @param lookout left out where nobody waits
 * @throws what an attempt throws for any other reason
 */
export async function outlasting<T>(
  context: CommandContext,
  lookout: Lookout | undefined,
  { places, attempt, failureOf }: Attempts<T>,
): Promise<T> {
  if (lookout === undefined) return attempt(context, () => undefined);
  const { output } = context;
  const remembering = rememberingAnswers(context);
  let names: ReadonlyMap<string, string> | undefined;
  let inVain = 0;
  for (;;) {
    const outcome = await attempt(remembering, ({ giver, getter }) => {
      names ??= new Map([
        [places.from, nameOf(giver)],
        [places.to, nameOf(getter)],
      ]);
    }).then(
      (done) => ({ done, failure: failureOf(done) }),
      (error: unknown) => ({ error, failure: error instanceof FerryError ? error : null }),
    );
    const gone = names !== undefined && outcome.failure !== null ? goneAt(outcome.failure, places) : undefined;
    if (outcome.failure === null || gone === undefined || inVain === MOST_IN_VAIN) {
      if (gone !== undefined)
        output.complain(`${gone} is there each time and breaks off all the same: it is not waited for.`);
      if ('done' in outcome) return outcome.done;
      throw outcome.error;
    }
    const why = explain(outcome.failure.code, outcome.failure.details).happened;
    output.complain(`${why} Once the dongle is plugged in again, the move goes on; Ctrl-C leaves it unfinished.`);
    if (inVain > 0) await lookout.pause();
    inVain = (await returned(lookout, gone, names?.get(gone), output)) ? 0 : inVain + 1;
    output.note(`${gone} is back: the move goes on.`);
  }
}

/** Looks left out after one that found another dongle: whoever uses that one is not to find it busy all the time. */
const NOT_LOOKED = 5;

/**
 * Waits until a dongle can be reached again, however long that takes, and says once of each reason why it cannot, but for that it is not
 * there: such as that this user may not open it, or that another one is there.
 *
 * @param name what the dongle is called; whoever is called otherwise is another one
 * @returns whether it could not be at first
 */
async function returned(
  lookout: Lookout,
  address: string,
  name: string | undefined,
  output: CommandContext['output'],
): Promise<boolean> {
  const said = new Set<string>();
  let before: string | undefined;
  for (;;) {
    const seen = await lookout.look(address);
    if (seen === name) return before !== undefined;
    const reason = typeof seen === 'string' ? seen : JSON.stringify([seen.code, seen.details]);
    if (before === undefined && typeof seen !== 'string' && seen.code === 'CARRIER_UNREACHABLE') said.add(reason);
    // Found twice, since the system lets nobody have a dongle yet that was only just plugged in.
    if (!said.has(reason) && (reason === before || typeof seen === 'string')) {
      said.add(reason);
      output.complain(`Still waiting${typeof seen === 'string' ? ` for ${name}` : ''}: ${whyNot(address, seen)}`);
    }
    before = reason;
    for (let left = typeof seen === 'string' ? NOT_LOOKED : 0; left >= 0; left--) await lookout.pause();
  }
}

function whyNot(address: string, seen: string | FerryError): string {
  if (typeof seen === 'string') return `at ${address} is ${seen} now.`;
  const { happened, remedy } = explain(seen.code, seen.details);
  return seen.code === 'CARRIER_FORBIDDEN' ? `${happened} ${remedy}` : happened;
}

/** Why a move that was run is not finished; null when it is, or was refused. */
export function interruptionOf(run: RunMove | null): Failure | null {
  return run?.result.state === 'interrupted' ? run.result.failure : null;
}

/** Whether a move waits: where it is told to, else where somebody sees that it does. */
export function isPatient({ output }: CommandContext, wait: boolean | undefined): boolean {
  return wait ?? output.isSeen;
}

/**
 * What is said of a place that was reached before and is not any more. Timed out: the computer that it is plugged into is gone, or it hangs.
 * Busy: somebody else was quicker to have it again.
 * Unexpected: another one is at its address.
 */
const GONE: readonly string[] = [
  'CARRIER_LOST',
  'CARRIER_UNREACHABLE',
  'CARRIER_TIMEOUT',
  'CARRIER_BUSY',
  'PEER_UNEXPECTED',
];

/** The address on USB that a failure says is gone; undefined when it is none. */
function goneAt({ code, details }: Failure, { from, to }: Places): string | undefined {
  if (!GONE.includes(code)) return undefined;
  return [from, to].find(
    (address) => isDongle(address) && isPlaceOf(String(details.where ?? details.address), address),
  );
}

/** Whether an address leads to a dongle on USB. */
export function isDongle(address: string): boolean {
  return isAddress(address, USB_SCHEMES);
}

/** Who is asked for a PIN once is not asked for it again. */
function rememberingAnswers(context: CommandContext): CommandContext {
  const answers = new Map<string, Promise<string | undefined>>();
  return {
    ...context,
    ask: (question) => {
      const known = answers.get(question) ?? context.ask(question);
      answers.set(question, known);
      return known;
    },
  };
}
