export const CONTEXT_SUFFIX = '.ferry-context';
export const UPDATE_SUFFIX = '.ferry-update';

/**
 * The name of a context or receipt on a disk or stick; those for different issuers have different names.
 *
 * @param issuer what people call it: a serial number or `firm <Firm Code>`
 */
export function contextFileName(serial: string, issuer: string, kind: 'context' | 'receipt'): string {
  return `${part(serial)}-for-${part(issuer)}${kind === 'receipt' ? '-receipt' : ''}${CONTEXT_SUFFIX}`;
}

/** The name of an update file: from whom, for whom, and the sequences in it as people read them. */
export function updateFileName(issuer: string, serial: string, sequences: string): string {
  return `${part(issuer)}-for-${part(serial)}-${part(sequences)}${UPDATE_SUFFIX}`;
}

/** The name of a file with the certificate of an issuer. */
export function certificateFileName(issuer: string): string {
  return `${part(issuer)}.ferry-certificate`;
}

function part(text: string): string {
  return text.replace(/[^\w-]+/g, '-');
}
