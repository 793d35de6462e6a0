import type { Crypto } from '../../../container/crypto/port.ts';
import { chainNext, entryHash, newHead, newInbound } from '../../../container/engine/issuer-channel.ts';
import type { Env } from '../../../container/env.ts';
import { readStoredCertificate } from '../../../container/files/certificate.ts';
import { encodeEntry } from '../../../container/files/entries.ts';
import type { Grant } from '../../../container/files/grant.ts';
import { certifyFirm, signGrant, testRoot } from '../../../container/files/test-root.ts';
import { sealUpdateFile } from '../../../container/files/update-file.ts';
import { NO_BYTES, toHex } from '../../../container/model/bytes.ts';
import type { ItemId, PublicKey } from '../../../container/model/ids.ts';

/** The evaluation Firm Code of the field. */
export const DEMO_FIRM = 6000010;
export const DEMO_PRODUCT = 1001;

/**
 * The first update of a vendor made for the demo under the TEST root: it grants seats of one product to a container.
 *
 * The vendor's keys are thrown away afterwards, so this is not a way to keep a vendor.
 */
export function demoUpdate(crypto: Crypto, env: Env, containerCertificate: Uint8Array, seats: number): Uint8Array {
  const target = readStoredCertificate(containerCertificate);
  if (target.party !== 'container') throw new TypeError('a demo vendor loads containers only');
  const seed = env.random(32);
  const key = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
  const certificate = certifyFirm(crypto, testRoot(crypto), {
    firmCode: DEMO_FIRM,
    key,
    sealingKey: crypto.x25519PublicKey(env.random(32)),
    name: 'Example Automation',
  });
  const grant = signGrant(crypto, seed, demoGrant(toHex(env.random(16)) as ItemId, target.key, seats));
  const entry = encodeEntry({ kind: 'add', grants: [grant] }, env.random(16));
  const { issuedChain } = newHead(crypto, key, target.key);
  const chain = chainNext(crypto, issuedChain, entryHash(crypto, entry));
  const header = {
    certificate,
    container: target.key,
    serial: target.serial,
    epoch: 0,
    first: 1,
    last: 1,
    chainBefore: issuedChain,
    chainLast: chain,
    settledThrough: 0,
    custodyKnownThrough: 0,
    cancelled: [],
  };
  const statement = {
    signer: key,
    partner: target.key,
    generation: 1,
    stateHash: chain,
    outbound: { epoch: 0, issued: 1, hash: chain },
    inbound: newInbound(crypto, target.key, key),
  };
  const body = { entries: [entry], signatures: [null], certificates: [], notices: [] };
  return sealUpdateFile(crypto, seed, { statement, header, body }, target.sealingKey, env.random(32));
}

function demoGrant(itemId: ItemId, firstHolder: PublicKey, quantity: number): Grant {
  return {
    itemId,
    firmCode: DEMO_FIRM,
    productCode: DEMO_PRODUCT,
    firstHolder,
    quantity,
    unitCounter: null,
    featureMap: null,
    activationTime: null,
    expirationTime: null,
    usagePeriod: null,
    maintenance: null,
    lingerTime: null,
    minimumRuntime: null,
    text: 'Controller runtime',
    protectedData: NO_BYTES,
    extendedProtectedData: [],
    hiddenData: [],
    secretData: [],
    terms: { type: 'quantity', targetKinds: [], targetKeys: [], mostPerTarget: null, returnable: true, depth: 1 },
  };
}
