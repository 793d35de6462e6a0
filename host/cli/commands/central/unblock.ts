import type { Command } from 'commander';
import type { FarBank } from '../../addresses.ts';
import { writeUpdates } from '../../ferry-files.adapter.ts';
import { firmOf, firmOption, withCentral } from '../../open-central.ts';
import { checkOutput } from '../../output-place.adapter.ts';
import { parseNumber } from '../../parse-arguments.ts';
import { quoted } from '../../printable.ts';
import type { CommandContext } from '../../run-ferry.ts';

const EXAMPLES = `
The PIN stays what it is and is shown to nobody. Any vendor whose certificate the container accepts may do this.

Examples:
  ferry central unblock vendor --to 3-1234567`;

interface UnblockOptions {
  readonly to: string;
  readonly firm?: string;
  readonly output?: string;
}

/** `ferry central unblock`: gives a blocked PIN its tries back. */
export function registerUnblock(central: Command, context: CommandContext, far: FarBank): void {
  central
    .command('unblock')
    .description('Gives the PIN of a container all its tries back.')
    .argument('<DIR>', 'folder of the License Central')
    .requiredOption('--to <SERIAL>', 'serial number of the container')
    .option('--firm <CODE>', 'Firm Code, when a License Central has several')
    .option('-o, --output <PLACE>', 'where the update files go: a file or folder:DIR')
    .addHelpText('after', EXAMPLES)
    .action((folder: string, options: UnblockOptions) => unblock(far, context, folder, options));
}

async function unblock(far: FarBank, context: CommandContext, folder: string, options: UnblockOptions): Promise<void> {
  const { output } = context;
  const named = options.firm === undefined ? undefined : parseNumber(options.firm, 'Firm Code', 1);
  await checkOutput(far, options.output, 'update');
  const { target, sequence, updates, firm } = await withCentral(context, folder, async (server) => {
    const firmCode = await firmOf(server, named);
    const { target, first } = await server.unblock({ firmCode, target: options.to });
    const firm = await firmOption(server, firmCode);
    return { target, sequence: first, firm, updates: await server.updatesFor({ firmCode, target }) };
  });
  const again = `ferry central issue ${quoted(folder)} --to ${target}${firm} -o PLACE`;
  const files = writeUpdates(options.output, updates, again);
  output.line(`The PIN of ${target} gets its tries back with sequence ${sequence}, which is in transit.`);
  for (const file of files) output.line(`  ${file}`);
  output.note('Bring it: ferry apply ADDRESS FILE');
  output.json({ address: `central:${folder}`, target, sequence, files });
}
