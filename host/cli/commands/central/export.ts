import path from 'node:path';
import type { Command } from 'commander';
import { explain } from '../../../../container/errors.ts';
import { parseSerialNumber } from '../../../../container/model/serial-number.ts';
import { type FarBank, readAddress } from '../../addresses.ts';
import { writeUpdatesAgain } from '../../ferry-files.adapter.ts';
import { firmOf, withCentral } from '../../open-central.ts';
import type { Cell, Output } from '../../output.ts';
import { checkOutput } from '../../output-place.adapter.ts';
import { parseNumber } from '../../parse-arguments.ts';
import { quoted } from '../../printable.ts';
import { counted, sumOf } from '../../product-seats.ts';
import type { CommandContext } from '../../run-ferry.ts';
import { requireStick } from '../../stick-files.adapter.ts';
import { exitOfUnreached } from '../../unreached.ts';
import { complainOfLeftOut, complainOfWithdrawn } from './complaints.ts';
import { type Exported, type ExportedFirm, type ExportFailure, exportUpdates } from './export-updates.ts';
import { type LeftOnStick, leftOnStick } from './left-on-stick.ts';

const EXAMPLES = `
For each container that is named, or for every one that something is in transit to, the files of what is in transit, of every firm here: those
that ferry central issue DIR --to SERIAL -o folder:DIR writes again, under the same names. Nothing is granted. The same command once more writes
the same files again, each all at once, and what was granted since. The stick has to be there: no folder is made for it.
What is settled is not written. Files of before stay on the stick and do no harm, since a container skips what it has taken in: those of
which all is settled are told, and may be deleted. Exit code 6: for some containers nothing was written, and it is said why.

Examples:
  ferry central export vendor --to folder:/media/STICK
  ferry central export vendor 130-1000000001 130-1000000002 --to folder:/media/STICK --firm 6000010`;

/** Names of files that are told, of however many. */
const SHOWN = 3;

interface ExportOptions {
  readonly to: string;
  readonly firm?: string;
}

/** `ferry central export`: the way out on a memory stick. */
export function registerExport(central: Command, context: CommandContext, far: FarBank): void {
  central
    .command('export')
    .description('Writes the update files of what is in transit to many containers to a memory stick.')
    .argument('<DIR>', 'folder of the License Central')
    .argument('[SERIAL...]', 'serial numbers of containers; all that something is in transit to where none is named')
    .requiredOption('--to <STICK>', 'the stick, or any folder: folder:DIR')
    .option('--firm <CODE>', 'only the files of this Firm Code, when a License Central has several')
    .addHelpText('after', EXAMPLES)
    .action((folder: string, serials: string[], options: ExportOptions) =>
      exportTo(far, context, folder, serials, options),
    );
}

async function exportTo(
  far: FarBank,
  context: CommandContext,
  folder: string,
  serials: readonly string[],
  options: ExportOptions,
): Promise<void> {
  const named = serials.map((serial) => String(parseSerialNumber(serial)));
  const firm = options.firm === undefined ? undefined : parseNumber(options.firm, 'Firm Code', 1);
  const stick = (await readAddress(far, options.to, ['folder'])).folder;
  const requireSame = requireStick(stick);
  await checkOutput(far, `folder:${stick}`, 'update');
  const bar = context.progress();
  const { exported, left } = await withCentral(context, folder, async (server) => {
    const only = firm === undefined ? undefined : await firmOf(server, firm);
    const write = (updates: readonly Uint8Array[]): readonly string[] => {
      requireSame();
      const files = writeUpdatesAgain(`folder:${stick}`, updates);
      // What was written where the stick is no more was written to something else.
      requireSame();
      return files;
    };
    const exported = await exportUpdates(server, { named, only, bar, write });
    return { exported, left: await leftOnStick(server, stick, exported) };
  }).finally(() => bar.end());
  show(context.output, stick, exported, left);
  context.output.json({ address: `central:${folder}`, folder: stick, ...documentOf(exported), left });
  const { written, failures } = exported;
  context.endWith(exitOfUnreached(failures, written.length + failures.length));
}

function show(output: Output, stick: string, exported: Exported, left: LeftOnStick): void {
  const { written, failures, idle, leftOut } = exported;
  if (written.length > 0) output.table(['Container', 'Firm Item', 'Files', 'Entries', 'Items'], written.map(rowOf));
  const files = written.reduce((sum, one) => sum + one.files.length, 0);
  const containers = new Set(written.map(({ serial }) => serial)).size;
  const place = quoted(`folder:${stick}`);
  output.line(
    files === 0
      ? `Result: nothing written to ${place}.`
      : `Result: ${counted(files, 'update file')} for ${counted(containers, 'container')} written to ${place}.`,
  );
  if (files === 0 && failures.length + idle.length === 0) output.note('Nothing is in transit to any container.');
  for (const serial of idle) output.note(`Nothing is in transit to ${serial}: no file was written for it.`);
  for (const { serial, lists } of leftOut) complainOfLeftOut(output, lists, serial);
  const withdrawn = written.filter(({ brought }) => brought.withdrawn).map(({ brought }) => brought.firmCode);
  for (const firmCode of new Set(withdrawn)) complainOfWithdrawn(output, firmCode);
  complainOfFailures(output, failures);
  for (const file of left.refused)
    output.complain(`${file} is of an earlier export, and brings what was not written now: delete it.`);
  if (left.settled.length > 0) output.note(settledText(left.settled.map((file) => path.relative(stick, file))));
}

/** Files of before by some of their names; all of them are in the document. */
function settledText(names: readonly string[]): string {
  const some = names.slice(0, SHOWN).join(', ');
  const more = names.length > SHOWN ? ', ...' : '';
  return `${counted(names.length, 'update file')} of before may be deleted, since all is settled: ${some}${more}`;
}

/** Each with its code, and what to do once for all that it is the same for. */
function complainOfFailures(output: Output, failures: readonly ExportFailure[]): void {
  const remedies = failures.map(({ error: { code, details } }) => explain(code, details).remedy);
  for (const [at, { serial, firmCode, error }] of failures.entries()) {
    const of = firmCode === null ? '' : ` of firm ${firmCode}`;
    output.complain(`${serial}: nothing${of} was written: ${error.message} [${error.code}]`);
    const remedy = remedies[at] ?? '';
    if (remedies.lastIndexOf(remedy) === at) output.complain(`  ${remedy}`);
  }
}

function rowOf({ serial, files, brought, entries }: ExportedFirm): readonly Cell[] {
  return [serial, String(brought.firmCode), files.length, entries.length, contentText(entries)];
}

/** The items as they are granted, and what else the entries do. */
function contentText(entries: ExportedFirm['entries']): string {
  const open = entries.filter(({ cancelled }) => !cancelled);
  const items = sumOf(open.flatMap(({ firmCode, items }) => items.map((item) => ({ firmCode, ...item }))));
  const kinds = open.filter(({ items }) => items.length === 0).map(({ kind }) => kind);
  const cancelled = entries.length - open.length;
  return [
    ...items.map(({ firmCode, productCode, seats }) => `${firmCode}:${productCode}x${seats}`),
    ...new Set(kinds),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
  ].join(', ');
}

function documentOf({ written, failures, idle, leftOut }: Exported): object {
  return {
    containers: written.map(({ serial, files, brought, entries }) => ({
      serial,
      firmCode: brought.firmCode,
      files,
      entries: entries.map(({ sequence, kind, cancelled, items }) => ({ sequence, kind, cancelled, items })),
      brought,
    })),
    idle,
    leftOut,
    failures: failures.map(({ serial, firmCode, error }) => ({
      serial,
      firmCode,
      ...explain(error.code, error.details),
    })),
  };
}
