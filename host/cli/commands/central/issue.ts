import type { Command } from 'commander';
import { explain, FerryError } from '../../../../container/errors.ts';
import { parseSerialNumber } from '../../../../container/model/serial-number.ts';
import type { LicenseCentral } from '../../../license-central/index.ts';
import { namingAddressee } from '../../addressee.ts';
import { CONTAINER_SCHEMES, type FarBank, isAddress, withContainer } from '../../addresses.ts';
import { readFerryFile, writeUpdates } from '../../ferry-files.adapter.ts';
import { expiredLines, type LicenseOptions, licenseOf, withLicenseOptions } from '../../license-options.ts';
import { namingFile } from '../../naming-file.ts';
import { firmOf, withCentral } from '../../open-central.ts';
import { checkOutput } from '../../output-place.adapter.ts';
import { collect, parseItem, parseNumber, usage } from '../../parse-arguments.ts';
import { quoted } from '../../printable.ts';
import type { CommandContext } from '../../run-ferry.ts';
import { exitOfUnreached } from '../../unreached.ts';
import { broughtBy, broughtText, isTimeAlone } from './brought.ts';
import { complainOfLeftOut, complainOfWithdrawn } from './complaints.ts';
import { listsLeftOut, type UpdatesOfFirms, updatesOfFirms } from './updates-of-firms.ts';

const ISSUE_EXAMPLES = `
TARGET is the serial number of a container that is known here, or what makes it known: its address or its context file.
All items of one call are of one firm. Every call grants anew, except with an --order that was carried out before. Without
--item it writes the update files of what is in transit again, for every firm that can, and of lists of revocations and the
certified time alone, for those that have dealt with the target, or for the one that --firm names. Certified time answers the
newest context that was brought. Exit code 6: of some firms nothing was written, and it is said why. For many containers at once:
ferry central export --help

Examples:
  ferry central issue vendor --to sim:dongle --item 6000010:1001x5 --text "Controller runtime"
  ferry central issue vendor --to 3-1234567 --item 6000010:1002 --expiration 2027-12-31 --transfer none --order PO-4711
  ferry central issue vendor --to 3-1234567 -o folder:stick
  ferry central issue vendor --to 3-1234567 --firm 6000010 -o folder:stick`;

interface IssueOptions extends LicenseOptions {
  readonly to: string;
  readonly item?: readonly string[];
  readonly order?: string;
  readonly firm?: string;
  readonly output?: string;
}

/** `ferry central issue` */
export function registerIssue(central: Command, context: CommandContext, far: FarBank): void {
  const command = central
    .command('issue')
    .description('Grants licenses to a container and writes the update files.')
    .argument('<DIR>', 'folder of the License Central')
    .requiredOption('--to <TARGET>', 'serial number, address or context file of the container')
    .option('--item <FIRM:PRODUCTxN>', 'what to grant, 1 seat without xN; may be repeated', collect)
    .option('--order <NAME>', 'name of the order; one of that name is carried out once')
    .option('--firm <CODE>', 'only the files of this Firm Code, when a License Central has several');
  withLicenseOptions(command)
    .option('-o, --output <PLACE>', 'where the update files go: a file or folder:DIR')
    .addHelpText('after', ISSUE_EXAMPLES)
    .action((folder: string, options: IssueOptions) => issue(far, context, folder, options));
}

async function issue(far: FarBank, context: CommandContext, folder: string, options: IssueOptions): Promise<void> {
  const items = (options.item ?? []).map(parseItem);
  const licenses = items.map((item) => licenseOf(item, options));
  const ordered = firmOfOrder(items, options.firm);
  const { output } = context;
  await checkOutput(far, options.output, 'update');
  const { target, several, granted, made, brought } = await withCentral(context, folder, async (server) => {
    const several = (await server.firms()).length > 1;
    const firmCode = ordered === undefined ? undefined : await firmOf(server, ordered);
    const target = await targetOf(server, far, options.to);
    if (firmCode === undefined || licenses.length === 0) {
      const made = await filesOf(server, target, firmCode, folder);
      return { target, several, granted: null, made, brought: await broughtBy(server, target, made.updates) };
    }
    const order = { firmCode, target, items: licenses };
    const granted = await server.grantItems(options.order === undefined ? order : { ...order, name: options.order });
    const updates = await server.updatesFor({ firmCode, target });
    const [brought, leftOut] = [
      await broughtBy(server, target, updates),
      await listsLeftOut(server, target, [firmCode]),
    ];
    return { target, several, granted, made: { updates, failures: [], asked: 1, leftOut }, brought };
  });
  const [onlyFailure] = made.failures;
  if (!several && onlyFailure !== undefined) throw onlyFailure.error;
  const ofFirm = several && ordered !== undefined ? ` --firm ${ordered}` : '';
  const again = `ferry central issue ${quoted(folder)} --to ${target}${ofFirm} -o PLACE`;
  const files = writeUpdates(options.output, made.updates, again);
  if (granted !== null) {
    const { first, last, itemIds, repeated } = granted;
    const which = first === last ? `sequence ${first}` : `sequences ${first} to ${last}`;
    output.line(
      `${itemIds.length} license(s) ${repeated ? 'had been granted' : 'granted'} to ${target}, in transit as ${which}.`,
    );
    if (!repeated) for (const line of expiredLines(options, context.env.now())) output.complain(line);
  }
  for (const file of files) output.line(`  ${file}`);
  for (const firm of brought) output.line(`  ${broughtText(firm)}`);
  if (isTimeAlone(brought))
    output.note(
      `The time answers the newest context that was brought here, once. It mends only what a clock had done before that context was made; for anything later bring another one first: ferry context ADDRESS --for ${quoted(`central:${folder}`)}, then ferry settle.`,
    );
  if (files.length > 0) {
    const firm = several ? ` --firm ${ordered ?? 'CODE'}` : '';
    output.note(
      `Bring them: ferry apply ADDRESS FILE, or ferry move --from ${quoted(`central:${folder}`)} --to ADDRESS --all${firm}`,
    );
  }
  complainOfLeftOut(output, made.leftOut, target);
  for (const { firmCode, withdrawn } of brought) if (withdrawn) complainOfWithdrawn(output, firmCode);
  for (const { firmCode, error } of made.failures) {
    output.complain(`Of firm ${firmCode} nothing was written: ${error.message} [${error.code}]`);
    output.complain(`  ${explain(error.code, error.details).remedy}`);
  }
  output.json({
    address: `central:${folder}`,
    target,
    granted,
    files,
    brought,
    leftOut: made.leftOut,
    failures: made.failures.map(({ firmCode, error }) => ({ firmCode, ...explain(error.code, error.details) })),
  });
  context.endWith(exitOfUnreached(made.failures, made.asked));
}

/** The firm that is named, by the items or by itself. @throws USAGE_WRONG when several are */
function firmOfOrder(items: readonly { readonly firmCode: number }[], named: string | undefined): number | undefined {
  const firms = new Set(items.map(({ firmCode }) => firmCode));
  if (firms.size > 1)
    throw usage(
      `All items of one order are of one firm, not of ${[...firms].join(', ')}: grant those of each by an order of its own`,
    );
  const [ordered] = firms;
  if (named === undefined) return ordered;
  const firm = parseNumber(named, 'Firm Code', 1);
  if (ordered !== undefined && ordered !== firm)
    throw usage(`The items are of firm ${ordered}, and --firm names ${firm}`);
  return firm;
}

/** What is to be brought to the target again, or beside licenses. @throws NOTHING_TO_BRING */
async function filesOf(
  server: LicenseCentral,
  target: string,
  firm: number | undefined,
  folder: string,
): Promise<UpdatesOfFirms> {
  const made = await updatesOfFirms(server, target, firm);
  if (made.asked > 0) return made;
  const from = firm === undefined ? 'here' : `firm ${firm}`;
  throw new FerryError('NOTHING_TO_BRING', { from, target, central: quoted(`central:${folder}`) });
}

/** Makes the target known here, where what was given can do that, and says its serial number. */
async function targetOf(server: LicenseCentral, far: FarBank, text: string): Promise<string> {
  if (/^\d+-\d+$/.test(text)) return parseSerialNumber(text);
  if (!isAddress(text, CONTAINER_SCHEMES)) return namingFile(text, async () => (await shownBy(server, text)).serial);
  const { certificate } = await withContainer(far, text, (client) => client.call('list', {}));
  if (certificate === null) throw new FerryError('NOT_ENROLLED', { where: text });
  return (await server.addContainer(certificate)).serial;
}

function shownBy(server: LicenseCentral, file: string): ReturnType<LicenseCentral['receiveContext']> {
  const raw = readFerryFile(file);
  return namingAddressee(raw, undefined, () => server.receiveContext(raw));
}
