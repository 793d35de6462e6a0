import type { Listing } from '../../../container/commands/list.ts';
import { explain, FerryError } from '../../../container/errors.ts';
import { CONTEXT_SUFFIX, UPDATE_SUFFIX } from '../../../container/files/file-names.ts';
import { type FarBank, isContainer, parseAddress, withSim } from '../addresses.ts';
import { foldersIn, parkedFiles } from '../ferry-files.adapter.ts';
import { withCentral } from '../open-central.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { type CentralListing, listCentral, showCentral } from '../show-central.ts';
import { jsonOf, listingDocument, showListing } from '../show-listing.ts';

const EXAMPLES = `
Without an address it looks in the present folder and the folders in it.

Examples:
  ferry list
  ferry list sim:dongle sim:device
  ferry list folder:stick
  ferry list central:vendor
  ferry list sim:dongle --json`;

/** `ferry list`: containers, their Firm Items and Product Items, what is in transit; parked files. */
export function listCommand(far: FarBank): Register {
  return (program, context) => {
    program
      .command('list')
      .description('Shows containers, their Firm Items and Product Items, and what is in transit.')
      .argument('[ADDRESS...]', 'sim:DIR, folder:DIR or central:DIR')
      .addHelpText('after', EXAMPLES)
      .action((addresses: string[]) => list(far, context, addresses));
  };
}

interface Found {
  readonly containers: { readonly address: string; readonly listing: Listing }[];
  readonly centrals: { readonly address: string; readonly shown: CentralListing }[];
  readonly files: string[];
  readonly failures: { readonly address: string; readonly error: FerryError }[];
}

async function list(far: FarBank, context: CommandContext, given: readonly string[]): Promise<void> {
  const addresses = given.length > 0 ? given : await containersHere(far);
  const found: Found = { containers: [], centrals: [], files: [], failures: [] };
  for (const address of addresses) await look(far, context, address, found);
  const [failed] = found.failures;
  if (failed !== undefined && found.failures.length === addresses.length) throw failed.error;
  show(context, found);
  if (failed !== undefined) context.endWith(6);
}

async function containersHere(far: FarBank): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of foldersIn('.')) if (await isContainer(far, folder)) found.push(`sim:${folder}`);
  return found;
}

async function look(far: FarBank, context: CommandContext, text: string, found: Found): Promise<void> {
  try {
    const { scheme, folder } = parseAddress(text);
    if (scheme === 'central')
      found.centrals.push({ address: text, shown: await withCentral(context, folder, listCentral) });
    else if (scheme === 'folder')
      found.files.push(...parkedFiles(folder, CONTEXT_SUFFIX), ...parkedFiles(folder, UPDATE_SUFFIX));
    else
      found.containers.push({
        address: text,
        listing: await withSim(far, text, ({ client }) => client.call('list', {})),
      });
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    found.failures.push({ address: text, error });
  }
}

function show({ output }: CommandContext, { containers, centrals, files, failures }: Found): void {
  for (const { address, listing } of containers) showListing(output, address, listing);
  for (const { address, shown } of centrals) showCentral(output, address, shown);
  for (const file of files) output.line(file);
  for (const { address, error } of failures) output.complain(`${address}: ${error.message} [${error.code}]`);
  if (files.length > 0) output.line(`${files.length} parked file(s).`);
  if (containers.length > 0 || centrals.length + files.length === 0)
    output.line(`Result: ${containers.length} CmContainer(s) listed.`);
  output.json({
    containers: containers.map(({ address, listing }) => listingDocument(address, listing)),
    centrals: centrals.map(({ address, shown }) => ({ address, ...(jsonOf(shown) as object) })),
    files,
    failures: failures.map(({ address, error }) => ({ address, ...explain(error.code, error.details) })),
  });
}
