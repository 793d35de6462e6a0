import { CONTAINER_SCHEMES, type FarBank, readAddress } from '../addresses.ts';
import { withCentral } from '../open-central.ts';
import { withOwner } from '../owner.ts';
import { parseNumber } from '../parse-arguments.ts';
import type { CommandContext } from '../run-ferry.ts';
import type { Issuer } from './issuer.ts';

/** Whom a command works with: an address, and a Firm Code where a License Central has several firms. */
export interface IssuerChoice {
  readonly address: string;
  readonly firm?: string | undefined;
}

/**
 * Opens `sim:DIR` or `central:DIR` as an issuer, does the work, and closes it, however the work ends.
 *
 * @throws ADDRESS_WRONG, ISSUER_UNKNOWN and what opening and `work` throw
 */
export async function withIssuer<T>(
  far: FarBank,
  context: CommandContext,
  { address, firm }: IssuerChoice,
  work: (issuer: Issuer) => Promise<T>,
): Promise<T> {
  const { scheme, folder } = await readAddress(far, address, [...CONTAINER_SCHEMES, 'central']);
  if (scheme !== 'central') {
    const { issuerOfContainer } = await import('./container-issuer.ts');
    return withOwner(far, context, address, (client) =>
      work(issuerOfContainer(client, address, (length) => context.env.random(length))),
    );
  }
  const wanted = firm === undefined ? undefined : parseNumber(firm, 'Firm Code', 1);
  return withCentral(context, folder, async (central) => {
    const { issuerOfFirm } = await import('./firm-issuer.ts');
    return work(issuerOfFirm(central, wanted));
  });
}
