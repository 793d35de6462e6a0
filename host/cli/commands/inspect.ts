import type { FarBank } from '../addresses.ts';
import { describe } from '../describe-file.ts';
import { readFerryFile } from '../ferry-files.adapter.ts';
import { namingFile } from '../naming-file.ts';
import { withOwner } from '../owner.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { jsonOf } from '../show-listing.ts';

/** `ferry inspect` and `ferry history`: what a file says, what a container remembers. They change nothing. */
export function lookingCommands(far: FarBank): Register {
  return (program, context) => {
    program
      .command('inspect')
      .description('Says what is in a context file, an update file or a certificate, and whether it was signed so.')
      .argument('<FILE>', 'context file, update file or certificate')
      .addHelpText('after', '\nExamples:\n  ferry inspect 130-2459324738-for-3-1234567-receipt.ferry-context')
      .action((file: string) => inspect(context, file));
    program
      .command('history')
      .description('Shows the transfers that their vendors do not know of yet, and evidence.')
      .argument('<ADDRESS>', 'address of the container')
      .addHelpText('after', '\nExamples:\n  ferry history sim:dongle')
      .action((address: string) => history(far, context, address));
  };
}

async function inspect(context: CommandContext, file: string): Promise<void> {
  const { output } = context;
  const { verifyTestFile } = await import('../verify-test-file.adapter.ts');
  const raw = readFerryFile(file);
  const { kind, lines } = await namingFile(file, () => describe(raw));
  const signature = verifyTestFile(raw, kind);
  output.table(['Field', 'Value'], [...lines, ['Bytes', raw.length], ['Signature', signature.words]]);
  output.json({
    file,
    kind,
    ...Object.fromEntries(lines.map(([name, value]) => [jsonName(name), value])),
    bytes: raw.length,
    signature: signature.words,
    valid: signature.exit === 0,
  });
  context.endWith(signature.exit);
}

/** `From words` as `fromWords`. */
function jsonName(name: string): string {
  return name.toLowerCase().replace(/ (\w)/g, (_, letter: string) => letter.toUpperCase());
}

async function history(far: FarBank, context: CommandContext, address: string): Promise<void> {
  const { output } = context;
  const found = await withOwner(far, context, address, (client) => client.call('history', {}));
  output.table(
    ['Firm Item', 'From', 'To', 'Sequence', 'Items'],
    found.transfers.map(({ firmCode, from, fromName, to, toName, sequence, items }) => [
      String(firmCode),
      fromName || from.slice(0, 16),
      toName || to.slice(0, 16),
      sequence,
      items.map(({ itemId, quantity }) => `${quantity} of ${itemId.slice(0, 8)}`).join(', '),
    ]),
  );
  for (const { name, about, reason } of found.evidence) output.line(`Evidence about ${name || about}: ${reason}`);
  output.line(`${found.transfers.length} transfer(s), ${found.evidence.length} piece(s) of evidence.`);
  output.json({ address, ...(jsonOf(found) as object) });
}
