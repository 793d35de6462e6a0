import type { Command } from 'commander';
import { withCentral } from '../../open-central.ts';
import { collect, parseFirm } from '../../parse-arguments.ts';
import { quoted } from '../../printable.ts';
import type { CommandContext } from '../../run-ferry.ts';

const INIT_EXAMPLES = `
The keys of the firms are kept encrypted; FERRY_PASSPHRASE in the environment opens them, here and later.

Examples:
  ferry central init vendor --firm 6000010:"Example Automation"`;

/** `ferry central init` */
export function registerInit(central: Command, context: CommandContext): void {
  central
    .command('init')
    .description('Makes a License Central in a folder, with one or more firms.')
    .argument('<DIR>', 'new or empty folder')
    .requiredOption('--firm <CODE:NAME>', 'Firm Code and name; may be repeated', collect)
    .addHelpText('after', INIT_EXAMPLES)
    .action(async (folder: string, options: { firm: readonly string[] }) => {
      const firms = options.firm.map(parseFirm);
      await withCentral(context, folder, async () => undefined, firms);
      context.output.line(`License Central was made in ${folder}, under the TEST root: for simulation only.`);
      for (const { firmCode, name } of firms) context.output.line(`  Firm Item ${firmCode} ${name}`);
      context.output.note(
        `Grant licenses with: ferry central issue ${quoted(folder)} --to ADDRESS --item FIRM:PRODUCTxN`,
      );
      context.output.json({ address: `central:${folder}`, firms });
    });
}
