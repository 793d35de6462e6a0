import { FerryError } from '../../../container/errors.ts';
import type { FarBank } from '../addresses.ts';
import { CONTEXT_SUFFIX, expandFiles, readFerryFile } from '../ferry-files.adapter.ts';
import type { Issuer, Settled } from '../issuers/issuer.ts';
import { withIssuer } from '../issuers/with-issuer.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { failureDocument, words } from '../say-reason.ts';

const EXAMPLES = `
A License Central learns from any context made for it where its licenses are; several files may come in any order.

Examples:
  ferry settle sim:dongle 130-2459324738-receipt.ferry-context
  ferry settle central:vendor folder:stick`;

interface Outcome {
  readonly reports: ({ readonly file: string } & Settled)[];
  readonly failures: { readonly file: string; readonly error: FerryError }[];
}

/** `ferry settle`: takes contexts and receipts home to the issuer that they were made for. */
export function settleCommand(far: FarBank): Register {
  return (program, context) => {
    program
      .command('settle')
      .description('Takes receipts home: lets go what was applied, takes back what was refused.')
      .argument('<ADDRESS>', 'sim:DIR or central:DIR of the issuer')
      .argument('<FILE...>', 'contexts and receipts, or folder:DIR')
      .addHelpText('after', EXAMPLES)
      .action((address: string, files: string[]) => settle(far, context, address, files));
  };
}

async function settle(far: FarBank, context: CommandContext, address: string, names: readonly string[]): Promise<void> {
  const files = expandFiles(names, CONTEXT_SUFFIX);
  const outcome: Outcome = { reports: [], failures: [] };
  await withIssuer(far, context, { address }, async (issuer) => {
    for (const file of files) await settleOne(issuer, file, outcome);
  });
  const [failed] = outcome.failures;
  if (failed !== undefined && outcome.reports.length === 0) throw failed.error;
  show(context, address, outcome);
  if (failed !== undefined || outcome.reports.some((report) => report.contradiction !== null)) context.endWith(6);
}

async function settleOne(issuer: Issuer, file: string, { reports, failures }: Outcome): Promise<void> {
  try {
    reports.push({ file, ...(await issuer.settle(readFerryFile(file))) });
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    failures.push({ file, error });
  }
}

function show({ output }: CommandContext, address: string, { reports, failures }: Outcome): void {
  for (const { file, target, entries, pending, late, contradiction } of reports) {
    const gone = entries.filter(({ reason }) => reason === 0).length;
    output.line(`${file}: ${target} applied ${gone}, refused ${entries.length - gone}; ${pending} still in transit.`);
    for (const { sequence, reason } of entries)
      if (reason !== 0) output.line(`  Sequence ${sequence} came back: ${words(reason)}`);
    if (late) output.line('  It settles nothing new.');
    if (contradiction !== null)
      output.complain(
        `  ${target} was set back or copied (${contradiction}); the proof is kept, it gets nothing more.`,
      );
  }
  for (const { file, error } of failures) output.complain(`${file}: ${error.message} [${error.code}]`);
  output.json({
    address,
    receipts: reports,
    failures: failures.map(({ file, error }) => failureDocument(file, error)),
  });
}
