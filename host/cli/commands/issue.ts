import { FerryError } from '../../../container/errors.ts';
import { containerCertificate } from '../../../container/files/certificate.ts';
import { contextHeader } from '../../../container/files/context-file.ts';
import { readEnvelope } from '../../../container/files/envelope.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { type FarBank, withSim } from '../addresses.ts';
import { CONTEXT_SUFFIX, expandFiles, readFerryFile, writeUpdates } from '../ferry-files.adapter.ts';
import { collect, parseItem, parseNumber, usage } from '../parse-arguments.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { words } from './apply.ts';

interface IssueOptions {
  readonly context: string;
  readonly item?: readonly string[];
  readonly all?: true;
  readonly output?: string;
}

interface CancelOptions {
  readonly to: string;
  readonly sequence?: readonly string[];
  readonly output?: string;
}

/** `ferry issue`, `ferry settle` and `ferry cancel`: the issuer's side, for parked work. */
export function issuerCommands(far: FarBank): Register {
  return (program, context) => {
    program
      .command('issue')
      .description('Puts licenses in transit to a container whose context file is here, and writes the update files.')
      .argument('<ADDRESS>', 'sim:DIR of the issuer')
      .requiredOption('--context <FILE>', 'context of the target, made for this issuer')
      .option('--item <FIRM:PRODUCTxN>', 'what to give; may be repeated', collect)
      .option('--all', 'everything that may move')
      .option('-o, --output <PLACE>', 'where the update files go: a file or folder:DIR')
      .addHelpText(
        'after',
        '\nExamples:\n  ferry issue sim:dongle --context 130-2459324738.ferry-context --item 6000010:1001x2',
      )
      .action((address: string, options: IssueOptions) => issue(far, context, address, options));
    program
      .command('settle')
      .description('Takes receipts home: lets go what was applied, takes back what was refused.')
      .argument('<ADDRESS>', 'sim:DIR of the issuer')
      .argument('<FILE...>', 'receipts, or folder:DIR')
      .addHelpText('after', '\nExamples:\n  ferry settle sim:dongle 130-2459324738-receipt.ferry-context')
      .action((address: string, files: string[]) => settle(far, context, address, files));
    program
      .command('cancel')
      .description('Cancels what is in transit, for good. The receipt of the target brings the licenses back.')
      .argument('<ADDRESS>', 'sim:DIR of the issuer')
      .requiredOption('--to <SERIAL>', 'serial number of the target')
      .option('--sequence <N>', 'only this one; may be repeated', collect)
      .option('-o, --output <PLACE>', 'where the update files go: a file or folder:DIR')
      .addHelpText('after', '\nExamples:\n  ferry cancel sim:dongle --to 130-2459324738')
      .action((address: string, options: CancelOptions) => cancel(far, context, address, options));
  };
}

async function issue(far: FarBank, { output }: CommandContext, address: string, options: IssueOptions): Promise<void> {
  const { planMove } = await import('../../../state-machines/license-move/plan-move.ts');
  if ((options.all === undefined) === (options.item === undefined)) throw usage('Name items with --item, or --all');
  const items = (options.item ?? []).map(parseItem);
  const raw = readFerryFile(options.context);
  const target = readTarget(raw);
  const report = await withSim(far, address, async ({ client }) => {
    const order = options.all ? ({ kind: 'all' } as const) : ({ kind: 'items', items } as const);
    const planned = planMove(await client.call('list', {}), target.key, order);
    if (!planned.ok) throw new FerryError(planned.code, planned.details);
    const { first, last, parts } = planned.plan;
    if (parts.length > 0) return client.call('issue', { context: raw, first, parts: [...parts] });
    const { updates } = await client.call('transit', { target: target.key });
    return { first, last: last ?? first, repeated: true, updates };
  });
  const files = writeUpdates(options.output, report.updates);
  const { first, last, repeated } = report;
  output.line(
    `Sequences ${first} to ${last} ${repeated ? 'were in transit already' : 'are in transit'} to ${target.serial}.`,
  );
  for (const file of files) output.line(`  ${file}`);
  output.note(`Bring the files to the target: ferry apply ADDRESS ${files.join(' ')}`);
  output.json({ address, target: target.serial, first, last, repeated, files });
}

/** Of whom the context file is. Its signature is checked by the issuer. */
function readTarget(raw: Uint8Array): { readonly key: PublicKey; readonly serial: string } {
  const read = <T>(
    result:
      | { readonly ok: true; readonly value: T }
      | { readonly ok: false; readonly code: FerryError['code']; readonly details: FerryError['details'] },
  ): T => {
    if (!result.ok) throw new FerryError(result.code, result.details);
    return result.value;
  };
  const envelope = read(readEnvelope(raw, 'contextFile', 3, 'a context file'));
  const header = read(contextHeader.decode(envelope.parts[1] ?? new Uint8Array(0)));
  const certificate = read(readEnvelope(header.certificate, 'containerCertificate', 1, 'a certificate'));
  return read(containerCertificate.decode(certificate.parts[0] ?? new Uint8Array(0)));
}

async function settle(
  far: FarBank,
  { output }: CommandContext,
  address: string,
  names: readonly string[],
): Promise<void> {
  const files = expandFiles(names, CONTEXT_SUFFIX).map((file) => ({ file, context: readFerryFile(file) }));
  const reports = await withSim(far, address, async ({ client }) => {
    const all = [];
    for (const { file, context } of files) all.push({ file, ...(await client.call('settle', { context })) });
    return all;
  });
  for (const { file, target, entries, pending, late } of reports) {
    const gone = entries.filter(({ reason }) => reason === 0).length;
    output.line(`${file}: ${target} applied ${gone}, refused ${entries.length - gone}; ${pending} still in transit.`);
    for (const { sequence, reason } of entries)
      if (reason !== 0) output.line(`  Sequence ${sequence} came back: ${words(reason)}`);
    if (late) output.line('  It says nothing new.');
  }
  output.json({ address, receipts: reports });
}

async function cancel(
  far: FarBank,
  { output }: CommandContext,
  address: string,
  options: CancelOptions,
): Promise<void> {
  const wanted = options.sequence?.map((text) => parseNumber(text, 'sequence', 1));
  const { sequences, updates } = await withSim(far, address, async ({ client }) => {
    const { transit, serial } = await client.call('list', {});
    const open = transit.filter((entry) => entry.serial === options.to);
    const [one] = open;
    if (one === undefined) throw new FerryError('TARGET_UNKNOWN', { here: serial ?? address, target: options.to });
    const chosen = wanted ?? open.filter(({ cancelled }) => !cancelled).map(({ sequence }) => sequence);
    if (chosen.length > 0)
      return { sequences: chosen, ...(await client.call('cancel', { target: one.target, sequences: chosen })) };
    return { sequences: chosen, ...(await client.call('transit', { target: one.target })) };
  });
  const files = writeUpdates(options.output, updates);
  output.line(
    sequences.length === 0
      ? `Everything in transit to ${options.to} was cancelled before.`
      : `Cancelled for ${options.to}: ${sequences.join(', ')}. It comes back with the receipt.`,
  );
  for (const file of files) output.line(`  ${file}`);
  output.json({ address, target: options.to, sequences, files });
}
