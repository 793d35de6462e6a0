import type { Command } from 'commander';
import { parseSerialNumber } from '../../../../container/model/serial-number.ts';
import type { LicenseCentral } from '../../../license-central/index.ts';
import { CONTAINER_SCHEMES, type FarBank, isAddress, withContainer } from '../../addresses.ts';
import { readFerryFile, writeUpdates } from '../../ferry-files.adapter.ts';
import { type LicenseOptions, licenseOf, withLicenseOptions } from '../../license-options.ts';
import { withCentral } from '../../open-central.ts';
import { checkOutput } from '../../output-place.adapter.ts';
import { collect, parseItem, usage } from '../../parse-arguments.ts';
import { quoted } from '../../printable.ts';
import type { CommandContext } from '../../run-ferry.ts';

const ISSUE_EXAMPLES = `
TARGET is the serial number of a container that is known here, or what makes it known: its address or its context file.
Every call grants anew, except with an --order that was carried out before. Without --item it writes the update files of
what is in transit again, or of the lists of revocations alone.

Examples:
  ferry central issue vendor --to sim:dongle --item 6000010:1001x5 --text "Controller runtime"
  ferry central issue vendor --to 3-1234567 --item 6000010:1002 --expiration 2027-12-31 --transfer none --order PO-4711
  ferry central issue vendor --to 3-1234567 -o folder:stick`;

interface IssueOptions extends LicenseOptions {
  readonly to: string;
  readonly item?: readonly string[];
  readonly order?: string;
  readonly output?: string;
}

/** `ferry central issue` */
export function registerIssue(central: Command, context: CommandContext, far: FarBank): void {
  const command = central
    .command('issue')
    .description('Grants licenses to a container and writes the update files.')
    .argument('<DIR>', 'folder of the License Central')
    .requiredOption('--to <TARGET>', 'serial number, address or context file of the container')
    .option('--item <FIRM:PRODUCTxN>', 'what to grant; may be repeated', collect)
    .option('--order <NAME>', 'name of the order; one of that name is carried out once');
  withLicenseOptions(command)
    .option('-o, --output <PLACE>', 'where the update files go: a file or folder:DIR')
    .addHelpText('after', ISSUE_EXAMPLES)
    .action((folder: string, options: IssueOptions) => issue(far, context, folder, options));
}

async function issue(far: FarBank, context: CommandContext, folder: string, options: IssueOptions): Promise<void> {
  const items = (options.item ?? []).map(parseItem);
  const licenses = items.map((item) => licenseOf(item, options));
  const firms = [...new Set(items.map(({ firmCode }) => firmCode))];
  if (firms.length > 1) throw usage('All items of one order are of one Firm Item');
  const { output } = context;
  await checkOutput(far, options.output, 'update');
  const report = await withCentral(context, folder, async (server) => {
    const several = (await server.firms()).length > 1;
    const target = await targetOf(server, far, options.to);
    const [firmCode] = firms;
    if (firmCode === undefined) return { target, granted: [], several, updates: await allUpdates(server, target) };
    const order = { firmCode, target, items: licenses };
    const granted = await server.grantItems(options.order === undefined ? order : { ...order, name: options.order });
    return { target, granted: [granted], several, updates: await server.updatesFor({ firmCode, target }) };
  });
  const again = `ferry central issue ${quoted(folder)} --to ${report.target} -o PLACE`;
  const files = writeUpdates(options.output, report.updates, again);
  const [granted] = report.granted;
  if (granted !== undefined)
    output.line(
      `${granted.itemIds.length} license(s) ${granted.repeated ? 'had been granted' : 'granted'} to ${report.target}, in transit as ${granted.first} to ${granted.last}.`,
    );
  for (const file of files) output.line(`  ${file}`);
  const firm = report.several ? ` --firm ${firms[0] ?? 'CODE'}` : '';
  output.note(
    `Bring them: ferry apply ADDRESS FILE, or ferry move --from ${quoted(`central:${folder}`)} --to ADDRESS --all${firm}`,
  );
  output.json({ address: `central:${folder}`, target: report.target, granted: granted ?? null, files });
}

/** Makes the target known here, where what was given can do that, and says its serial number. */
async function targetOf(server: LicenseCentral, far: FarBank, text: string): Promise<string> {
  if (/^\d+-\d+$/.test(text)) return parseSerialNumber(text);
  if (!isAddress(text, CONTAINER_SCHEMES)) return (await server.receiveContext(readFerryFile(text))).serial;
  const { certificate } = await withContainer(far, text, (client) => client.call('list', {}));
  if (certificate === null) throw usage(`${text} has no certificate yet`);
  return (await server.addContainer(certificate)).serial;
}

/**
 * The files of every firm that has something in transit to the target, a list to bring, or the time that it was asked for.
 *
 * @throws USAGE_WRONG when none has
 */
async function allUpdates(server: LicenseCentral, target: string): Promise<Uint8Array[]> {
  const updates: Uint8Array[] = [];
  const lists = await server.revocations();
  const asked = await server.askedForTime(target);
  for (const { firmCode } of await server.firms()) {
    const open = (await server.transit(firmCode)).some(({ serial }) => serial === target);
    const hasList = lists.some((list) => list.firmCode === null || list.firmCode === firmCode);
    if (open || hasList || asked.includes(firmCode)) updates.push(...(await server.updatesFor({ firmCode, target })));
  }
  if (updates.length === 0) throw usage(`Nothing is in transit to ${target}: name with --item what to grant`);
  return updates;
}
