import type { Crypto } from '../crypto/port.ts';
import { type Hex, toHex, utf8 } from '../model/bytes.ts';
import type { Hash, PublicKey } from '../model/ids.ts';
import {
  type ContainerCertificate,
  containerCertificate,
  type FirmCertificate,
  firmCertificate,
  rootId,
  timeCertificate,
} from './certificate.ts';
import { sealEnvelope } from './envelope.ts';
import { type Grant, grant } from './grant.ts';

/** A root with its secret: whoever has it makes containers and firms. */
export interface RootAuthority {
  readonly key: PublicKey;
  readonly id: Hex;
  readonly seed: Uint8Array;
  /** SHA-256 of the key that will succeed this root. */
  readonly successor: Hash;
}

function seedOf(crypto: Crypto, words: string): Uint8Array {
  return crypto.sha256(utf8(words));
}

/**
 * The TEST root that everything simulated hangs on. Its secret is public on purpose: a container made for production
 * never pins it.
 */
export function testRoot(crypto: Crypto): RootAuthority {
  const seed = seedOf(crypto, 'license-ferry TEST root: worth nothing, for simulation only');
  const key = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
  const next = crypto.ed25519PublicKey(seedOf(crypto, 'license-ferry TEST root, successor'));
  return { key, id: rootId(crypto, key), seed, successor: toHex(crypto.sha256(next)) as Hash };
}

/** The id by which certificates of the TEST root are told apart at sight. */
export const TEST_ROOT_MARK = 'TEST';

export function certifyContainer(
  crypto: Crypto,
  root: RootAuthority,
  content: Omit<ContainerCertificate, 'root'>,
): Uint8Array {
  const part = containerCertificate.encode({ root: root.id, ...content });
  return sealEnvelope(crypto, root.seed, 'containerCertificate', [part]);
}

export function certifyFirm(crypto: Crypto, root: RootAuthority, content: Omit<FirmCertificate, 'root'>): Uint8Array {
  return sealEnvelope(crypto, root.seed, 'firmCertificate', [firmCertificate.encode({ root: root.id, ...content })]);
}

export function certifyTimeServer(crypto: Crypto, root: RootAuthority, key: PublicKey): Uint8Array {
  return sealEnvelope(crypto, root.seed, 'timeCertificate', [timeCertificate.encode({ root: root.id, key })]);
}

/** Signs a grant with the firm's seed. */
export function signGrant(crypto: Crypto, firmSeed: Uint8Array, content: Grant): Uint8Array {
  return sealEnvelope(crypto, firmSeed, 'grant', [grant.encode(content)]);
}
