import { namingAddressee } from '../addressee.ts';
import type { FarBank } from '../addresses.ts';
import { headerOf, readFerryFile, writeContext } from '../ferry-files.adapter.ts';
import { namingFile } from '../naming-file.ts';
import { checkOutput } from '../output-place.adapter.ts';
import { withOwner } from '../owner.ts';
import { parseNumber } from '../parse-arguments.ts';
import { quoted } from '../printable.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { restWaits, words } from '../say-reason.ts';
import { reportDocument } from './apply.ts';

const EXAMPLES = `
Everything up to there that is not applied yet is refused for good; nothing is taken. What a vendor changes cannot be refused.

Examples:
  ferry refuse sim:device 3-1234567-for-130-2459324738-1.ferry-update --through 1`;

interface RefuseOptions {
  readonly through: string;
  readonly output?: string;
}

/** `ferry refuse`: the owner of a container does not want what a file gives. */
export function refuseCommand(far: FarBank): Register {
  return (program, context) => {
    program
      .command('refuse')
      .description('Refuses what an update file would give, and writes the receipt that brings it back.')
      .argument('<ADDRESS>', 'address of the container')
      .argument('<FILE>', 'update file')
      .requiredOption('--through <N>', 'last sequence to refuse')
      .option('-o, --output <FILE>', 'where the receipt goes: a file or folder:DIR')
      .addHelpText('after', EXAMPLES)
      .action((address: string, file: string, options: RefuseOptions) => refuse(far, context, address, file, options));
  };
}

async function refuse(
  far: FarBank,
  context: CommandContext,
  address: string,
  file: string,
  options: RefuseOptions,
): Promise<void> {
  const { output } = context;
  const through = parseNumber(options.through, 'sequence', 1);
  await checkOutput(far, options.output, 'context');
  const update = readFerryFile(file);
  const { serial, report } = await withOwner(far, context, address, async (client) => {
    const here = await client.call('list', {});
    const report = await namingFile(file, () =>
      namingAddressee(update, here, () => client.call('refuse', { update, through })),
    );
    return { serial: here.serial ?? address, report };
  });
  const name = { serial, issuer: headerOf(update).get('From') ?? '', kind: 'receipt' } as const;
  const receipt = writeContext(options.output, name, report.receipt);
  output.line(`${file}: ${report.entries.length} refused, ${report.skipped} known before.`);
  for (const { sequence, reason } of report.entries) output.line(`  Sequence ${sequence}: ${words(reason)}`);
  if (report.deferred !== null)
    for (const line of restWaits(report.deferred, report.deferredFor, report.needed)) output.line(`  ${line}`);
  output.line(`  Receipt: ${receipt}`);
  output.note(`Bring the receipt home: ferry settle ISSUER ${quoted(receipt)}`);
  output.json({ address, file, through, ...reportDocument(report), receipt });
  if (report.deferred !== null) context.endWith(6);
}
