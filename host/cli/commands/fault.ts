import type { Command } from 'commander';
import { wrongAddress } from '../../../carriers/address.ts';
import { FerryError } from '../../../container/errors.ts';
import {
  CONTAINER_SCHEMES,
  type FarBank,
  type FaultAnswer,
  type FaultRequest,
  isAddress,
  parseAddress,
} from '../addresses.ts';
import { faultsIn } from '../fault-script.ts';
import { namingOtherKind, type OtherKind } from '../other-kind.ts';
import { parseNumber, usage } from '../parse-arguments.ts';
import { quoted } from '../printable.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

const HELP = `
The dongle is one that is served: ferry dongle serve DIR --usbip. FAULT is one of these, now or, with MOMENT behind it, then:

  unplug
  plug
  drop N reports|transfers, or drop 1 in N reports|transfers [seed N]
  delay N reports|transfers by TIME,
    or delay 1 in N reports|transfers [seed N] by TIME
  corrupt N reports|transfers, or corrupt 1 in N reports|transfers [seed N]
  busy TIME
  slow flash TIME
  cut power
  full memory
  list                     what is set; so does no FAULT at all
  clear [NUMBER]           takes all faults away, or that one of the list

MOMENT: at TIME | at report N | at sector N | at flash N. Reports carry commands, transfers and sectors the disk, and flash is a page that
is programmed or a sector that is erased; they count from the moment at which the fault is set. TIME has ms or s behind it, such as 50ms or 2.5s.

A script has one of them a line, such as "at 2.5s unplug" or "after report 70 cut power"; what follows # is for people. It is read
whole before anything of it strikes.

Examples:
  ferry dongle fault dongle unplug at report 70
  ferry dongle fault dongle plug
  ferry dongle fault dongle drop 1 in 50 reports seed 7
  ferry dongle fault dongle --script faults.txt
  ferry dongle fault dongle list`;

/** `ferry dongle fault`. To be registered after `create`, which makes the family. */
export function faultCommand(far: FarBank): Register {
  return (program, context) => {
    const family = program.commands.find((command) => command.name() === 'dongle') ?? program.command('dongle');
    addFault(family, far, context);
  };
}

function addFault(family: Command, far: FarBank, context: CommandContext): void {
  family
    .command('fault')
    .description('Has something go wrong with a dongle that is served by USB/IP.')
    .argument('<DIR>', 'folder of the dongle, or sim:DIR')
    .argument('[FAULT...]', 'what goes wrong, and when')
    .option('--script <FILE>', 'a time line of faults, one a line')
    .addHelpText('after', HELP)
    .action(async (dir: string, words: readonly string[], { script }: { readonly script?: string }) => {
      if (/^[a-z][a-z0-9+.-]*:\/\//i.test(dir) || isAddress(dir, ELSEWHERE))
        throw wrongAddress(dir, 'faults are set through the folder of a dongle that is served', ['DIR', 'sim:DIR']);
      const folder = dir.startsWith('sim:') ? parseAddress(dir, ['sim']).folder : dir;
      if (script !== undefined && words.length > 0) throw usage('A fault is given, or --script: not both');
      const request = script === undefined ? await requestIn(far, words) : await scriptIn(far, script);
      const door = await far.dongle();
      const answer = await namingOtherKind(folder, otherKind(far), async () => {
        if (!door.is(folder)) throw new FerryError('NO_CONTAINER', { where: folder });
        return door.askAboutFaults(folder, request);
      });
      show(context, dir, request, answer);
    });
}

/** Addresses at which a container is, and no folder. */
const ELSEWHERE = CONTAINER_SCHEMES.filter((scheme) => scheme !== 'sim');

/** Only dongles have faults. */
function otherKind(far: FarBank): OtherKind {
  const instead = 'the folder of a dongle that is served with --usbip';
  return { door: () => far.device(), found: 'device', expected: 'dongle', instead };
}

async function scriptIn(far: FarBank, file: string): Promise<FaultRequest> {
  return { ask: 'set', faults: await faultsIn(far, file) };
}

async function requestIn(far: FarBank, words: readonly string[]): Promise<FaultRequest> {
  const [first, second, ...more] = words;
  if (first === undefined || (first === 'list' && second === undefined)) return { ask: 'list' };
  if (first === 'clear' && more.length === 0)
    return { ask: 'clear', ...(second === undefined ? {} : { id: parseNumber(second, 'number of a fault', 1) }) };
  const text = words.join(' ');
  const read = await (await far.dongle()).readFaults(text);
  if ('wrong' in read) throw usage(`"${text}" is no fault: ${read.wrong.why}`);
  if (read.faults.length !== 1) throw usage('One fault is set at a time; several are those of a --script');
  return { ask: 'set', faults: [...read.faults] };
}

function show({ output }: CommandContext, dir: string, request: FaultRequest, answer: FaultAnswer): void {
  if (!answer.ok) throw usage(`The program that serves the dongle refuses: ${answer.why}`);
  const { isPluggedIn, awaited, cleared, faults } = answer;
  if (request.ask === 'set') for (const said of sayDone(request.faults, answer)) output.line(said);
  if (request.ask === 'clear' && request.id !== undefined && cleared === 0)
    throw usage(`No fault has the number ${request.id}; what is set: ferry dongle fault ${quoted(dir)} list`);
  if (request.ask === 'clear') output.line(`Faults taken away: ${cleared}.`);
  if (request.ask === 'list') {
    const cells = faults.map(({ id, fault, state, left }) => [id, fault, state, left ?? '']);
    if (cells.length > 0) output.table(['Number', 'Fault', 'State', 'Left'], cells);
    output.line(`Result: ${faults.length} fault(s) set; the dongle ${standing(isPluggedIn, awaited)}.`);
  } else if (!isPluggedIn) output.note(`It is unplugged until: ferry dongle fault ${quoted(dir)} plug`);
  output.json({ isPluggedIn, awaited, cleared, faults });
}

function standing(isPluggedIn: boolean, awaited: string | null): string {
  if (!isPluggedIn) return 'is unplugged';
  return awaited === null ? 'is plugged in' : `waits for ${awaited} to be plugged in`;
}

/** What is so already is not set. */
function sayDone(set: readonly string[], { wasPluggedIn }: Extract<FaultAnswer, { readonly ok: true }>): string[] {
  if (set.length === 1 && set[0] === 'plug' && wasPluggedIn) return ['It is plugged in already.'];
  if (set.length === 1 && set[0] === 'unplug' && !wasPluggedIn) return ['It is unplugged already.'];
  return set.map((fault) => `Set: ${fault}`);
}
