import type { UsbHost } from '../../../carriers/hid/usb-host.ts';
import type { Listing } from '../../../container/commands/list.ts';
import { explain, FerryError } from '../../../container/errors.ts';
import { CERTIFICATE_SUFFIX, CONTEXT_SUFFIX, UPDATE_SUFFIX } from '../../../container/files/file-names.ts';
import { type FarBank, isAddress, isContainer, readAddress, withContainer } from '../addresses.ts';
import { isReachedAt } from '../announced.ts';
import { shortly } from '../check-usb.ts';
import { copiesAmong, sayCopies } from '../copies.ts';
import { foldersIn, parkedFiles } from '../ferry-files.adapter.ts';
import { withCentral } from '../open-central.ts';
import type { Output } from '../output.ts';
import { wordsOf } from '../peers.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { type CentralListing, listCentral, showCentral } from '../show-central.ts';
import { jsonOf, listingDocument, showListing } from '../show-listing.ts';
import { exitOfUnreached, sayUnreached, type Unreached } from '../unreached.ts';

const EXAMPLES = `
Without an address it looks in the present folder and the folders in it, and for dongles on this computer's USB; a container that is
served from there is not read, but it is said where it is reached. Exit code 0: all was read. 6: some of it. When none was: what the
reason has, 5 for containers that are served or cannot be reached, and where nothing is found.

Examples:
  ferry list
  ferry list sim:dongle sim:device
  ferry list hid:3-1234567
  ferry list usbip://plc:3240         all dongles that are plugged in there
  ferry list folder:stick
  ferry list central:vendor
  ferry list sim:dongle --json`;

/** `ferry list`: containers, their Firm Items and Product Items, what is in transit; parked files. */
export function listCommand(far: FarBank, usb: () => Promise<UsbHost>): Register {
  return (program, context) => {
    program
      .command('list')
      .description('Shows containers, their Firm Items and Product Items, and what is in transit.')
      .argument('[ADDRESS...]', 'containers, usbip://HOST:PORT, folder:DIR or central:DIR')
      .addHelpText('after', EXAMPLES)
      .action((addresses: string[]) => list(far, usb, context, addresses));
  };
}

const PARKED: readonly string[] = [CONTEXT_SUFFIX, UPDATE_SUFFIX, CERTIFICATE_SUFFIX];

interface Found {
  readonly containers: { readonly address: string; readonly listing: Listing; readonly words: string }[];
  readonly centrals: { readonly address: string; readonly shown: CentralListing }[];
  readonly files: string[];
  readonly failures: Unreached[];
}

async function list(
  far: FarBank,
  usb: () => Promise<UsbHost>,
  context: CommandContext,
  given: readonly string[],
): Promise<void> {
  const found: Found = { containers: [], centrals: [], files: [], failures: [] };
  const addresses = given.length > 0 ? await eachOf(given, found) : await allHere(far, usb, context);
  for (const address of addresses) await look(far, context, address, found);
  const reached = found.containers.map(({ address }) => address);
  // Who is served, and answered where it is, is not missed at its folder.
  const failures = found.failures.filter(({ error }) => !isReachedAt(error, reached));
  const [failed] = failures;
  if (failed !== undefined && Math.max(addresses.length, given.length) === 1) throw failed.error;
  show(context, { ...found, failures }, addresses);
  context.endWith(exitOfUnreached(failures, Math.max(addresses.length, given.length)));
}

/** What was given, with the dongles of a USB/IP server in its place; one that does not answer is a failure. */
async function eachOf(given: readonly string[], { failures }: Found): Promise<readonly string[]> {
  const all: string[] = [];
  for (const address of given) {
    try {
      all.push(...((await donglesAtServer(address)) ?? [address]));
    } catch (error) {
      if (!(error instanceof FerryError)) throw error;
      failures.push({ address, error });
    }
  }
  return all;
}

async function donglesAtServer(address: string): Promise<readonly string[] | undefined> {
  if (!isAddress(address, ['usbip'])) return undefined;
  const found = await (await import('../open-carrier.adapter.ts')).donglesAtServer(address);
  if (found?.length === 0)
    throw new FerryError('CARRIER_UNREACHABLE', { where: address, why: 'no dongle is plugged in there' });
  return found;
}

/** What can be listed without being named. @throws NOTHING_FOUND, FOLDER_UNREADABLE */
async function allHere(
  far: FarBank,
  usb: () => Promise<UsbHost>,
  { output }: CommandContext,
): Promise<readonly string[]> {
  const containers = await containersHere(far);
  const dongles = await donglesHere(usb);
  if (dongles instanceof FerryError) {
    if (containers.length === 0) throw new FerryError('NOTHING_FOUND', { dongles: notLookedFor(dongles) });
    sayNotLookedFor(output, dongles);
    return containers;
  }
  if (containers.length + dongles.length === 0)
    throw new FerryError('NOTHING_FOUND', { dongles: 'No dongle is plugged into this computer' });
  return [...containers, ...dongles];
}

/** The dongles on this computer's USB, or why they could not be looked for. */
export async function donglesHere(usb: () => Promise<UsbHost>): Promise<readonly string[] | FerryError> {
  try {
    return (await (await usb()).dongles()).map(({ address }) => address);
  } catch (error) {
    if (error instanceof FerryError) return error;
    throw error;
  }
}

/** The remark for whoever gets an answer without them: one short line. */
export function sayNotLookedFor(output: Output, why: FerryError): void {
  output.note(`${notLookedFor(why)}. See \`ferry doctor\`.`);
}

function notLookedFor(why: FerryError): string {
  return `Dongles on USB were not looked for: ${shortly(why)}`;
}

/** The containers in the present folder and the folders in it. @throws FOLDER_UNREADABLE */
export async function containersHere(far: FarBank): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of foldersIn('.')) if (await isContainer(far, folder)) found.push(`sim:${folder}`);
  return found;
}

async function look(far: FarBank, context: CommandContext, text: string, found: Found): Promise<void> {
  try {
    const { scheme, folder } = await readAddress(far, text);
    if (scheme === 'central')
      found.centrals.push({ address: text, shown: await withCentral(context, folder, listCentral) });
    else if (scheme === 'folder') for (const suffix of PARKED) found.files.push(...parkedFiles(folder, suffix));
    else {
      const listing = await withContainer(far, text, (client) => client.call('list', {}));
      found.containers.push({ address: text, listing, words: await wordsOf(listing.key) });
    }
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    found.failures.push({ address: text, error });
  }
}

function show(
  { output }: CommandContext,
  { containers, centrals, files, failures }: Found,
  addresses: readonly string[],
): void {
  const folders = addresses.filter((address) => isAddress(address, ['folder'])).length;
  const others = addresses.filter((address) => !isAddress(address, ['folder', 'central'])).length;
  for (const { address, listing, words } of containers) showListing(output, address, listing, words);
  for (const { address, shown } of centrals) showCentral(output, address, shown);
  for (const file of files) output.line(file);
  const copies = copiesAmong(containers);
  sayCopies((...parts) => output.line(...parts), copies);
  sayUnreached((...parts) => output.complain(...parts), failures);
  if (folders > 0) output.line(`${files.length} parked file(s).`);
  if (others > 0 || addresses.length === 0) output.line(`Result: ${containers.length} CmContainer(s) listed.`);
  output.json({
    containers: containers.map(({ address, listing, words }) => listingDocument(address, listing, words)),
    centrals: centrals.map(({ address, shown }) => ({ address, ...(jsonOf(shown) as object) })),
    copies,
    files,
    failures: failures.map(({ address, error }) => ({ address, ...explain(error.code, error.details) })),
  });
}
