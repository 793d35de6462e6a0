import { FerryError } from '../../../container/errors.ts';
import { type FarBank, withSim } from '../addresses.ts';
import { CONTEXT_SUFFIX, readBytes, writeFerryFile } from '../ferry-files.adapter.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

const EXAMPLES = `
ISSUER is the address of the issuer, its certificate in a file, or the Firm Code of a vendor that the container knows.

Examples:
  ferry context sim:device --for sim:dongle
  ferry context sim:device --for 6000010 -o folder:stick`;

/** `ferry context`: a context file of a container for one issuer. */
export function contextCommand(far: FarBank): Register {
  return (program, context) => {
    program
      .command('context')
      .description('Writes the context file of a container for one issuer.')
      .argument('<ADDRESS>', 'sim:DIR')
      .requiredOption('--for <ISSUER>', 'address, certificate file or Firm Code of the issuer')
      .option('-o, --output <FILE>', 'where it goes: a file or folder:DIR')
      .addHelpText('after', EXAMPLES)
      .action((address: string, options: { for: string; output?: string }) => write(far, context, address, options));
  };
}

async function write(
  far: FarBank,
  { output }: CommandContext,
  address: string,
  options: { readonly for: string; readonly output?: string },
): Promise<void> {
  const request = await issuerOf(far, options.for);
  const { serial, raw } = await withSim(far, address, async ({ client }) => ({
    serial: (await client.call('list', {})).serial,
    raw: (await client.call('context', request)).context,
  }));
  const file = writeFerryFile(options.output, `${serial}${CONTEXT_SUFFIX}`, raw);
  output.line(`The context of ${serial} for ${options.for} is in ${file}.`);
  output.note('Bring it to the issuer: ferry issue ADDRESS --context FILE --item FIRM:PRODUCTxN');
  output.json({ address, serial, issuer: options.for, file });
}

async function issuerOf(
  far: FarBank,
  text: string,
): Promise<{ readonly certificate: Uint8Array | null; readonly firmCode: number | null }> {
  if (/^\d{1,10}$/.test(text)) return { certificate: null, firmCode: Number(text) };
  if (!text.startsWith('sim:')) return { certificate: readBytes(text), firmCode: null };
  const { certificate } = await withSim(far, text, ({ client }) => client.call('list', {}));
  if (certificate === null) throw new FerryError('NOT_ENROLLED', { where: text });
  return { certificate, firmCode: null };
}
