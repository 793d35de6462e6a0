import { FerryError } from '../../../container/errors.ts';
import { partyName, readStoredCertificate } from '../../../container/files/certificate.ts';
import { CONTAINER_SCHEMES, type FarBank, isAddress, withContainer } from '../addresses.ts';
import { readFerryFile, writeContext } from '../ferry-files.adapter.ts';
import { withIssuer } from '../issuers/with-issuer.ts';
import { checkOutput } from '../output-place.adapter.ts';
import { quoted } from '../printable.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

const EXAMPLES = `
ISSUER is the address of the issuer, its certificate in a file, or the Firm Code of a vendor that the container knows.

Examples:
  ferry context sim:device --for sim:dongle
  ferry context sim:device --for central:vendor
  ferry context sim:device --for 6000010 -o folder:stick`;

/** `ferry context`: a context file of a container for one issuer. */
export function contextCommand(far: FarBank): Register {
  return (program, context) => {
    program
      .command('context')
      .description('Writes the context file of a container for one issuer.')
      .argument('<ADDRESS>', 'address of the container')
      .requiredOption('--for <ISSUER>', 'address, certificate file or Firm Code of the issuer')
      .option('--firm <CODE>', 'Firm Code, when the issuer is a License Central with several')
      .option('-o, --output <FILE>', 'where it goes: a file or folder:DIR')
      .addHelpText('after', EXAMPLES)
      .action((address: string, options: ContextOptions) => write(far, context, address, options));
  };
}

interface ContextOptions {
  readonly for: string;
  readonly firm?: string;
  readonly output?: string;
}

async function write(far: FarBank, context: CommandContext, address: string, options: ContextOptions): Promise<void> {
  const { output } = context;
  await checkOutput(far, options.output, 'context');
  const request = await issuerOf(far, context, options);
  const { listing, raw } = await withContainer(far, address, async (client) => ({
    raw: (await client.call('context', request)).context,
    listing: await client.call('list', {}),
  }));
  const serial = listing.serial ?? address;
  const file = writeContext(options.output, { serial, issuer: nameOf(request), kind: 'context' }, raw);
  const issuer = isAddress(options.for, [...CONTAINER_SCHEMES, 'central']) ? quoted(options.for) : 'ISSUER';
  output.line(`The context of ${serial} for ${options.for} is in ${file}.`);
  output.note(
    `Bring it to the issuer: ferry settle ${issuer} ${quoted(file)}, or ferry issue ${issuer} --context ${quoted(file)} --item FIRM:PRODUCTxN`,
  );
  if (listing.locked || listing.lockedFirms.length > 0)
    output.note(
      `It is locked. Whether its licenses may be used as they are, their vendor decides: ferry central accept DIR ${quoted(file)} -o PLACE`,
    );
  output.json({ address, serial, issuer: options.for, file });
}

/** An issuer as a context is asked for: by certificate, or by the Firm Code that the container knows it by. */
type IssuerNamed =
  | { readonly certificate: Uint8Array; readonly firmCode: null }
  | { readonly certificate: null; readonly firmCode: number };

async function issuerOf(
  far: FarBank,
  context: CommandContext,
  { for: text, firm }: ContextOptions,
): Promise<IssuerNamed> {
  if (/^\d{1,10}$/.test(text)) return { certificate: null, firmCode: Number(text) };
  if (!isAddress(text, [...CONTAINER_SCHEMES, 'central']))
    return { certificate: await certificateIn(text), firmCode: null };
  const certificate = await withIssuer(far, context, { address: text, firm }, async (issuer) =>
    (await issuer.moves()).certificate(),
  );
  return { certificate, firmCode: null };
}

/** The certificate in a file. Whether it holds is for the container to say. @throws FILE_KIND, FILE_MALFORMED, FILE_VERSION, FILE_UNREADABLE */
async function certificateIn(file: string): Promise<Uint8Array> {
  const raw = readFerryFile(file);
  const described = (await import('../../../container/files/describe-certificate.ts')).describeCertificate(raw);
  if (described.ok) return raw;
  const { code, details } = described;
  const isOtherKind = code === 'FILE_KIND';
  throw new FerryError(code, {
    ...details,
    ...(isOtherKind ? { expected: 'the certificate of an issuer' } : {}),
    file,
  });
}

/** What people call an issuer whose certificate the container has accepted. */
function nameOf({ certificate, firmCode }: IssuerNamed): string {
  return certificate === null ? `firm ${firmCode}` : partyName(readStoredCertificate(certificate));
}
