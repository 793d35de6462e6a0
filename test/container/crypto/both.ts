import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { nobleCrypto } from '../../../container/crypto/noble.ts';
import type { Crypto } from '../../../container/crypto/port.ts';

/** Both implementations of the port, for `describe.each`. */
export const BOTH: readonly (readonly [name: string, crypto: Crypto])[] = [
  ['nobleCrypto', nobleCrypto],
  ['nativeCrypto', nativeCrypto()],
];
