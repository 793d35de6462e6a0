import { CONTEXT_SUFFIX } from '../../../container/files/file-names.ts';
import type { FarBank } from '../addresses.ts';
import { eachFile, failureDocument, showRest } from '../each-file.ts';
import { readFerryFile } from '../ferry-files.adapter.ts';
import { withIssuer } from '../issuers/with-issuer.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { withCode } from '../say-reason.ts';
import { showSettled } from '../show-settled.ts';
import { exitOfSettled, takeHome } from '../take-home.ts';

const EXAMPLES = `
A License Central learns from any context made for it where its licenses are; several files may come in any order. folder:DIR stands
for the files in that folder alone. A whole stick, with the folders on it, is for a License Central: ferry central collect --help

Examples:
  ferry settle sim:dongle 130-2459324738-for-3-1234567-receipt.ferry-context
  ferry settle central:vendor folder:stick`;

/** `ferry settle`: takes contexts and receipts home to the issuer that they were made for. */
export function settleCommand(far: FarBank): Register {
  return (program, context) => {
    program
      .command('settle')
      .description('Takes receipts home: lets go what was applied, takes back what was refused.')
      .argument('<ADDRESS>', 'a container or central:DIR that issued')
      .argument('<FILE...>', 'contexts and receipts, or folder:DIR')
      .addHelpText('after', EXAMPLES)
      .action((address: string, files: string[]) => settle(far, context, address, files));
  };
}

async function settle(far: FarBank, context: CommandContext, address: string, names: readonly string[]): Promise<void> {
  const bar = context.progress();
  const handled = await withIssuer(far, context, { address }, (issuer) =>
    eachFile({ names, suffix: CONTEXT_SUFFIX, bar }, (file) => takeHome(issuer, readFerryFile(file), file)),
  ).finally(() => bar.end());
  const { done, foreign, failures } = handled;
  for (const taken of done) showSettled(context.output, address, `${taken.file}: ${taken.target}`, taken);
  showRest(context, handled);
  const receipts = done.map(({ entries, ...rest }) => ({ ...rest, entries: entries.map(withCode) }));
  context.output.json({ address, receipts, foreign, failures: failures.map(failureDocument) });
  context.endWith(exitOfSettled(handled));
}
