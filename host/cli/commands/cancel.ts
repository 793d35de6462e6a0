import { parseSerialNumber } from '../../../container/model/serial-number.ts';
import { type FarBank, isAddress } from '../addresses.ts';
import { writeUpdates } from '../ferry-files.adapter.ts';
import { withIssuer } from '../issuers/with-issuer.ts';
import { checkOutput } from '../output-place.adapter.ts';
import { collect, parseNumber } from '../parse-arguments.ts';
import { quoted } from '../printable.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

const EXAMPLES = `
Examples:
  ferry cancel sim:dongle --to 130-2459324738
  ferry cancel central:vendor --to 3-1234567 --sequence 4 -o folder:stick`;

interface CancelOptions {
  readonly to: string;
  readonly sequence?: readonly string[];
  readonly firm?: string;
  readonly output?: string;
}

/** `ferry cancel`: takes back, for good, what has not been applied yet. */
export function cancelCommand(far: FarBank): Register {
  return (program, context) => {
    program
      .command('cancel')
      .description('Cancels what is in transit, for good. The receipt of the target brings the licenses back.')
      .argument('<ADDRESS>', 'a container or central:DIR that issued')
      .requiredOption('--to <SERIAL>', 'serial number of the target')
      .option('--sequence <N>', 'only this one; may be repeated', collect)
      .option('--firm <CODE>', 'Firm Code, when a License Central has several')
      .option('-o, --output <PLACE>', 'where the update files go: a file or folder:DIR')
      .addHelpText('after', EXAMPLES)
      .action((address: string, options: CancelOptions) => cancel(far, context, address, options));
  };
}

async function cancel(far: FarBank, context: CommandContext, address: string, options: CancelOptions): Promise<void> {
  const { output } = context;
  const to = parseSerialNumber(options.to);
  const wanted = options.sequence?.map((text) => parseNumber(text, 'sequence', 1));
  await checkOutput(far, options.output, 'update');
  const { sequences, updates } = await withIssuer(far, context, { address, ...options }, (issuer) =>
    issuer.cancel(to, wanted),
  );
  const again = `ferry cancel ${quoted(address)} --to ${to} -o PLACE`;
  const files = writeUpdates(options.output, updates, again);
  output.line(
    sequences.length === 0
      ? `Everything in transit to ${to} was cancelled before.`
      : `Cancelled for ${to}: ${sequences.join(', ')}. What was not applied before comes back with the receipt.`,
  );
  for (const file of files) output.line(`  ${file}`);
  if (isAddress(address, ['central']))
    output.note(`If ${to} is lost for good, no receipt is needed: grant anew with ferry central issue.`);
  output.json({ address, target: to, sequences, files });
}
