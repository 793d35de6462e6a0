import { SECRET_VARIABLES } from '../../carriers/exec/secret-variables.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { FerryError } from '../../container/errors.ts';
import { testRoot } from '../../container/files/test-root.ts';
import type { CentralOptions, LicenseCentral, NewFirm } from '../license-central/index.ts';
import { making } from './making.ts';
import { usage } from './parse-arguments.ts';
import type { CommandContext } from './run-ferry.ts';

/**
 * Opens the License Central of a folder, does the work, and closes it, however the work ends.
 *
 * @param firms given: a new License Central is made, with these firms
 * @throws PASSPHRASE_MISSING, PACKAGE_MISSING, NO_CENTRAL, PASSPHRASE_WRONG, CONTAINER_EXISTS, NOT_MADE, CENTRAL_DAMAGED and what
 *   `work` throws
 */
export async function withCentral<T>(
  context: CommandContext,
  folder: string,
  work: (central: LicenseCentral) => Promise<T>,
  firms?: readonly NewFirm[],
): Promise<T> {
  const passphrase = context.variable(SECRET_VARIABLES.passphrase) ?? '';
  if (passphrase === '') throw new FerryError('PASSPHRASE_MISSING', { where: folder });
  const { LicenseCentral } = await loadCentral();
  const crypto = nativeCrypto();
  const options: CentralOptions = { folder, crypto, env: context.env, passphrase, root: testRoot(crypto) };
  const central = await (firms === undefined
    ? LicenseCentral.open(options)
    : making('A License Central', folder, () => LicenseCentral.init(options, firms)));
  try {
    return await work(central);
  } finally {
    await central.close();
  }
}

/** The server needs a package that devices and technicians do without. */
async function loadCentral(): Promise<typeof import('../license-central/index.ts')> {
  try {
    return await import('../license-central/index.ts');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    throw new FerryError('PACKAGE_MISSING', { what: 'A License Central', package: 'libsql' }, { cause: error });
  }
}

/** The firm that is meant: the one named, or the only one. @throws FIRM_UNKNOWN, ISSUER_UNKNOWN, USAGE_WRONG */
export async function firmOf(central: LicenseCentral, named: number | undefined): Promise<number> {
  const firms = (await central.firms()).map(({ firmCode }) => firmCode);
  if (named !== undefined && firms.includes(named)) return named;
  if (named !== undefined)
    throw new FerryError('FIRM_UNKNOWN', { here: 'this License Central', firm: named, firms: firms.join(', ') });
  const [only, ...others] = firms;
  if (only === undefined) throw new FerryError('ISSUER_UNKNOWN', { here: 'this License Central', issuer: 'any firm' });
  if (others.length > 0) throw usage(`Name the firm with --firm: ${firms.join(', ')}`);
  return only;
}

/** How a command that is advised names a firm: not at all, where there is no other. */
export async function firmOption(central: LicenseCentral, firmCode: number): Promise<string> {
  return (await central.firms()).length > 1 ? ` --firm ${firmCode}` : '';
}
