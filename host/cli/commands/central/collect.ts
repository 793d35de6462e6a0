import type { Command } from 'commander';
import { CATALOGUE, FerryError } from '../../../../container/errors.ts';
import { CONTEXT_SUFFIX } from '../../../../container/files/file-names.ts';
import { statementIn } from '../../../../container/files/statement-in.ts';
import type { PublicKey } from '../../../../container/model/ids.ts';
import type { LicenseCentral } from '../../../license-central/index.ts';
import { type FarBank, readAddress } from '../../addresses.ts';
import { failureDocument, type Handled, handleFiles, showRest } from '../../each-file.ts';
import { readFerryFile } from '../../ferry-files.adapter.ts';
import type { Issuer } from '../../issuers/issuer.ts';
import { withCentral } from '../../open-central.ts';
import { counted } from '../../product-seats.ts';
import type { CommandContext } from '../../run-ferry.ts';
import { withCode } from '../../say-reason.ts';
import { showSettled } from '../../show-settled.ts';
import { MOST_FILES, type StickFiles, stickFiles } from '../../stick-files.adapter.ts';
import { exitOfSettled, type Taken, takeHome } from '../../take-home.ts';
import { type Home, homesOf } from './homes.ts';

const EXAMPLES = `
Contexts and receipts of the stick's root and of the folders there, in any order, of every firm here. A container that was not known is known
from then on, so that licenses can be granted to it. Files for other issuers, such as dongles or other vendors, hidden files and links are
left alone; a damaged one does not hold up the others. Nothing on the stick is changed. The same stick once more changes nothing.
ferry settle does the same with files that are named, or with those of one folder, for dongles and devices too.

Examples:
  ferry central collect vendor folder:/media/STICK
  ferry central collect vendor folder:/media/STICK --json`;

/** `ferry central collect`: the way home of the files on a memory stick. */
export function registerCollect(central: Command, context: CommandContext, far: FarBank): void {
  central
    .command('collect')
    .description('Takes home all that is on a memory stick for this License Central, of any container.')
    .argument('<DIR>', 'folder of the License Central')
    .argument('<STICK>', 'the stick, or any folder: folder:DIR')
    .addHelpText('after', EXAMPLES)
    .action((folder: string, stick: string) => collect(far, context, folder, stick));
}

async function collect(far: FarBank, context: CommandContext, folder: string, place: string): Promise<void> {
  const stick = (await readAddress(far, place, ['folder'])).folder;
  const bar = context.progress();
  const { found, handled } = await withCentral(context, folder, async (server) => {
    const found = await contextsOn(stick);
    return { found, handled: await takenFrom(server, found, bar) };
  }).finally(() => bar.end());
  show(context, folder, stick, found, handled);
}

/** @throws FOLDER_UNREADABLE, NOTHING_PARKED */
async function contextsOn(stick: string): Promise<StickFiles> {
  const found = await stickFiles(stick, CONTEXT_SUFFIX);
  if (found.files.length > 0) return found;
  throw new FerryError('NOTHING_PARKED', { folder: stick, what: `no ${CONTEXT_SUFFIX} file, nor in a folder there` });
}

type Bar = ReturnType<CommandContext['progress']>;

async function takenFrom(server: LicenseCentral, { files }: StickFiles, bar: Bar): Promise<Handled<Taken>> {
  const { issuerOfFirm } = await import('../../issuers/firm-issuer.ts');
  const issuer: Issuer = issuerOfFirm(server, undefined);
  const own = new Set((await server.firms()).map(({ key }) => key));
  return handleFiles({ files, bar, named: [] }, async (file) => {
    const raw = readFerryFile(file, 'refused');
    requireOwn(raw, own);
    return { file, ...(await takeHome(issuer, raw, file)) };
  });
}

/** What another vendor's container says to him may be made under a root that is not known here, and is his affair. @throws NOT_ADDRESSED */
function requireOwn(raw: Uint8Array, own: ReadonlySet<PublicKey>): void {
  const wanted = statementIn(raw)?.partner;
  if (wanted !== undefined && !own.has(wanted))
    throw new FerryError('NOT_ADDRESSED', {
      wanted: `the issuer ${wanted.slice(0, 16)}`,
      here: 'this License Central',
    });
}

function show(
  context: CommandContext,
  folder: string,
  stick: string,
  { unread, isMore }: StickFiles,
  handled: Handled<Taken>,
): void {
  const { output } = context;
  const { done, foreign, failures } = handled;
  const address = `central:${folder}`;
  const homes = homesOf(done);
  for (const { taken } of homes) {
    showSettled(output, address, `${taken.target} (firm ${taken.firmCode})`, taken);
    if (taken.madeKnown) output.line('  It was not known here, and is from now on.');
  }
  const isRepeated = done.length > 0 && done.every(({ repeated, late }) => repeated === true && late);
  output.line(resultText(homes, done.length, isRepeated));
  for (const one of unread) output.complain(`The folder ${one} may not be read and was left alone.`);
  showRest(context, handled);
  if (isMore)
    output.complain(
      `More lies there than is read from one stick, ${MOST_FILES} of these files: take away what was read and run the same command again.`,
    );
  output.json({
    address,
    folder: stick,
    containers: homes.map(homeDocument),
    repeated: isRepeated,
    foreign: foreign.length,
    unread,
    isMore,
    failures: failures.map(failureDocument),
  });
  const exit = exitOfSettled(handled);
  context.endWith((isMore || unread.length > 0) && exit === 0 ? CATALOGUE.DONE_IN_PART.exit : exit);
}

function resultText(homes: readonly Home[], files: number, isRepeated: boolean): string {
  if (files === 0) return 'Result: nothing here was taken home.';
  const what = `${counted(files, 'file')} of ${counted(homes.length, 'container')}`;
  return isRepeated ? `Result: nothing new: ${what} had been taken home before.` : `Result: ${what} taken home.`;
}

function homeDocument({ files, taken: { file: _, entries, late: __, ...rest } }: Home): object {
  return { ...rest, files, entries: entries.map(withCode) };
}
