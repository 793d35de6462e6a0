import type { ApplyReport } from '../../../container/commands/apply.ts';
import { SIGNED_KINDS } from '../../../container/files/envelope.ts';
import { UPDATE_SUFFIX } from '../../../container/files/file-names.ts';
import { namingAddressee } from '../addressee.ts';
import { type FarBank, withContainer } from '../addresses.ts';
import { eachFile, exitInPart, type FileNamed, failureDocument, showRest } from '../each-file.ts';
import { exitOfEntries } from '../exit-of-entries.ts';
import { expandFiles, headerIn, headerOf, isOneFile, readFerryFile, writeContext } from '../ferry-files.adapter.ts';
import { latestFirst } from '../latest-updates.ts';
import { checkOutput } from '../output-place.adapter.ts';
import { usage } from '../parse-arguments.ts';
import { quoted } from '../printable.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { advice, restWaits, withCode, words } from '../say-reason.ts';

const EXAMPLES = `
Applying a file again changes nothing and writes a current receipt.

Examples:
  ferry apply sim:device 3-1234567-for-130-2459324738-1.ferry-update
  ferry apply sim:device folder:stick -o folder:stick`;

interface Done {
  readonly report: ApplyReport;
  readonly receipt: string;
}

/** `ferry apply`: takes update files in and writes the receipt. */
export function applyCommand(far: FarBank): Register {
  return (program, context) => {
    program
      .command('apply')
      .description('Takes update files in and writes the receipt for their issuer.')
      .argument('<ADDRESS>', 'address of the container')
      .argument('<FILE...>', 'update files, or folder:DIR')
      .option('-o, --output <FILE>', 'where the receipt goes: a file or folder:DIR')
      .addHelpText('after', EXAMPLES)
      .action((address: string, files: string[], options: { output?: string }) =>
        apply(far, context, address, files, options.output),
      );
  };
}

/** Applies files and writes a receipt for each issuer. */
export async function apply(
  far: FarBank,
  context: CommandContext,
  address: string,
  names: readonly string[],
  wanted: string | undefined,
): Promise<void> {
  await checkOutput(far, wanted, 'context');
  if (isOneFile(wanted)) {
    const issuers = new Set(expandFiles(names, UPDATE_SUFFIX).map((file) => headerIn(file)?.get('From')));
    if (issuers.size > 1)
      throw usage(`Receipts for ${issuers.size} issuers are to be written: name a folder, folder:DIR`);
  }
  const bar = context.progress();
  const handled = await withContainer(far, address, async (client) => {
    const here = await client.call('list', {});
    const serial = here.serial ?? address;
    return eachFile({ names, suffix: UPDATE_SUFFIX, bar, sort: latestFirst }, async (file): Promise<Done> => {
      const update = readFerryFile(file);
      const report = await namingAddressee(update, here, () => client.call('apply', { update }));
      const name = { serial, issuer: headerOf(update).get('From') ?? '', kind: 'receipt' } as const;
      return { report, receipt: writeContext(wanted, name, report.receipt) };
    });
  }).finally(() => bar.end());
  const { done, foreign, failures } = handled;
  show(context, address, done);
  showRest(context, handled);
  context.output.json({
    address,
    files: done.map(({ file, report, receipt }) => ({ file, ...reportDocument(report), receipt })),
    foreign,
    failures: failures.map(failureDocument),
  });
  const entries = done.flatMap(({ report }) => report.entries);
  const isWaiting = done.some(({ report }) => report.deferred !== null);
  context.endWith(failures.length > 0 ? exitInPart(failures) : exitOfEntries(entries, isWaiting));
}

/** As `--json` shows it, without the receipt, which is written to a file. */
export function reportDocument({ receipt: _bytes, entries, notices, ...rest }: ApplyReport): object {
  return { ...rest, entries: entries.map(withCode), notices: notices.map(withCode) };
}

const NOTICES: Readonly<Record<number, string>> = {
  [SIGNED_KINDS.rootRevocations]: 'The list of what the maker has withdrawn',
  [SIGNED_KINDS.firmRevocations]: 'The list of whom a vendor refuses',
  [SIGNED_KINDS.certifiedTime]: 'The certified time',
  [SIGNED_KINDS.reAnchor]: "A vendor's word that its licenses may be used as they are here",
};

function nameOfNotice(kind: number): string {
  return NOTICES[kind] ?? 'A notice that is not known here';
}

/**
 * What became of a notice, and what is to be done about it; of one that was known before, nothing is said.
 *
 * @param isAlone whether the file brings no licenses, so that somebody may have asked for it to mend a clock
 */
function noticeLines({ kind, isNew, reason }: ApplyReport['notices'][number], isAlone: boolean): readonly string[] {
  const name = nameOfNotice(kind);
  if (reason !== 0) return [`${name} was passed over: ${words(reason)}`, ...advice([reason]).map(indented)];
  if (!isNew) return [];
  const isTime = isAlone && kind === SIGNED_KINDS.certifiedTime;
  return [`${name} was taken.`, ...(isTime ? TIME_TAKEN.map(indented) : [])];
}

const TIME_TAKEN = [
  'It helps where the clock of the device is right now: where it is still wrong, correct it before anything is used.',
  'It takes nothing back where it was asked for before the clock went wrong: then bring the vendor a fresh context.',
];

function indented(line: string): string {
  return `  ${line}`;
}

function show({ output }: CommandContext, address: string, done: readonly (FileNamed & Done)[]): void {
  for (const { file, report, receipt } of done) {
    const applied = report.entries.filter(({ reason }) => reason === 0).length;
    output.line(
      `${file}: ${applied} applied, ${report.entries.length - applied} refused, ${report.skipped} known before.`,
    );
    for (const { sequence, reason } of report.entries)
      if (reason !== 0) output.line(`  Sequence ${sequence} was refused: ${words(reason)}`);
    const isAlone = report.entries.length + report.skipped === 0;
    for (const notice of report.notices) for (const line of noticeLines(notice, isAlone)) output.line(`  ${line}`);
    if (report.deferred !== null)
      for (const line of restWaits(report.deferred, report.deferredFor, report.needed)) output.line(`  ${line}`);
    output.line(`  Receipt: ${receipt}`);
  }
  const [only = '', ...others] = new Set(done.map(({ receipt }) => receipt));
  const home =
    others.length === 0
      ? `Bring the receipt home: ferry settle ISSUER ${quoted(only)}.`
      : 'Bring each receipt home to its issuer: ferry settle ISSUER FILE.';
  output.note(`${home} What is here now: ferry list ${quoted(address)}`);
}
