import type { IsOver } from '../interruption.ts';
import type { Cast } from './prepared.ts';
import { type Ran, runWorld } from './run-world.ts';
import { shrunk } from './shrink.ts';
import { type History, toText } from './steps.ts';
import { Telling } from './telling.ts';
import type { VendorMaker } from './world.ts';

/** Those who play a history. */
export interface Players {
  readonly cast: Cast;
  readonly vendor: VendorMaker;
  /** Lets go what they hold of the system's. */
  close(): Promise<void>;
}

export function play({ cast, vendor }: Players, history: History, telling?: Telling): Promise<Ran> {
  return runWorld(cast, vendor, history, telling);
}

/** Plays a history once more and tells it, with how to play it again where it leads to what may not be. @param command runs this layer */
export async function told(players: Players, history: History, command: string): Promise<string> {
  const telling = new Telling();
  const { violation, proven } = await play(players, history, telling);
  const well = proven
    ? 'All is well: seats are wrong, since a memory was set back or copied, and it is proven.'
    : 'All is well.';
  const verdict =
    violation === null ? well : `VIOLATED: ${violation.what}\n\nAgain: ${command} --replay ${toText(history)}`;
  return [...telling.lines, '', verdict].join('\n');
}

/** A history that was found to lead where none may, as short as could be found, and what it leads to. */
export interface Finding {
  readonly history: History;
  readonly what: string;
}

/** How many histories are tried to shorten one, unless somebody waits for it. */
const MOST_TRIES = 1500;

/** The shortest known history to the same violation as a history that was found, as far as there is time to look for it. */
export async function minimised(
  players: Players,
  found: History,
  { what, after }: NonNullable<Ran['violation']>,
  isOver: IsOver = async () => false,
  most = MOST_TRIES,
): Promise<Finding> {
  const kind = kindOf(what);
  let last = what;
  const fails = async (shorter: History): Promise<boolean> => {
    if (await isOver()) return false;
    const { violation } = await play(players, shorter);
    if (violation === null || kindOf(violation.what) !== kind) return false;
    last = violation.what;
    return true;
  };
  const history = await shrunk({ ...found, steps: found.steps.slice(0, after) }, fails, most);
  return { history, what: last };
}

/** A violation without the names and numbers of the one history. */
function kindOf(what: string): string {
  return what.replace(/\b[0-9a-f]{8}\b|\d+/g, '#');
}
