import type { Command } from 'commander';
import { CATALOGUE, explain } from '../../../container/errors.ts';
import type { Deferral, EntryOutcome, Failure } from '../../../state-machines/index.ts';
import { type FarBank, parseAddress, type Scheme } from '../addresses.ts';
import { exitOfEntries } from '../exit-of-entries.ts';
import { namingOtherKind } from '../other-kind.ts';
import type { Output } from '../output.ts';
import { quoted } from '../printable.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { restWaits, withCode, words } from '../say-reason.ts';

/** What the device's own side did with a folder of update files. */
interface Imported {
  readonly serial: string;
  readonly files: readonly {
    readonly file: string;
    readonly state: 'applied' | 'known' | 'deferred' | 'refused';
    readonly entries: readonly EntryOutcome[];
    readonly deferral: Deferral | null;
    readonly failure: Failure | null;
  }[];
  readonly receipts: readonly {
    readonly issuer: string;
    readonly file: string | null;
    readonly isNew: boolean;
    readonly failure: Failure | null;
  }[];
  readonly foreign: number;
  readonly hidden: number;
  readonly interruption: Failure | null;
}

/** The device's own side, as far as the command line reaches it. */
interface DeviceSide {
  importUpdates(options: { readonly folder: string; readonly updates: string }): Promise<Imported>;
}

const EXAMPLES = `
This is what a device does with a stick. Files for other containers are left alone. The receipts may be taken to their
issuers at any time: ferry settle ADDRESS FILE

Examples:
  ferry device import device stick
  ferry device import sim:device folder:stick`;

/** `ferry device import`. To be registered after `ferry device create`, if both are. */
export function deviceImportCommand(device: () => Promise<DeviceSide>, dongle: FarBank['dongle']): Register {
  return (program, context) => {
    deviceFamily(program)
      .command('import')
      .description('Has a device apply the update files for it in a folder, and write a receipt for each issuer.')
      .argument('<DIR>', 'folder of the device, or sim:DIR')
      .argument('<FOLDER>', 'folder with update files, such as a stick, or folder:DIR; the receipts go there, too')
      .addHelpText('after', EXAMPLES)
      .action(async (dir: string, place: string) => {
        const [folder, updates] = [folderOf(dir, 'sim'), folderOf(place, 'folder')];
        const there = quoted(`folder:${updates}`);
        const instead = `\`ferry apply ${quoted(`sim:${folder}`)} ${there} -o ${there}\``;
        const other = { door: dongle, found: 'dongle', expected: 'device', instead };
        const report = await namingOtherKind(folder, other, async () =>
          (await device()).importUpdates({ folder, updates }),
        );
        show(context, { folder, updates }, report);
        context.endWith(exitOf(report));
      });
  };
}

/** The folder, named by its path or by an address of that scheme. @throws ADDRESS_WRONG */
function folderOf(text: string, scheme: Scheme): string {
  return /^(sim|folder|central):/.test(text) ? parseAddress(text, [scheme]).folder : text;
}

function deviceFamily(program: Command): Command {
  const present = program.commands.find((command) => command.name() === 'device');
  return present ?? program.command('device').description("The target device's own software.");
}

interface Places {
  /** Folder of the device. */
  readonly folder: string;
  /** Folder with the update files. */
  readonly updates: string;
}

function show({ output }: CommandContext, { folder, updates }: Places, report: Imported): void {
  const { serial, files, receipts, foreign, hidden, interruption } = report;
  for (const { file, state, entries, deferral, failure } of files) {
    const applied = entries.filter(({ reason }) => reason === 0).length;
    if (failure !== null) lines(output, `${file}: not taken: ${tell(failure)}`, next(failure));
    else if (state === 'known') output.line(`${file}: known before.`);
    else output.line(`${file}: ${applied} applied, ${entries.length - applied} refused.`);
    for (const { sequence, reason } of entries)
      if (reason !== 0) output.line(`  Sequence ${sequence} was refused: ${words(reason)}`);
    if (deferral !== null)
      for (const line of restWaits(deferral.sequence, deferral.reason, deferral.needed)) output.line(`  ${line}`);
  }
  for (const { issuer, file, isNew, failure } of receipts) {
    if (failure !== null)
      lines(output, `No receipt for ${issuer}: ${tell(failure)}`, withoutReceipt({ folder, serial, issuer }, failure));
    else output.line(`Receipt for ${issuer}: ${file}${isNew ? '' : ', as it was'}`);
  }
  if (files.length === 0) output.line(`There is no update file for ${serial} in ${updates}.`);
  if (foreign > 0) output.note(`${foreign} update file(s) for other containers were left alone.`);
  if (interruption !== null && !output.isJson) {
    const { happened, effect, remedy } = explain(interruption.code, interruption.details);
    for (const sentence of [happened, effect, remedy]) output.complain(sentence);
  }
  const withWords = <T extends { readonly failure: Failure | null }>(one: T) => ({
    ...one,
    failure: inFull(one.failure),
  });
  output.json({
    updates,
    serial,
    files: files.map((one) => ({ ...withWords(one), entries: one.entries.map(withCode) })),
    receipts: receipts.map(withWords),
    foreign,
    hidden,
    interruption: inFull(interruption),
  });
}

/** A failure as `--json` shows it: with its number, its exit code and what there is to say of it. */
function inFull(failure: Failure | null): object | null {
  return failure === null ? null : { ...explain(failure.code, failure.details), details: failure.details };
}

function tell({ code, details }: Failure): string {
  return `${explain(code, details).happened} [${code}]`;
}

/** What it means for the licenses, and what to do. */
function next({ code, details }: Failure): readonly string[] {
  const { effect, remedy } = explain(code, details);
  return [effect, remedy];
}

/** The same where only the receipt is missing: of the licenses nothing is. */
function withoutReceipt(
  { folder, serial, issuer }: { readonly folder: string; readonly serial: string; readonly issuer: string },
  failure: Failure,
): readonly string[] {
  const [, remedy = ''] = next(failure);
  const named = /^firm (\d+)$/.exec(issuer)?.[1] ?? 'ISSUER';
  const elsewhere = `Or have it written elsewhere: ferry context ${quoted(`sim:${folder}`)} --for ${named} -o PLACE`;
  return [
    `What was applied is in ${serial} and stays there. Only the receipt is missing: until it has one, ${issuer} shows it in transit.`,
    remedy,
    ...(failure.code === 'FILE_UNWRITABLE' ? [elsewhere] : []),
  ];
}

function lines(output: Output, first: string, more: readonly string[]): void {
  output.line(first);
  for (const line of more) output.line(`  ${line}`);
}

/** 0 when all is well; 5 when it broke off; the exit of the first refusal when nothing was taken or applied; else 6. */
function exitOf({ files, receipts, interruption }: Imported): number {
  if (interruption !== null) return CATALOGUE[interruption.code].exit;
  const [first] = files;
  if (first?.failure && files.every(({ state }) => state === 'refused')) return CATALOGUE[first.failure.code].exit;
  const isIncomplete =
    files.some(({ state }) => state === 'refused' || state === 'deferred') ||
    receipts.some(({ failure }) => failure !== null);
  return exitOfEntries(
    files.flatMap(({ entries }) => entries),
    isIncomplete,
  );
}
