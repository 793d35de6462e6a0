import { sealEnvelope, signedEnvelope } from '../../../../container/files/envelope.ts';
import { certifyFirm } from '../../../../container/files/test-root.ts';
import { concatBytes, toHex } from '../../../../container/model/bytes.ts';
import type { PublicKey } from '../../../../container/model/ids.ts';
import { opened, resigned } from '../../../../host/conformance/makers/damaged.ts';
import { TestFirm } from '../../../../host/conformance/makers/test-firm.ts';
import { SMALL_ORDER_SEALING_KEYS } from '../../../container/crypto/small-order-sealing-keys.ts';
import {
  SMALL_ORDER_ENCODINGS,
  UNREDUCED_ENCODINGS,
  withLargerS,
} from '../../../container/crypto/wicked-signatures.ts';
import { type AttackScene, FIRM } from '../attack-scene.ts';
import { type AttackPlan, ends, type GroupPlan, refused } from '../plan.ts';

/** The signature of an envelope as given. */
function withSignature(raw: Uint8Array, change: (signature: Uint8Array) => Uint8Array): Uint8Array {
  const envelope = signedEnvelope.decodeTrusted(raw);
  return signedEnvelope.encode({ ...envelope, signature: change(envelope.signature) });
}

/** A firm whose certified key is of small order, so that anybody could sign for it if such keys were believed. */
function smallFirm(scene: AttackScene, raw: Uint8Array): TestFirm {
  const { crypto, root } = scene.tools;
  const key = toHex(raw) as PublicKey;
  const sealingKey = crypto.x25519PublicKey(scene.firm.party.sealingSecret);
  const certificate = certifyFirm(crypto, root, { firmCode: FIRM, key, sealingKey, name: 'small' });
  return new TestFirm(scene.tool('small'), scene.target, FIRM, { ...scene.firm.party, key, certificate });
}

/** The neutral element as R, and S = 0: it solves the equation of every key of small order, with and without cofactor. */
const NOTHING = concatBytes(Uint8Array.of(1), new Uint8Array(63));

function file(name: string, change: (signature: Uint8Array, scene: AttackScene) => Uint8Array): AttackPlan {
  return refused(name, ['crypto'], 'SIGNATURE_WRONG', (scene) => {
    scene.firm.add({});
    return scene.apply(withSignature(scene.firm.file(), (signature) => change(signature, scene)));
  });
}

/** What a careless implementation of the cryptography lets pass. */
export const crypto: GroupPlan = {
  name: 'crypto',
  about: 'Keys of small order, signatures that are not canonical, and seals whose shared secret is zero.',
  kind: 'soft',
  attacks: [
    ...[1n, 2n, 15n].map((times) =>
      file(`a file whose S is larger by ${times} times the group order`, (signature) => withLargerS(signature, times)),
    ),
    file('a file whose R is of small order', (signature) =>
      concatBytes(Uint8Array.of(1), new Uint8Array(31), signature.subarray(32)),
    ),
    file('a file whose R is not reduced', (signature) =>
      concatBytes(UNREDUCED_ENCODINGS[4] as Uint8Array, signature.subarray(32)),
    ),
    file('a file whose signature is zero', () => new Uint8Array(64)),
    file('a file whose signature is all ones', () => new Uint8Array(64).fill(255)),
    file('a file signed under the kind of a context', (_, { crypto: primitives, firm }) => {
      const { parts } = signedEnvelope.decodeTrusted(firm.file());
      return signedEnvelope.decodeTrusted(sealEnvelope(primitives, firm.party.seed, 'contextFile', parts)).signature;
    }),
    ...SMALL_ORDER_ENCODINGS.map((key, at) =>
      refused(`a firm whose key is of small order, ${at + 1}`, ['crypto'], 'SIGNATURE_WRONG', (scene) => {
        const small = smallFirm(scene, key);
        return scene.apply(withSignature(small.file(), () => NOTHING));
      }),
    ),
    refused('a certificate whose S is larger by the group order', ['crypto'], 'CERTIFICATE_WRONG', (scene) => {
      scene.firm.add({});
      const certificate = withSignature(scene.firm.party.certificate, (signature) => withLargerS(signature, 1n));
      return scene.file(scene.firm, { header: { certificate } });
    }),
    refused(
      'a known certificate whose S is larger by the group order',
      ['crypto'],
      'CERTIFICATE_WRONG',
      async (scene) => {
        scene.firm.add({});
        await scene.takes(scene.firm);
        scene.firm.add({});
        const certificate = withSignature(scene.firm.party.certificate, (signature) => withLargerS(signature, 1n));
        return scene.file(scene.firm, { header: { certificate } });
      },
    ),
    ends('a grant whose S is larger by the group order', ['crypto'], ['GRANT_WRONG'], (scene) => {
      const grants = [withSignature(scene.firm.grant().raw, (signature) => withLargerS(signature, 1n))];
      scene.firm.issue({ kind: 'add', grants });
      return scene.file(scene.firm);
    }),
    ends('a transfer whose S is larger by the group order', ['crypto'], ['CUSTODY_WRONG'], (scene) => {
      const { dongle, firm } = scene;
      dongle.transfer([{ grant: firm.grant({}, dongle.party.key) }], [firm.party.certificate]);
      const signatures = dongle.content().body.signatures.map((one) => one && withLargerS(one, 1n));
      return scene.file(dongle, { body: { signatures } });
    }),
    ...SMALL_ORDER_SEALING_KEYS.map((key, at) =>
      refused(`a seal under a key that shares nothing, ${at + 1}`, ['crypto'], 'CANNOT_OPEN', (scene) => {
        scene.firm.add({});
        const { parts } = opened(scene.firm.file());
        return scene.apply(resigned(scene.firm, parts.with(2, concatBytes(key, parts[2].subarray(32)))));
      }),
    ),
  ],
};
