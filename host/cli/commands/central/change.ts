import type { Command } from 'commander';
import type { ChangeOrder, ItemName, LicenseCentral } from '../../../license-central/index.ts';
import type { FarBank } from '../../addresses.ts';
import { writeUpdates } from '../../ferry-files.adapter.ts';
import { expiredLines, type LicenseOptions, licenseOf, withLicenseOptions } from '../../license-options.ts';
import { firmOption, withCentral } from '../../open-central.ts';
import { checkOutput } from '../../output-place.adapter.ts';
import { parseItem, usage } from '../../parse-arguments.ts';
import { quoted } from '../../printable.ts';
import type { CommandContext } from '../../run-ferry.ts';

const CHANGE_EXAMPLES = `
The item is named by its id or the beginning of it, as ferry list central:DIR shows it. It must be known for certain where
the item is; a context of that container, made for this vendor, tells it: ferry settle central:DIR FILE

Examples:`;

interface OutputOption {
  readonly output?: string;
}

/** `ferry central replace`, `withdraw`, `enable` and `disable`: changes of a license where it is. */
export function registerChanges(central: Command, context: CommandContext, far: FarBank): void {
  registerReplace(central, context, far);
  registerChange(central, context, far, 'withdraw', 'Takes a license back from where it is.', (server, item) =>
    server.withdrawItem(item),
  );
  registerChange(central, context, far, 'enable', 'Makes a license usable where it is.', (server, item) =>
    server.setEnabled({ ...item, enabled: true }),
  );
  registerChange(central, context, far, 'disable', 'Makes a license unusable where it is.', (server, item) =>
    server.setEnabled({ ...item, enabled: false }),
  );
}

function registerReplace(central: Command, context: CommandContext, far: FarBank): void {
  const command = central
    .command('replace')
    .description('Replaces a license where it is by a new one, for example a renewed one.')
    .argument('<DIR>', 'folder of the License Central')
    .argument('<ITEM>', 'id of the license')
    .requiredOption('--item <FIRM:PRODUCTxN>', 'what it becomes, 1 seat without xN');
  withLicenseOptions(command)
    .option('-o, --output <PLACE>', 'where the update files go: a file or folder:DIR')
    .addHelpText(
      'after',
      `${CHANGE_EXAMPLES}\n  ferry central replace vendor 5f0c21 --item 6000010:1001 --expiration 2028-12-31`,
    )
    .action(async (folder: string, id: string, options: LicenseOptions & OutputOption & { item: string }) => {
      const wanted = parseItem(options.item);
      const item = licenseOf(wanted, options);
      await change(far, context, folder, id, options.output, (server, { firmCode, itemId }) => {
        if (firmCode !== wanted.firmCode) throw usage(`The license ${id} is of Firm Item ${firmCode}`);
        return server.replaceItem({ firmCode, itemId, item });
      });
      for (const line of expiredLines(options, context.env.now())) context.output.complain(line);
    });
}

type Change = (server: LicenseCentral, item: ItemName) => Promise<ChangeOrder>;

function registerChange(
  central: Command,
  context: CommandContext,
  far: FarBank,
  name: string,
  about: string,
  order: Change,
): void {
  central
    .command(name)
    .description(about)
    .argument('<DIR>', 'folder of the License Central')
    .argument('<ITEM>', 'id of the license')
    .option('-o, --output <PLACE>', 'where the update files go: a file or folder:DIR')
    .addHelpText('after', `${CHANGE_EXAMPLES}\n  ferry central ${name} vendor 5f0c21`)
    .action((folder: string, id: string, options: OutputOption) =>
      change(far, context, folder, id, options.output, order),
    );
}

async function change(
  far: FarBank,
  context: CommandContext,
  folder: string,
  id: string,
  wanted: string | undefined,
  order: Change,
): Promise<void> {
  const { output } = context;
  await checkOutput(far, wanted, 'update');
  const { target, sequence, updates, firm } = await withCentral(context, folder, async (server) => {
    const item = await server.itemNamed(id);
    const { target, first } = await order(server, item);
    const firm = await firmOption(server, item.firmCode);
    return { target, sequence: first, firm, updates: await server.updatesFor({ firmCode: item.firmCode, target }) };
  });
  const again = `ferry central issue ${quoted(folder)} --to ${target}${firm} -o PLACE`;
  const files = writeUpdates(wanted, updates, again);
  output.line(`The change is in transit to ${target}, where the license is, as sequence ${sequence}.`);
  for (const file of files) output.line(`  ${file}`);
  output.note(
    `Bring it: ferry apply ADDRESS FILE, or ferry move --from ${quoted(`central:${folder}`)} --to ADDRESS --all${firm}`,
  );
  output.json({ address: `central:${folder}`, target, sequence, files });
}
