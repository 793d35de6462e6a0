import type { Span } from './spans.ts';
import type { Ending } from './sweep-target.ts';

const MALFORMED = ['FILE_MALFORMED'];

/** What may come of a structure whose heads are in other places. */
export const SHIFTED: readonly Ending[] = ['FILE_MALFORMED', 'FILE_KIND', 'FILE_VERSION'];

/** Where the bytes of an envelope's frame are changed: its heads, its kind and its version. */
function ofFrame({ role, path }: Span, signature: Ending): readonly Ending[] {
  if (role === 'head') return MALFORMED;
  if (path === '0') return ['FILE_KIND', 'FILE_MALFORMED'];
  if (path === '1') return ['FILE_VERSION', 'FILE_MALFORMED'];
  return [signature];
}

/** Of a certificate in an envelope of its own. `prefix` leads to it. */
export function ofCertificate(span: Span): readonly Ending[] {
  const { path, role } = span;
  if (!path.startsWith('2.0>')) return ofFrame(span, 'CERTIFICATE_WRONG');
  if (role === 'head') return MALFORMED;
  if (path === '2.0>0') return ['CERTIFICATE_OTHER_ROOT'];
  return role === 'content' ? ['CERTIFICATE_WRONG'] : ['CERTIFICATE_WRONG', ...MALFORMED];
}

const HEADER = '2.1>';
const CERTIFICATE = '2.1>0>';

/** Of a context or update file, whose header is read before, and whose statement and sealed part after its signature. */
export function ofFile(span: Span): readonly Ending[] {
  const { path, role } = span;
  if (path.startsWith(CERTIFICATE)) return ofCertificate({ ...span, path: path.slice(CERTIFICATE.length) });
  if (path.startsWith(HEADER)) {
    if (role === 'head') return MALFORMED;
    return role === 'content' ? ['SIGNATURE_WRONG'] : ['SIGNATURE_WRONG', ...MALFORMED];
  }
  if (path.startsWith('2.') && role !== 'head') return ['SIGNATURE_WRONG'];
  return ofFrame(span, 'SIGNATURE_WRONG');
}

/** Whether a byte string of a file holds a structure that is read before its signature is checked. */
export function inFile(path: string): boolean {
  return path === '2.1' || path === '2.1>0' || path === '2.1>0>2.0';
}

export function inCertificate(path: string): boolean {
  return path === '2.0';
}

/** Of an envelope whose content is read before its signature, and one whose signature comes first. */
export function ofEnvelope(order: 'content first' | 'signature first'): (span: Span) => readonly Ending[] {
  return (span) => {
    const { path, role } = span;
    if (!path.startsWith('2.0>')) return ofFrame(span, 'SIGNATURE_WRONG');
    if (order === 'signature first') return ['SIGNATURE_WRONG'];
    if (role === 'head') return MALFORMED;
    return role === 'content' ? ['SIGNATURE_WRONG'] : ['SIGNATURE_WRONG', ...MALFORMED];
  };
}
