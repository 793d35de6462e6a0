import type { PublicKey } from '../model/ids.ts';
import { statementIn } from './statement-in.ts';

export const CONTEXT_SUFFIX = '.ferry-context';
export const UPDATE_SUFFIX = '.ferry-update';
export const CERTIFICATE_SUFFIX = '.ferry-certificate';
/** Digits of a key that tell two issuers of one name apart. */
const KEY_DIGITS = 8;

/**
 * The name of a context or receipt on a disk or stick; those for issuers that people call differently have different names.
 *
 * @param issuer what people call it: a serial number or `firm <Firm Code>`
 * @param key of the issuer, to tell it from another one of that name
 */
export function contextFileName(serial: string, issuer: string, kind: 'context' | 'receipt', key?: PublicKey): string {
  const apart = key === undefined ? '' : `-${key.slice(0, KEY_DIGITS)}`;
  return `${part(serial)}-for-${part(issuer)}${apart}${kind === 'receipt' ? '-receipt' : ''}${CONTEXT_SUFFIX}`;
}

/** Whether a file is a context or receipt for another issuer than that one, so that its name is not to be had. */
export function isForAnother(there: Uint8Array, issuer: PublicKey): boolean {
  const said = statementIn(there);
  return said !== undefined && said.partner !== issuer;
}

/** The name of an update file: from whom, for whom, and the sequences in it as people read them. */
export function updateFileName(issuer: string, serial: string, sequences: string): string {
  return `${part(issuer)}-for-${part(serial)}-${part(sequences)}${UPDATE_SUFFIX}`;
}

/** The name of a file with the certificate of an issuer. */
export function certificateFileName(issuer: string): string {
  return `${part(issuer)}${CERTIFICATE_SUFFIX}`;
}

function part(text: string): string {
  return text.replace(/[^\w-]+/g, '-');
}
