import fs from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** What was typed cannot be meant; the message says what can. */
export class Mistake extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;

export const SIZES = ['quick', 'usual', 'long'] as const;

/** What every layer is told. */
export const COMMON_OPTIONS = {
  size: { type: 'string', default: 'usual' },
  minutes: { type: 'string' },
  record: { type: 'string' },
  defect: { type: 'string' },
  'put-in': { type: 'string' },
} as const satisfies Options;

/** The options in the arguments. @throws Mistake for one that there is not, one without its value, or anything else beside them */
export function readOptions<T extends Options>(options: T, args: readonly string[]) {
  try {
    return parseArgs({ options, args: [...args], strict: true }).values;
  } catch (error) {
    if (!(error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')))
      throw error;
    const [what = ''] = error.message.split(/\. To specify|\n/);
    const names = Object.keys(options).filter((name) => name !== 'defect');
    throw new Mistake(
      `${what.replace(/^./, (first) => first.toLowerCase())}; there are: ${names.map((name) => `--${name}`).join(', ')}`,
    );
  }
}

/** How to run a layer, with the defect that it was made with. */
export function commandFor(layer: string, defect: string | undefined): string {
  return `npm run prove -- --layer ${layer}${defect === undefined ? '' : ` --put-in ${JSON.stringify(defect)}`}`;
}

/** The one of the names that is wanted. @throws Mistake when it is none of them */
export function oneOf<T extends string>(what: string, wanted: string, names: readonly T[]): T {
  const found = names.find((name) => name === wanted);
  if (found !== undefined) return found;
  throw new Mistake(`there is no ${what} ${JSON.stringify(wanted)}; there are: ${names.map(typed).join(', ')}`);
}

/** As it is typed at a command line. */
function typed(name: string): string {
  return /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
}

/** As `oneOf`, of several; undefined when nothing in particular is wanted. */
export function someOf<T extends string>(
  what: string,
  wanted: readonly string[] | undefined,
  names: readonly T[],
): readonly T[] | undefined {
  return wanted?.map((one) => oneOf(what, one, names));
}

/** A whole number, 0 or more; undefined when none was given. @throws Mistake */
export function wholeNumber(option: string, text: string): number;
export function wholeNumber(option: string, text: string | undefined): number | undefined;
export function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new Mistake(`--${option} takes a whole number, such as 7, not ${JSON.stringify(text)}`);
  return Number(text);
}

/** A number above 0, parts of one as well. @throws Mistake */
export function positiveNumber(option: string, text: string): number {
  const count = Number(text);
  if (count > 0 && Number.isFinite(count)) return count;
  throw new Mistake(`--${option} takes a number above 0, not ${JSON.stringify(text)}`);
}

/** When that many minutes are over, in milliseconds; never when none were given. @throws Mistake */
export function endAfter(minutes: string | undefined, now: number): number {
  return minutes === undefined ? Number.POSITIVE_INFINITY : now + positiveNumber('minutes', minutes) * 60_000;
}

/** Makes sure, before anything is worked out, that lines can be added to a file. @throws Mistake */
export function checkRecord(file: string | undefined): void {
  if (file === undefined) return;
  try {
    fs.appendFileSync(file, '');
  } catch (error) {
    throw new Mistake(`--record ${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What was read; a mistake ends the program with exit code 2 and one line that says what it is. */
export async function orEnd<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    fs.writeSync(2, `prove: ${error.message}\n`);
    process.exit(2);
  }
}
