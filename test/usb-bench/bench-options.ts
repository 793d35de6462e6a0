import { parseArgs } from 'node:util';
import { BenchError } from './bench-error.ts';
import { CHECKS, type Check } from './checks.ts';

/** What a run of the bench is asked for. */
export interface BenchOptions {
  readonly checks: readonly Check[];
  /** A boot for each check. */
  readonly separate: boolean;
  /** Guests at a time; undefined: as many as there is room for. */
  readonly guests: number | undefined;
  /** Asks the distribution for a newer kernel. */
  readonly update: boolean;
  /** How often a dongle is attached again. */
  readonly cycles: number;
  /** Folder for everything that came out; undefined: only what came out of a run that failed is kept, in the cache. */
  readonly out: string | undefined;
}

const MOST_CYCLES = 1000;
const MOST_GUESTS = 16;

function listOf(about: Check['about']): string {
  return CHECKS.filter((check) => check.about === about)
    .map(({ name, shows }) => `  ${name.padEnd(20)}${shows}`)
    .join('\n');
}

export const HELP = `Usage: npm run usb-bench -- [options] [CHECK ...]

Starts computers in QEMU, with the distribution's kernel and the program as built, and checks USB there.
Without names: every check of USB, or with --sticks of devices that take in memory sticks. Each says what it needs when that is
missing; none is left out.

USB:
${listOf('usb')}

Memory sticks:
${listOf('sticks')}

  --sticks            every check of memory sticks
  --guests N          computers at a time, among which the checks are spread; 2 where there is room for them
  --separate          a boot for each check
  --cycles N          how often a dongle is plugged in and out again in \`replug\`; 50
  --out FOLDER        keeps results, logs of kernel and programs, and the USB traffic there (usb.pcap)
  --update            asks the distribution for a newer kernel
  --help              this text

FERRY_USB_BENCH_CACHE names the folder for what can be made again; otherwise it is below the cache folder of the user.
Ends with 1 when a claim does not hold, 2 when it cannot begin, 3 when the bench itself has no answer.
`;

/**
 * Reads the command line.
 *
 * @returns undefined when only the help is asked for
 * @throws BenchError about what cannot be meant
 */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const cycles = numberIn('cycles', values.cycles, MOST_CYCLES) ?? 50;
  const guests = numberIn('guests', values.guests, MOST_GUESTS);
  if (values.sticks && positionals.length > 0)
    throw new BenchError('cannotBegin', '--sticks means all checks of memory sticks: no names go with it');
  const unknown = positionals.find((name) => CHECKS.every((check) => check.name !== name));
  if (unknown !== undefined)
    throw new BenchError(
      'cannotBegin',
      `there is no check ${unknown}; there are: ${CHECKS.map(({ name }) => name).join(', ')}`,
    );
  return {
    checks: CHECKS.filter(({ name, about }) =>
      positionals.length === 0 ? about === (values.sticks ? 'sticks' : 'usb') : positionals.includes(name),
    ),
    separate: values.separate ?? false,
    guests,
    update: values.update ?? false,
    cycles,
    out: values.out,
  };
}

function numberIn(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new BenchError('cannotBegin', `--${name} takes a number from 1 to ${most}, not ${text}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        sticks: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        separate: { type: 'boolean' },
        guests: { type: 'string' },
        update: { type: 'boolean' },
        cycles: { type: 'string' },
        out: { type: 'string' },
      },
    });
  } catch (error) {
    throw new BenchError('cannotBegin', error instanceof Error ? error.message : String(error));
  }
}
