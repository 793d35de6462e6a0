import { scryptSync } from 'node:crypto';

/** About 80 ms on a laptop and 32 MiB for every guess. @see RFC 7914 */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** The 32-byte key that a passphrase and a salt stand for. */
export function passphraseKey(passphrase: string, salt: Uint8Array): Uint8Array {
  return new Uint8Array(scryptSync(passphrase.normalize('NFKC'), salt, 32, COST));
}
