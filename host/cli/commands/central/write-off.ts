import type { Command } from 'commander';
import { FerryError } from '../../../../container/errors.ts';
import { isoDate } from '../../../../container/model/time.ts';
import type { NamedSeats, WriteOffPlan } from '../../../license-central/index.ts';
import type { FarBank } from '../../addresses.ts';
import { writeUpdates } from '../../ferry-files.adapter.ts';
import { firmOf, firmOption, withCentral } from '../../open-central.ts';
import { type Output, styled } from '../../output.ts';
import { checkOutput } from '../../output-place.adapter.ts';
import { parseNumber } from '../../parse-arguments.ts';
import { quoted } from '../../printable.ts';
import { seatsText as productsText } from '../../product-seats.ts';
import type { CommandContext } from '../../run-ferry.ts';
import { namedGiver, type ShownTransit } from './shown-transit.ts';

const EXAMPLES = `
For a target that will never send its receipt: what is in transit to it goes back to the container that gave it. If the target is
not lost and has applied it, or ever does, the licenses are there twice: a duplicate, which the vendor accepts by this. It is shown
as one when the target is next met. The target comes on the list of the firm at once. What is in transit is held against a fresh
context of the giver, which is settled first; ferry list ADDRESS of the giver shows to whom it is in transit, and the sequences.
Named by its address, the giver is asked itself, and the sequence is held against what it shows.
A target that is not known here becomes so by that context; where it has no room for all, the key of the target names it, which
ferry list --json shows. Where nothing is in transit, there is nothing to write off: see ferry central revoke.

Examples:
  ferry central write-off vendor --from sim:dongle --target 130-2459324738 --through 4 --dry-run
  ferry central write-off vendor --from 3-1234567 --target 130-2459324738 --through 4 --dry-run
  ferry central write-off vendor --from 3-1234567 --target 130-2459324738 --through 4 -o folder:stick`;

interface WriteOffOptions {
  readonly from: string;
  readonly target: string;
  readonly through: string;
  readonly firm?: string;
  readonly dryRun?: boolean;
  readonly output?: string;
}

/** `ferry central write-off`: gives a lost target up. */
export function registerWriteOff(central: Command, context: CommandContext, far: FarBank): void {
  central
    .command('write-off')
    .description('Gives a lost target up: what is in transit to it goes back to its giver.')
    .argument('<DIR>', 'folder of the License Central')
    .requiredOption('--from <GIVER>', 'serial number of the container that gave, or its address')
    .requiredOption('--target <SERIAL>', 'serial number or key of the lost container')
    .requiredOption('--through <N>', 'last sequence that is given up')
    .option('--firm <CODE>', 'Firm Code, when a License Central has several')
    .option('--dry-run', 'only say what it would mean')
    .option('-o, --output <PLACE>', 'where the update files for the giver go: a file or folder:DIR')
    .addHelpText('after', EXAMPLES)
    .action((folder: string, options: WriteOffOptions) => writeOff(far, context, folder, options));
}

async function writeOff(
  far: FarBank,
  context: CommandContext,
  folder: string,
  options: WriteOffOptions,
): Promise<void> {
  const { output } = context;
  const named = options.firm === undefined ? undefined : parseNumber(options.firm, 'Firm Code', 1);
  const { target } = options;
  if (/^(central:.*|\d+)$/.test(options.from)) throw new FerryError('WRITE_OFF_OWN', { target });
  const through = parseNumber(options.through, 'sequence', 1);
  const address = `central:${folder}`;
  await checkOutput(far, options.output, 'update');
  if (options.dryRun === true) {
    const { plan, firmCode, shown } = await withCentral(context, folder, async (server) => {
      const firmCode = await firmOf(server, named);
      const { serial: from, shown } = await namedGiver(far, options.from, { firmCode, target, through });
      return { firmCode, shown, plan: await server.planWriteOff({ firmCode, from, target, through }) };
    });
    output.line('Nothing was done. It would mean, for good:');
    explain(context, firmCode, plan, shown);
    output.json({ address, dryRun: true, ...plan, shown });
    return;
  }
  const { done, updates, firm, firmCode, shown } = await withCentral(context, folder, async (server) => {
    const firmCode = await firmOf(server, named);
    const { serial: from, shown } = await namedGiver(far, options.from, { firmCode, target, through });
    const done = await server.writeOff({ firmCode, from, target, through });
    const firm = await firmOption(server, firmCode);
    return { done, firm, firmCode, shown, updates: await server.updatesFor({ firmCode, target: done.from }) };
  });
  const again = `ferry central issue ${quoted(folder)} --to ${done.from}${firm} -o PLACE`;
  const files = writeUpdates(options.output, updates, again);
  output.line(`The write-off is in transit to ${done.from}, as ${done.sequence}. It means, for good:`);
  explain(context, firmCode, done, shown);
  for (const file of files) output.line(`  ${file}`);
  if (!done.isListed) complainOfFullList(output, done);
  output.note('Bring it: ferry apply ADDRESS FILE');
  output.json({ address, dryRun: false, ...done, shown, files });
}

function explain({ output }: CommandContext, firmCode: number, plan: WriteOffPlan, shown: ShownTransit | null): void {
  const { from, target, targetSerial, after, through, applied } = plan;
  const lost = targetSerial ?? `key ${target.slice(0, 16)}`;
  const settled = after === 0 ? '' : ` (up to ${after} it is settled and stays so)`;
  output.line(`  ${from} holds again what is in transit to ${lost}, up to sequence ${through}${settled},`);
  output.line('  once it has applied the update. From then on nothing takes that back.');
  showTold(output, firmCode, plan, lost);
  showTested(output, plan, lost, shown);
  output.line(
    `  ${lost} comes on the list of firm ${firmCode} at once: what it passes on of this firm is refused where the`,
  );
  output.line(`  list has come. ${from} refuses it for good, also when the list lets it go again: so what ${lost}`);
  output.line('  is given from now on, it cannot give back there.');
  for (const seats of applied)
    output.line(
      styled('yellow', `  ${lost} told that it has ${seatsText(firmCode, seats)} of it: they will be there twice.`),
    );
  output.line(
    `  If ${lost} is not lost and has applied it, or ever does, it is there twice: a duplicate that you accept.`,
  );
  output.line('  It is shown as such once it has told, and so have all others that have seats of the license.');
}

/** What is known of what comes back, and how old that is. */
function showTold(output: Output, firmCode: number, plan: WriteOffPlan, lost: string): void {
  const { from, heardAt, whole, inTransit, targetHeardAt } = plan;
  output.line(`  As ${from} told on ${isoDate(heardAt)}, this is in transit, not said to whom:`);
  for (const seats of inTransit) output.line(`    ${seatsText(firmCode, seats)}`);
  if (inTransit.length === 0) output.line('    nothing');
  if (!whole) output.line('    It could not tell all: what more there is, is not known here.');
  output.line(
    targetHeardAt === null
      ? `  ${lost} was never heard of here by itself.`
      : `  ${lost} itself was heard of last on ${isoDate(targetHeardAt)}.`,
  );
}

/** Whether the last sequence that is given up is right: only the giver knows that. */
function showTested(output: Output, { from, through }: WriteOffPlan, lost: string, shown: ShownTransit | null): void {
  if (shown !== null) {
    const { sequences, seats } = shown;
    const by = `${sequences.length === 1 ? 'sequence' : 'sequences'} ${sequences.join(', ')}`;
    output.line(`  ${from} itself shows now in transit to ${lost}: ${productsText(seats)}, ${by}.`);
    return;
  }
  output.line(`  Whether ${through} is right was not tested: one that it never gave makes ${from} refuse all of this.`);
  output.line('  `ferry list` of it shows to whom it gave, and by which sequences; --from ADDRESS asks it for that.');
}

function seatsText(firmCode: number, { itemId, quantity, productCode, text }: NamedSeats): string {
  const product = productCode === null ? `license ${itemId.slice(0, 12)}` : `${firmCode}:${productCode}`;
  return `${quantity} of ${product}${text === null || text === '' ? '' : ` ${text}`}`;
}

function complainOfFullList(output: Output, { from, target, targetSerial }: WriteOffPlan): void {
  const lost = targetSerial ?? `the container with key ${target.slice(0, 16)}`;
  output.complain(`The list of the firm is full: ${lost} is not on it, so only ${from} refuses what it passes on.`);
  output.complain('  Take those off that are long gone, then put it on: ferry central revoked, ferry central revoke.');
}
