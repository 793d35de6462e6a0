import type { Crypto } from '../../../container/crypto/port.ts';
import type { Env } from '../../../container/env.ts';
import type { ContainerKind, IssueRight } from '../../../container/files/certificate.ts';
import { certifyContainer, certifyFirm, type RootAuthority } from '../../../container/files/test-root.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { type SerialNumber, serialFromParts } from '../../../container/model/serial-number.ts';

/** What every maker of test parties and test files works with. `root` is the public TEST root. */
export interface Tools {
  readonly crypto: Crypto;
  readonly env: Env;
  readonly root: RootAuthority;
}

/** A firm or a container of the tool's own: its secrets are at hand, so it can say what no honest one would. */
export interface Party {
  readonly key: PublicKey;
  readonly seed: Uint8Array;
  readonly sealingSecret: Uint8Array;
  readonly certificate: Uint8Array;
}

/** The container under test, as its certificate shows it. */
export interface Target {
  readonly key: PublicKey;
  readonly serial: SerialNumber;
  readonly kind: ContainerKind;
  readonly sealingKey: Uint8Array;
  readonly certificate: Uint8Array;
}

function newKeys({ crypto, env }: Tools): Omit<Party, 'certificate'> & { readonly sealingKey: Uint8Array } {
  const [seed, sealingSecret] = [env.random(32), env.random(32)];
  const key = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
  return { key, seed, sealingSecret, sealingKey: crypto.x25519PublicKey(sealingSecret) };
}

/** What every vendor of the tool is called. */
export const TEST_FIRM_NAME = 'Conformance test vendor';

/** A firm with fresh keys, certified under the TEST root. */
export function newFirm(tools: Tools, firmCode: number): Party {
  const { sealingKey, ...keys } = newKeys(tools);
  const content = { firmCode, key: keys.key, sealingKey, name: TEST_FIRM_NAME };
  const certificate = certifyFirm(tools.crypto, tools.root, content);
  return { ...keys, certificate };
}

/** Serial numbers of test containers: their own mask, so that nobody takes one for a device of the field. */
export const TEST_MASK = 65535;

/** A container with fresh keys, certified under the TEST root. */
export function newContainer(
  tools: Tools,
  { kind = 'dongle', issues = 'move' }: { readonly kind?: ContainerKind; readonly issues?: IssueRight } = {},
): Party {
  const { sealingKey, ...keys } = newKeys(tools);
  const number = new DataView(tools.env.random(4).buffer).getUint32(0);
  const serial = serialFromParts(TEST_MASK, number);
  const content = { serial, kind, key: keys.key, sealingKey, issues };
  return { ...keys, certificate: certifyContainer(tools.crypto, tools.root, content) };
}

/** A root of the same make that nobody trusts. */
export function strangeRoot({ crypto, env, root }: Tools): RootAuthority {
  const seed = env.random(32);
  const raw = crypto.ed25519PublicKey(seed);
  const id = toHex(crypto.sha256(raw).subarray(0, 8));
  return { seed, key: toHex(raw) as PublicKey, id, successor: root.successor };
}
