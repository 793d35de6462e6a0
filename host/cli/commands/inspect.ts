import { FerryError } from '../../../container/errors.ts';
import { describeFile } from '../../../container/files/armor.ts';
import { type FarBank, withSim } from '../addresses.ts';
import { readFerryFile } from '../ferry-files.adapter.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { jsonOf } from '../show-listing.ts';

/** `ferry inspect` and `ferry history`: what a file says, what a container remembers. They change nothing. */
export function lookingCommands(far: FarBank): Register {
  return (program, context) => {
    program
      .command('inspect')
      .description('Says what is in a context or update file and for whom it is, and whether it was signed so.')
      .argument('<FILE>', 'context or update file')
      .addHelpText('after', '\nExamples:\n  ferry inspect 130-2459324738-for-3-1234567-receipt.ferry-context')
      .action((file: string) => inspect(context, file));
    program
      .command('history')
      .description('Shows the transfers that their vendors do not know of yet, and evidence.')
      .argument('<ADDRESS>', 'sim:DIR')
      .addHelpText('after', '\nExamples:\n  ferry history sim:dongle')
      .action((address: string) => history(far, context, address));
  };
}

async function inspect(context: CommandContext, file: string): Promise<void> {
  const { output } = context;
  const { verifyTestFile } = await import('../verify-test-file.adapter.ts');
  const raw = readFerryFile(file);
  const described = describeFile(raw);
  if (!described.ok) throw new FerryError(described.code, described.details);
  const { kind, lines } = described.value;
  const signature = verifyTestFile(raw, kind);
  output.table(['Field', 'Value'], [...lines, ['Bytes', raw.length], ['Signature', signature.words]]);
  output.json({
    file,
    kind,
    ...Object.fromEntries(lines.map(([name, value]) => [name.toLowerCase(), value])),
    bytes: raw.length,
    signature: signature.words,
    valid: signature.exit === 0,
  });
  context.endWith(signature.exit);
}

async function history(far: FarBank, { output }: CommandContext, address: string): Promise<void> {
  const found = await withSim(far, address, ({ client }) => client.call('history', {}));
  output.table(
    ['Firm Item', 'From', 'To', 'Sequence', 'Items'],
    found.transfers.map(({ firmCode, from, fromName, to, toName, sequence, items }) => [
      String(firmCode),
      fromName || from.slice(0, 16),
      toName || to.slice(0, 16),
      sequence,
      items.map(({ itemId, quantity }) => `${itemId.slice(0, 8)}x${quantity}`).join(' '),
    ]),
  );
  for (const { name, about, reason } of found.evidence) output.line(`Evidence about ${name || about}: ${reason}`);
  output.line(`${found.transfers.length} transfer(s), ${found.evidence.length} piece(s) of evidence.`);
  output.json({ address, ...(jsonOf(found) as object) });
}
