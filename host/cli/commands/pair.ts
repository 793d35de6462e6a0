import type { Command } from 'commander';
import { parseCarrierAddress } from '../../../carriers/address.ts';
import { SECRET_VARIABLES } from '../../../carriers/exec/secret-variables.ts';
import { FerryError } from '../../../container/errors.ts';
import { parseAddress } from '../addresses.ts';
import type { CommandContext, Register } from '../run-ferry.ts';

interface PairOptions {
  readonly code?: string;
  readonly forget?: true;
}

const AFTER = `
The code is shown by "ferry device serve ... --pair" and works once. The variable FERRY_PAIRING_CODE can hold it as well, so that
it is in no list of processes. Both sides remember each other's certificate from then on: this computer in the folder that
FERRY_STATE names, or where the system keeps such things.

Examples:
  ferry pair tls://plc:7430 --code 7K3QZ-0M9XR-T2C5W-HN8EA
  ferry pair --forget tls://plc:7430`;

/** `ferry pair`. */
export function pairCommand(): Register {
  return (program: Command, context: CommandContext) => {
    program
      .command('pair')
      .description('Makes this computer and a container that is served over TLS known to each other.')
      .argument('<ADDRESS>', 'tls://HOST:PORT')
      .option('--code <CODE>', 'what the other side shows')
      .option('--forget', 'forget whom the address was paired with')
      .addHelpText('after', AFTER)
      .action((text: string, options: PairOptions) => pair(context, text, options));
  };
}

async function pair({ env, output, variable }: CommandContext, text: string, options: PairOptions): Promise<void> {
  parseAddress(text, ['tls']);
  const address = parseCarrierAddress(text);
  if (address.scheme !== 'tls') throw new TypeError(`${text} is no TLS address`);
  const [{ forgetTls, pairTls }, { readPairingCode }, { stateFolder }, { PATIENCE }] = await Promise.all([
    import('../../../carriers/tls/connect-tls.adapter.ts'),
    import('../../../carriers/tls/pairing-code.ts'),
    import('../move-places.adapter.ts'),
    import('../../../carriers/open-carrier.ts'),
  ]);
  const folder = stateFolder(variable);
  if (options.forget) {
    const forgotten = forgetTls(address, folder);
    output.line(forgotten ? `Forgotten: ${text}` : `Not paired: ${text}`);
    output.json({ address: text, forgotten });
    return;
  }
  const code = readPairingCode(options.code ?? variable(SECRET_VARIABLES.pairingCode) ?? '');
  if (code === undefined) throw new FerryError('PAIRING_CODE_MISSING');
  await pairTls(address, code, { folder, random: env.random, patience: PATIENCE });
  output.line(`Paired: ${text}`);
  output.json({ address: text, paired: true });
}
