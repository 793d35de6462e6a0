import type { ApplyReport } from '../../../container/commands/apply.ts';
import { type FarBank, withSim } from '../addresses.ts';
import { CONTEXT_SUFFIX, expandFiles, readFerryFile, UPDATE_SUFFIX, writeFerryFile } from '../ferry-files.adapter.ts';
import type { CommandContext, Register } from '../run-ferry.ts';
import { words } from '../say-reason.ts';

const EXAMPLES = `
Applying a file again changes nothing and writes a current receipt.

Examples:
  ferry apply sim:device 3-1234567-for-130-2459324738-1.ferry-update
  ferry apply sim:device folder:stick -o folder:stick`;

interface Done {
  readonly file: string;
  readonly report: ApplyReport;
  readonly receipt: string;
}

/** `ferry apply`: takes update files in and writes the receipt. */
export function applyCommand(far: FarBank): Register {
  return (program, context) => {
    program
      .command('apply')
      .description('Takes update files in and writes the receipt for their issuer.')
      .argument('<ADDRESS>', 'sim:DIR')
      .argument('<FILE...>', 'update files, or folder:DIR')
      .option('-o, --output <FILE>', 'where the receipt goes: a file or folder:DIR')
      .addHelpText('after', EXAMPLES)
      .action((address: string, files: string[], options: { output?: string }) =>
        apply(far, context, address, files, options.output),
      );
  };
}

async function apply(
  far: FarBank,
  context: CommandContext,
  address: string,
  names: readonly string[],
  wanted: string | undefined,
): Promise<void> {
  const files = expandFiles(names, UPDATE_SUFFIX).map((file) => ({ file, update: readFerryFile(file) }));
  const done = await withSim(far, address, async ({ client }) => {
    const { serial } = await client.call('list', {});
    const all: Done[] = [];
    for (const { file, update } of files) {
      const report = await client.call('apply', { update });
      const receipt = writeFerryFile(wanted, `${serial}-receipt${CONTEXT_SUFFIX}`, report.receipt);
      all.push({ file, report, receipt });
    }
    return all;
  });
  show(context, done);
  const wanting = done.some(
    ({ report }) => report.deferred !== null || report.entries.some(({ reason }) => reason !== 0 && reason !== 301),
  );
  if (wanting) context.endWith(6);
}

function show({ output }: CommandContext, done: readonly Done[]): void {
  for (const { file, report, receipt } of done) {
    const applied = report.entries.filter(({ reason }) => reason === 0).length;
    output.line(
      `${file}: ${applied} applied, ${report.entries.length - applied} refused, ${report.skipped} known before.`,
    );
    for (const { sequence, reason } of report.entries)
      if (reason !== 0) output.line(`  Sequence ${sequence} was refused: ${words(reason)}`);
    if (report.deferred !== null)
      output.line(`  Sequence ${report.deferred} and all after it wait: ${words(report.deferredFor)}`);
    output.line(`  Receipt: ${receipt}`);
  }
  output.json({
    files: done.map(({ file, report, receipt }) => {
      const { receipt: _bytes, ...rest } = report;
      return { file, ...rest, receipt };
    }),
  });
}
