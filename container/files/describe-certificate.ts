import { type Refusal, refuse } from '../errors.ts';
import type { PublicKey } from '../model/ids.ts';
import { rootName } from './armor.ts';
import { containerCertificate, firmCertificate } from './certificate.ts';
import { readEnvelope } from './envelope.ts';

/** What a certificate says of itself. */
export interface CertificateHeader {
  readonly key: PublicKey;
  readonly lines: readonly (readonly [name: string, value: string])[];
}

type Described = { readonly ok: true; readonly value: CertificateHeader } | Refusal;

/**
 * What the certificate of a container or a firm says of itself. Nothing is verified; a firm's name is free text.
 *
 * @returns FILE_KIND when it is neither, FILE_MALFORMED, FILE_VERSION
 */
export function describeCertificate(raw: Uint8Array): Described {
  const asFirm = readEnvelope(raw, 'firmCertificate', 1, 'a context file, an update file or a certificate');
  if (asFirm.ok) return describeFirm(partOf(asFirm.value));
  if (asFirm.code !== 'FILE_KIND') return asFirm;
  const asContainer = readEnvelope(raw, 'containerCertificate', 1, 'a certificate');
  if (asContainer.ok) return describeContainer(partOf(asContainer.value));
  return asContainer.code === 'FILE_KIND' ? refuse('FILE_KIND', asFirm.details) : asContainer;
}

function partOf({ parts }: { readonly parts: readonly Uint8Array[] }): Uint8Array {
  return parts[0] ?? new Uint8Array(0);
}

function describeContainer(part: Uint8Array): Described {
  const content = containerCertificate.decode(part);
  if (!content.ok) return content;
  const { serial, kind, issues, root, key } = content.value;
  const lines = [
    ['Format', 'license-ferry certificate 1'],
    ['Of', serial],
    ['Container', kind],
    ['Issues', issues],
    ['Key', key],
    ['Root', rootName(root)],
  ] as const;
  return { ok: true, value: { key, lines } };
}

function describeFirm(part: Uint8Array): Described {
  const content = firmCertificate.decode(part);
  if (!content.ok) return content;
  const { firmCode, name, root, key } = content.value;
  const lines = [
    ['Format', 'license-ferry certificate 1'],
    ['Of', `firm ${firmCode}`],
    ['Name', name],
    ['Key', key],
    ['Root', rootName(root)],
  ] as const;
  return { ok: true, value: { key, lines } };
}
