import type { Command } from 'commander';
import type { WriteOffPlan } from '../../../license-central/index.ts';
import type { FarBank } from '../../addresses.ts';
import { writeUpdates } from '../../ferry-files.adapter.ts';
import { firmOf, firmOption, withCentral } from '../../open-central.ts';
import type { Output } from '../../output.ts';
import { checkOutput } from '../../output-place.adapter.ts';
import { parseNumber } from '../../parse-arguments.ts';
import { quoted } from '../../printable.ts';
import type { CommandContext } from '../../run-ferry.ts';

const EXAMPLES = `
For a target that will never send its receipt: what is in transit to it goes back to the container that gave it. If the target is
not lost and has applied it, or ever does, the licenses are there twice: a duplicate, which the vendor accepts by this. It is shown
as one when the target is next met. ferry list ADDRESS of the giver shows what is in transit and its sequences.
A target that is not known here becomes so by a fresh context of the giver; or its key names it, which ferry list --json shows.

Examples:
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
    .requiredOption('--from <SERIAL>', 'serial number of the container that gave')
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
  const { from, target } = options;
  const through = parseNumber(options.through, 'sequence', 1);
  const address = `central:${folder}`;
  await checkOutput(far, options.output, 'update');
  if (options.dryRun === true) {
    const plan = await withCentral(context, folder, async (server) =>
      server.planWriteOff({ firmCode: await firmOf(server, named), from, target, through }),
    );
    output.line('Nothing was done. It would mean:');
    explain(context, plan);
    output.json({ address, dryRun: true, ...plan });
    return;
  }
  const { done, updates, firm } = await withCentral(context, folder, async (server) => {
    const firmCode = await firmOf(server, named);
    const done = await server.writeOff({ firmCode, from, target, through });
    const firm = await firmOption(server, firmCode);
    return { done, firm, updates: await server.updatesFor({ firmCode, target: done.from }) };
  });
  const again = `ferry central issue ${quoted(folder)} --to ${done.from}${firm} -o PLACE`;
  const files = writeUpdates(options.output, updates, again);
  output.line(`The write-off is in transit to ${done.from}, as ${done.sequence}. It means:`);
  explain(context, done);
  for (const file of files) output.line(`  ${file}`);
  if (!done.isListed) complainOfFullList(output, done);
  output.note('Bring it: ferry apply ADDRESS FILE');
  output.json({ address, dryRun: false, ...done, files });
}

function explain({ output }: CommandContext, { from, target, targetSerial, after, through }: WriteOffPlan): void {
  const lost = targetSerial ?? `key ${target.slice(0, 16)}`;
  const range = `sequences ${after + 1} to ${through}`;
  output.line(`  ${from} holds again what is in transit to ${lost} (${range}) once it has applied the update.`);
  output.line(`  ${from} refuses it where it gave less: \`ferry list\` of it shows the sequences in transit.`);
  output.line(
    `  What ${lost} passes on of this firm is refused by ${from} for good, and wherever the firm's list has come.`,
  );
  output.line(`  So what ${lost} is given from now on, it cannot give back.`);
  output.line(`  If ${lost} is not lost and has applied it, it is there twice: a duplicate that you accept.`);
  output.line('  It is shown as such when a context of it is next settled here.');
}

function complainOfFullList(output: Output, { from, target, targetSerial }: WriteOffPlan): void {
  const lost = targetSerial ?? `the container with key ${target.slice(0, 16)}`;
  output.complain(`The list of the firm is full: ${lost} is not on it, so only ${from} refuses what it passes on.`);
  output.complain('  Take those off that are long gone, then put it on: ferry central revoked, ferry central revoke.');
}
