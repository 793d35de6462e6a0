import { FerryError } from '../../../container/errors.ts';
import { containerCertificate } from '../../../container/files/certificate.ts';
import { contextHeader } from '../../../container/files/context-file.ts';
import { readEnvelope } from '../../../container/files/envelope.ts';
import { parseSerialNumber } from '../../../container/model/serial-number.ts';
import type { MoveOrder } from '../../../state-machines/index.ts';
import type { FarBank } from '../addresses.ts';
import { readFerryFile, writeUpdates } from '../ferry-files.adapter.ts';
import type { TargetContext } from '../issuers/issuer.ts';
import { withIssuer } from '../issuers/with-issuer.ts';
import { namingFile } from '../naming-file.ts';
import { checkOutput } from '../output-place.adapter.ts';
import { collect, parseItem, usage } from '../parse-arguments.ts';
import { quoted } from '../printable.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

const EXAMPLES = `
Without --item and --all, or with --to, it writes the update files of what is in transit to that target again.
An order of the same items is taken for the one in transit, if there is one; settle it first to give as many once more.
A License Central grants anew, with the usual terms (ferry central issue has all of them), and once for each context.

Examples:
  ferry issue sim:dongle --context 130-2459324738-for-3-1234567.ferry-context --item 6000010:1001x2
  ferry issue sim:dongle --to 130-2459324738 -o folder:stick
  ferry issue central:vendor --context 3-1234567-for-firm-6000010.ferry-context --item 6000010:1001x5 -o folder:stick`;

export interface IssueOptions {
  /** The context file of the target. */
  readonly context?: string;
  /** Serial number of the target, to which only what is in transit is written again. */
  readonly to?: string;
  readonly item?: readonly string[];
  readonly all?: true;
  readonly firm?: string;
  readonly output?: string;
}

/** `ferry issue`: parks licenses in update files for the container that made a context. */
export function issueCommand(far: FarBank): Register {
  return (program, context) => {
    program
      .command('issue')
      .description('Puts licenses in transit to a container whose context file is here, and writes the update files.')
      .argument('<ADDRESS>', 'a container or central:DIR that gives')
      .option('--context <FILE>', 'context of the target, made for this issuer')
      .option('--to <SERIAL>', 'without its context: writes again what is in transit to that target')
      .option('--item <FIRM:PRODUCTxN>', 'what to give, 1 seat without xN; may be repeated', collect)
      .option('--all', 'everything that may move; of a License Central, what it granted before')
      .option('--firm <CODE>', 'Firm Code, when a License Central has several')
      .option('-o, --output <PLACE>', 'where the update files go: a file or folder:DIR')
      .addHelpText('after', EXAMPLES)
      .action((address: string, options: IssueOptions) => issue(far, context, address, options));
  };
}

/** Puts what was ordered in transit and writes the update files. */
export async function issue(
  far: FarBank,
  context: CommandContext,
  address: string,
  options: IssueOptions,
): Promise<void> {
  const { output } = context;
  if (options.all && options.item) throw usage('Name items with --item, or --all, not both');
  const { context: file, to } = options;
  if ((file === undefined) === (to === undefined))
    throw usage('Name the target by --context, or by --to for what is in transit already');
  if (file === undefined && orderOf(options) !== undefined)
    throw usage('--to only writes again what is in transit: an order needs the --context of the target');
  await checkOutput(far, options.output, 'update');
  const target =
    file === undefined
      ? { serial: parseSerialNumber(to ?? '') }
      : await namingFile(file, () => targetOf(readFerryFile(file)));
  const { first, last, repeated, updates } = await withIssuer(far, context, { address, ...options }, (issuer) =>
    'raw' in target
      ? namingFile(file ?? '', () => issuer.issue(target, orderOf(options)))
      : issuer.again(target.serial),
  );
  const named = file === undefined ? `--to ${target.serial}` : `--context ${quoted(file)}`;
  const again = `ferry issue ${quoted(address)} ${named} -o PLACE`;
  const files = writeUpdates(options.output, updates, again);
  output.line(sequencesText(first, last, repeated, options, target.serial));
  for (const file of files) output.line(`  ${file}`);
  output.note(`Bring the files to the target: ferry apply ADDRESS ${files.map(quoted).join(' ')}`);
  output.json({ address, target: target.serial, first, last, repeated, files });
}

function sequencesText(first: number, last: number, repeated: boolean, options: IssueOptions, to: string): string {
  const isOne = first === last;
  const which = isOne ? `Sequence ${first}` : `Sequences ${first} to ${last}`;
  if (!repeated) return `${which} ${isOne ? 'is' : 'are'} in transit to ${to}.`;
  const already = `${which} ${isOne ? 'was' : 'were'} in transit already to ${to}`;
  if (orderOf(options) === undefined) return `${already}; the files are written again.`;
  return `${already}, with just what was ordered: nothing new was given.`;
}

function orderOf({ all, item }: IssueOptions): MoveOrder | undefined {
  if (all) return { kind: 'all' };
  return item === undefined ? undefined : { kind: 'items', items: item.map(parseItem) };
}

/** Of whom a context file is. Its signature is checked by the issuer. */
function targetOf(raw: Uint8Array): TargetContext {
  const envelope = readOrThrow(readEnvelope(raw, 'contextFile', 3, 'a context file'));
  const header = readOrThrow(contextHeader.decode(envelope.parts[1] ?? new Uint8Array(0)));
  const certificate = readOrThrow(readEnvelope(header.certificate, 'containerCertificate', 1, 'a certificate'));
  const { key, serial, kind } = readOrThrow(containerCertificate.decode(certificate.parts[0] ?? new Uint8Array(0)));
  return { raw, key, serial, kind };
}

type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: FerryError['code']; readonly details: FerryError['details'] };

function readOrThrow<T>(read: Read<T>): T {
  if (!read.ok) throw new FerryError(read.code, read.details);
  return read.value;
}
