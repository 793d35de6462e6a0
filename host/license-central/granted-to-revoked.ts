import { FerryError } from '../../container/errors.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { LicenseCentral } from './central.ts';

/**
 * Refuses to bring licenses to a container that is on the list of their firm, or on the root's: what was granted to it before waits
 * until it is cancelled, or the container is taken off the list. Withdrawals and other changes go on, and so do lists.
 *
 * @param arrived the last sequence that the container shows to have applied: those up to there only wait for their receipt
 * @throws TARGET_REVOKED, CERTIFICATE_REVOKED
 */
export async function requireNoGrantsToRevoked(
  central: Pick<LicenseCentral, 'revocations' | 'transit'>,
  firmCode: number,
  target: { readonly key: PublicKey } | { readonly serial: string },
  arrived = 0,
): Promise<void> {
  const open = (await central.transit(firmCode)).find(
    (entry) =>
      ('key' in target ? entry.target === target.key : entry.serial === target.serial) &&
      !entry.cancelled &&
      entry.sequence > arrived &&
      (entry.kind === 'add' || entry.kind === 'replace'),
  );
  if (open === undefined) return;
  const lists = (await central.revocations()).filter(({ containers }) =>
    containers.some(({ key }) => key === open.target),
  );
  if (lists.some((list) => list.firmCode === firmCode))
    throw new FerryError('TARGET_REVOKED', { target: open.serial, firm: firmCode });
  if (lists.some((list) => list.firmCode === null)) throw new FerryError('CERTIFICATE_REVOKED', { who: open.serial });
}
