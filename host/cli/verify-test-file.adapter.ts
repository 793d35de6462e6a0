import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { explain } from '../../container/errors.ts';
import { verifyCertificate } from '../../container/files/certificate.ts';
import { openContextFile } from '../../container/files/context-file.ts';
import { checkFile, readFile } from '../../container/files/signed-file.ts';
import { testRoot } from '../../container/files/test-root.ts';
import { updateHeader } from '../../container/files/update-file.ts';

/**
 * Whether certificate and signature of a file hold under the TEST root, in words for people; the exit code tells programs.
 * The seal stays closed.
 *
 * @throws FILE_TOO_LARGE, FILE_MALFORMED, FILE_VERSION, FILE_KIND
 */
export function verifyTestFile(
  raw: Uint8Array,
  kind: 'context' | 'update' | 'certificate',
): { readonly words: string; readonly exit: number } {
  const crypto = nativeCrypto();
  const verifier = { crypto, root: testRoot(crypto), known: () => undefined, isRevoked: () => false };
  const checks = {
    context: () => openContextFile(verifier, raw),
    update: () => checkUpdate(verifier, raw),
    certificate: () => verifyCertificate(crypto, verifier.root, raw),
  };
  const checked = checks[kind]();
  if (checked.ok) return { words: 'valid, certified by the TEST root', exit: 0 };
  const { happened, exit } = explain(checked.code, checked.details);
  return { words: `NOT VALID: ${happened}`, exit };
}

function checkUpdate(verifier: Parameters<typeof checkFile>[0], raw: Uint8Array) {
  const envelope = readFile(raw, 'updateFile', 'an update file');
  if (!envelope.ok) return envelope;
  const header = updateHeader.decode(envelope.value.parts[1] ?? new Uint8Array(0));
  return header.ok ? checkFile(verifier, envelope.value, header.value.certificate) : header;
}
