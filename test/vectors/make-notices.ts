import { lockChallenge } from '../../container/engine/lock.ts';
import { timeCertificate } from '../../container/files/certificate.ts';
import {
  certifiedTime,
  firmRevocations,
  reAnchor,
  rootRevocations,
  signCertifiedTime,
  signFirmRevocations,
  signReAnchor,
  signRootRevocations,
} from '../../container/files/notices.ts';
import { certifyTimeServer } from '../../container/files/test-root.ts';
import { fromHex, toHex } from '../../container/model/bytes.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { type Parties, toJson, type Vector } from './make-parts.ts';

/** Every notice as its record and as it travels, and the challenge of a locked container. */
export function makeNotices({ crypto, root, secret, dongle, device, firm }: Parties): Vector[] {
  const keys = [dongle.key, device.key].sort();
  const firmList = { firmCode: 6000010, version: 3, keys };
  const rootList = { version: 2, keys: [device.key] };
  const seed = secret('time server');
  const key = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
  const certified = { root: root.id, key };
  const certificate = certifyTimeServer(crypto, root, key);
  const time = { container: device.key, challenge: secret('challenge').subarray(0, 16), time: 851_990_400 };
  const anchored = { generation: 9, stateHash: secret('anchored state') };
  const found = { generation: 7, stateHash: secret('found state') };
  const challenge = lockChallenge(crypto, anchored, found);
  const accepted = { firmCode: 6000010, container: device.key, challenge: fromHex(challenge) };
  const signed = (name: string, by: Uint8Array, encoded: Uint8Array): Vector => {
    return { name: `${name}, signed`, seed: toHex(by), encoded: toHex(encoded) };
  };
  const vector = <T>(name: string, record: string, content: T, encoded: Uint8Array): Vector => {
    return { name, record, content: toJson(content), encoded: toHex(encoded) };
  };
  return [
    vector('list of the root', rootRevocations.record.name, rootList, rootRevocations.encode(rootList)),
    signed('list of the root', root.seed, signRootRevocations(crypto, root.seed, rootList)),
    vector('list of a firm', firmRevocations.record.name, firmList, firmRevocations.encode(firmList)),
    signed('list of a firm', firm.seed, signFirmRevocations(crypto, firm.seed, firmList)),
    vector('certificate of a time server', timeCertificate.record.name, certified, timeCertificate.encode(certified)),
    signed('certificate of a time server', root.seed, certificate),
    vector('answer to a challenge', certifiedTime.record.name, time, certifiedTime.encode(time)),
    signed('answer to a challenge', seed, signCertifiedTime(crypto, { seed, certificate }, time)),
    { name: 'challenge of a locked container', anchored: toJson(anchored), found: toJson(found), challenge },
    {
      name: 'challenge of a container without an anchor',
      found: toJson(found),
      challenge: lockChallenge(crypto, undefined, found),
    },
    vector('state that a firm accepts', reAnchor.record.name, accepted, reAnchor.encode(accepted)),
    signed('state that a firm accepts', firm.seed, signReAnchor(crypto, firm.seed, accepted)),
  ];
}
