import { partyName, readStoredCertificate } from '../../../container/files/certificate.ts';
import { certificateFileName } from '../../../container/files/file-names.ts';
import type { FarBank } from '../addresses.ts';
import { writeCertificate } from '../ferry-files.adapter.ts';
import { withIssuer } from '../issuers/with-issuer.ts';
import { checkOutput } from '../output-place.adapter.ts';
import { quoted } from '../printable.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

const EXAMPLES = `
Whoever cannot reach the issuer makes a context for it from this file: ferry context ADDRESS --for FILE

Examples:
  ferry certificate sim:dongle
  ferry certificate central:vendor -o folder:stick`;

interface CertificateOptions {
  readonly firm?: string;
  readonly output?: string;
}

/** `ferry certificate`: the certificate of an issuer, for those who make contexts for it. */
export function certificateCommand(far: FarBank): Register {
  return (program, context) => {
    program
      .command('certificate')
      .description('Writes the certificate of an issuer, by which contexts are made for it elsewhere.')
      .argument('<ADDRESS>', 'a container or central:DIR')
      .option('--firm <CODE>', 'Firm Code, when a License Central has several')
      .option('-o, --output <FILE>', 'where it goes: a file or folder:DIR')
      .addHelpText('after', EXAMPLES)
      .action((address: string, options: CertificateOptions) => write(far, context, address, options));
  };
}

async function write(
  far: FarBank,
  context: CommandContext,
  address: string,
  options: CertificateOptions,
): Promise<void> {
  const { output } = context;
  await checkOutput(far, options.output, 'certificate');
  const raw = await withIssuer(far, context, { address, firm: options.firm }, async (issuer) =>
    (await issuer.moves()).certificate(),
  );
  const issuer = partyName(readStoredCertificate(raw));
  const file = writeCertificate(options.output, certificateFileName(issuer), raw);
  output.line(`The certificate of ${issuer} is in ${file}.`);
  output.note(`Where a container is: ferry context ADDRESS --for ${quoted(file)}`);
  output.json({ address, issuer, file });
}
