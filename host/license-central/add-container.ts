import type { Crypto } from '../../container/crypto/port.ts';
import { FerryError } from '../../container/errors.ts';
import { type Certificate, type PinnedRoot, verifyCertificate } from '../../container/files/certificate.ts';
import { rememberContainer } from './parties.ts';
import { revokedByRoot } from './revocations.ts';
import type { ContainerRow, Writes } from './tables.ts';

type ContainerCertified = Certificate & { readonly party: 'container' };

/** The certificate of a container, verified. @throws CERTIFICATE_WRONG, CERTIFICATE_OTHER_ROOT, FILE_MALFORMED, FILE_VERSION */
export function verifiedContainer(crypto: Crypto, root: PinnedRoot, raw: Uint8Array): ContainerCertified {
  const checked = verifyCertificate(crypto, root, raw);
  if (!checked.ok) throw new FerryError(checked.code, checked.details);
  const certificate = checked.value;
  if (certificate.party === 'container') return certificate;
  throw new FerryError('CERTIFICATE_WRONG', { who: `firm ${certificate.firmCode}`, why: 'it is no container' });
}

/** Makes a container known. Repeatable. @throws CERTIFICATE_REVOKED, CERTIFICATE_WRONG */
export async function addContainer(tx: Writes, certificate: ContainerCertified): Promise<ContainerRow> {
  if ((await revokedByRoot(tx)).has(certificate.key))
    throw new FerryError('CERTIFICATE_REVOKED', { who: certificate.serial });
  return rememberContainer(tx, certificate);
}
