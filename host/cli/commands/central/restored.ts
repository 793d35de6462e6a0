import type { Command } from 'commander';
import { firmOf, firmOption, withCentral } from '../../open-central.ts';
import { parseNumber } from '../../parse-arguments.ts';
import { quoted } from '../../printable.ts';
import type { CommandContext } from '../../run-ferry.ts';

const EXAMPLES = `
Give it once after every restoring from a backup, best before anything else, and for each firm. What was granted after the backup
is forgotten, and may have been applied. So each container gets something again only after a fresh context of it was brought:
ferry context ADDRESS --for central:DIR, with --firm where there are several, then ferry settle central:DIR FILE. A move from the
License Central does both by itself.
ferry list central:DIR shows the licenses that were forgotten, and the grants of which it is not known whether they were applied.

Examples:
  ferry central restored vendor --firm 6000010`;

/** `ferry central restored`: goes on after the folder was restored from a backup. */
export function registerRestored(central: Command, context: CommandContext): void {
  central
    .command('restored')
    .description('Says that the folder was restored from a backup, and goes on from there.')
    .argument('<DIR>', 'folder of the License Central')
    .option('--firm <CODE>', 'Firm Code, when a License Central has several')
    .addHelpText('after', EXAMPLES)
    .action((folder: string, options: { firm?: string }) => restored(context, folder, options.firm));
}

async function restored(context: CommandContext, folder: string, firm: string | undefined): Promise<void> {
  const { output } = context;
  const named = firm === undefined ? undefined : parseNumber(firm, 'Firm Code', 1);
  const { firmCode, option } = await withCentral(context, folder, async (server) => {
    const code = await firmOf(server, named);
    await server.restored(code);
    return { firmCode: code, option: await firmOption(server, code) };
  });
  const address = `central:${folder}`;
  output.line(`Firm ${firmCode} goes on. Each container gets something of it again after a fresh context was brought.`);
  const to = quoted(address);
  output.note(`Bring it: ferry context ADDRESS --for ${to}${option}, then ferry settle ${to} FILE`);
  output.json({ address, firmCode });
}
