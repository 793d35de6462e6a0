import { CONTEXT_SUFFIX } from '../../../container/files/file-names.ts';
import type { FarBank } from '../addresses.ts';
import { eachFile, exitInPart, type FileNamed, failureDocument, showRest } from '../each-file.ts';
import { readFerryFile } from '../ferry-files.adapter.ts';
import type { Settled } from '../issuers/issuer.ts';
import { withIssuer } from '../issuers/with-issuer.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { words } from '../say-reason.ts';

const EXAMPLES = `
A License Central learns from any context made for it where its licenses are; several files may come in any order.

Examples:
  ferry settle sim:dongle 130-2459324738-for-3-1234567-receipt.ferry-context
  ferry settle central:vendor folder:stick`;

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
  const bar = context.progress();
  const handled = await withIssuer(far, context, { address }, (issuer) =>
    eachFile({ names, suffix: CONTEXT_SUFFIX, bar }, (file) => issuer.settle(readFerryFile(file))),
  ).finally(() => bar.end());
  const { done, foreign, failures } = handled;
  show(context, done);
  showRest(context, handled);
  context.output.json({ address, receipts: done, foreign, failures: failures.map(failureDocument) });
  if (failures.length > 0 || done.some(isAlarming)) context.endWith(exitInPart(failures));
}

/** Whether a context shows that somebody was set back or copied. */
function isAlarming({ surplus, contradiction }: Settled): boolean {
  return surplus.length > 0 || contradiction !== null;
}

function show({ output }: CommandContext, done: readonly (FileNamed & Settled)[]): void {
  for (const { file, target, entries, pending, late, tooLate, surplus, contradiction } of done) {
    const gone = entries.filter(({ reason }) => reason === 0).length;
    output.line(`${file}: ${target} applied ${gone}, refused ${entries.length - gone}; ${pending} still in transit.`);
    for (const { sequence, reason } of entries)
      if (reason !== 0) output.line(`  Sequence ${sequence} came back: ${words(reason)}`);
    for (const sequence of tooLate)
      output.line(`  Sequence ${sequence} was applied before its cancellation arrived: it stays with ${target}.`);
    if (late) output.line('  It settles nothing new.');
    for (const { itemId, quantity } of surplus)
      output.complain(
        `  License ${itemId}: ${quantity} more than were granted are shown. Somewhere on its way a container was copied.`,
      );
    if (contradiction !== null)
      output.complain(
        `  ${target} was set back or copied (${contradiction}); the proof is kept, it gets nothing more.`,
      );
  }
}
