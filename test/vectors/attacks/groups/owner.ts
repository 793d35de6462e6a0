import { type PinPurpose, pinBytes, sealPin } from '../../../../container/files/sealed-pin.ts';
import { certifyContainer, certifyFirm, certifyTimeServer } from '../../../../container/files/test-root.ts';
import { concatBytes } from '../../../../container/model/bytes.ts';
import type { PublicKey } from '../../../../container/model/ids.ts';
import { serialFromParts } from '../../../../container/model/serial-number.ts';
import { flipped } from '../../../../host/conformance/makers/damaged.ts';
import { newContainer, newFirm, strangeRoot } from '../../../../host/conformance/makers/parties.ts';
import { SMALL_ORDER_SEALING_KEYS } from '../../../container/crypto/small-order-sealing-keys.ts';
import { issueRequest } from '../../../world/issue-request.ts';
import type { Call } from '../attack.ts';
import { type AttackScene, FIRM } from '../attack-scene.ts';
import { type AttackPlan, type GroupPlan, refused } from '../plan.ts';

const PIN = pinBytes('2468');

interface Seal {
  readonly purpose?: PinPurpose;
  readonly container?: PublicKey;
  readonly challenge?: Uint8Array;
  readonly pin?: Uint8Array;
}

function sealed({ crypto, target, start, tools }: AttackScene, seal: Seal = {}): Uint8Array {
  const { purpose = 'unlock', container = target.key, challenge = start.challenge, pin = PIN } = seal;
  return sealPin(crypto, target.sealingKey, { purpose, container, challenge }, pin, tools.env.random(32));
}

/** A license is here, its owner has set a PIN, and somebody else comes. */
async function owned(scene: AttackScene): Promise<void> {
  scene.firm.add({});
  await scene.takes(scene.firm);
  await scene.does(scene.call('challenge', {}));
  await scene.does(scene.call('set-pin', { sealed: sealed(scene, { purpose: 'set-pin' }) }));
  await scene.happens('new session');
}

function withoutOwner(name: string, make: (scene: AttackScene) => Call): AttackPlan {
  return refused(name, ['R12'], 'OWNER_NEEDED', async (scene) => {
    await owned(scene);
    return make(scene);
  });
}

function unlocking(
  name: string,
  code: Parameters<typeof refused>[2],
  make: (scene: AttackScene) => Uint8Array,
): AttackPlan {
  return refused(name, ['R12'], code, async (scene) => {
    await owned(scene);
    await scene.does(scene.call('challenge', {}));
    return scene.call('unlock', { sealed: make(scene) });
  });
}

const OTHER = new Uint8Array(16).fill(9);

function forContext(
  name: string,
  code: Parameters<typeof refused>[2],
  make: (scene: AttackScene) => Uint8Array,
): AttackPlan {
  return refused(name, ['R12', 'crypto'], code, (scene) =>
    scene.call('context', { certificate: make(scene), firmCode: null }),
  );
}

/** What only the owner may ask for, and certificates that are shown for a context. */
export const owner: GroupPlan = {
  name: 'owner',
  about:
    'What only the owner may ask for, sealed PINs that answer nothing, and certificates for which no context is made.',
  kind: 'dongle',
  attacks: [
    withoutOwner('an order without the owner', (scene) =>
      scene.call(
        'issue',
        issueRequest({ context: scene.contextOf(scene.earlier), first: 1, parts: [{ holding: 1, quantity: 1 }] }),
      ),
    ),
    withoutOwner('settling without the owner', (scene) =>
      scene.call('settle', { context: scene.contextOf(scene.earlier) }),
    ),
    withoutOwner('cancelling without the owner', (scene) =>
      scene.call('cancel', { target: scene.earlier.key, sequences: [1] }),
    ),
    withoutOwner('looking at the history without the owner', (scene) => scene.call('history', {})),
    withoutOwner('what is in transit without the owner', (scene) =>
      scene.call('transit', { target: scene.earlier.key }),
    ),
    withoutOwner('refusing a file without the owner', (scene) => {
      scene.firm.add({});
      return scene.call('refuse', { update: scene.firm.file(), through: 2 });
    }),
    withoutOwner('arming a work order without the owner', (scene) =>
      scene.call('arm-order', {
        items: [{ firmCode: FIRM, productCode: 1001, quantity: 5 }],
        kinds: [],
        keys: [],
        most: 1,
      }),
    ),
    withoutOwner('removing the PIN without the owner', (scene) => scene.call('set-pin', { sealed: null })),
    withoutOwner('setting another PIN without the owner', (scene) =>
      scene.call('set-pin', { sealed: sealed(scene, { purpose: 'set-pin', pin: pinBytes('1111') }) }),
    ),
    {
      name: 'a wrong PIN',
      rules: ['R12'],
      expect: { error: 'PIN_WRONG', state: 'advanced', evidence: 0 },
      make: async (scene) => {
        await owned(scene);
        await scene.does(scene.call('challenge', {}));
        return scene.call('unlock', { sealed: sealed(scene, { pin: pinBytes('1111') }) });
      },
    },
    refused('the right PIN after 8 wrong ones', ['R12'], 'PIN_BLOCKED', async (scene) => {
      await owned(scene);
      for (let count = 0; count < 8; count++) {
        await scene.does(scene.call('challenge', {}));
        await scene.does(
          scene.call('unlock', { sealed: sealed(scene, { pin: pinBytes(`111${count}`) }) }),
          'PIN_WRONG',
        );
      }
      await scene.does(scene.call('challenge', {}));
      return scene.call('unlock', { sealed: sealed(scene) });
    }),
    refused('the right PIN without a challenge', ['R12'], 'CHALLENGE_MISSING', async (scene) => {
      await owned(scene);
      return scene.call('unlock', { sealed: sealed(scene) });
    }),
    refused('the right PIN once more for the same challenge', ['R12'], 'CHALLENGE_MISSING', async (scene) => {
      await owned(scene);
      await scene.does(scene.call('challenge', {}));
      const unlock = scene.call('unlock', { sealed: sealed(scene) });
      await scene.does(unlock);
      return unlock;
    }),
    unlocking('the right PIN in answer to another challenge', 'CHALLENGE_MISSING', (scene) =>
      sealed(scene, { challenge: OTHER }),
    ),
    unlocking('the right PIN, sealed for another container', 'CHALLENGE_MISSING', (scene) =>
      sealed(scene, { container: scene.earlier.key }),
    ),
    unlocking('the right PIN, sealed to be set', 'CHALLENGE_MISSING', (scene) => sealed(scene, { purpose: 'set-pin' })),
    unlocking('a sealed PIN with one bit turned over', 'CHALLENGE_MISSING', (scene) => flipped(sealed(scene), 40)),
    unlocking('a PIN of 3 bytes', 'PIN_UNSUITABLE', (scene) => sealed(scene, { pin: pinBytes('246') })),
    unlocking('a PIN without a byte', 'PIN_UNSUITABLE', (scene) => sealed(scene, { pin: new Uint8Array(0) })),
    unlocking('a PIN under a key that shares nothing', 'CHALLENGE_MISSING', (scene) =>
      concatBytes(new Uint8Array(32), sealed(scene).subarray(32)),
    ),
    forContext('a context for a certificate that the root did not sign', 'CERTIFICATE_WRONG', (scene) => {
      const tools = scene.tool('forger');
      return newFirm({ ...tools, root: { ...tools.root, seed: tools.env.random(32) } }, FIRM).certificate;
    }),
    forContext('a context for a certificate of another root', 'CERTIFICATE_OTHER_ROOT', (scene) => {
      const tools = scene.tool('stranger');
      return newContainer({ ...tools, root: strangeRoot(tools) }).certificate;
    }),
    forContext('a context for a time server', 'FILE_KIND', ({ crypto, tools, earlier }) =>
      certifyTimeServer(crypto, tools.root, earlier.key),
    ),
    forContext('a context for a certificate with a byte behind its end', 'FILE_MALFORMED', ({ earlier }) =>
      concatBytes(earlier.certificate, Uint8Array.of(0)),
    ),
    forContext('a context for a certificate of version 2', 'FILE_VERSION', ({ earlier }) =>
      earlier.certificate.with(2, 2),
    ),
    forContext('a context for the container itself', 'ISSUER_UNKNOWN', ({ target }) => target.certificate),
    refused('a context for a firm that is not known here', ['R12'], 'ISSUER_UNKNOWN', (scene) =>
      scene.call('context', { certificate: null, firmCode: 6000011 }),
    ),
    refused('a context for nobody', ['R12'], 'ISSUER_UNKNOWN', (scene) =>
      scene.call('context', { certificate: null, firmCode: null }),
    ),
    ...SMALL_ORDER_SEALING_KEYS.map((sealingKey, at) =>
      forContext(
        `a context for a sealing key of small order, ${at + 1}`,
        'CERTIFICATE_WRONG',
        ({ crypto, tools, firm, earlier }) =>
          at % 2 === 0
            ? certifyFirm(crypto, tools.root, { firmCode: FIRM, key: firm.party.key, sealingKey, name: '' })
            : certifyContainer(crypto, tools.root, {
                serial: serialFromParts(3, 5),
                kind: 'dongle',
                key: earlier.key,
                sealingKey,
                issues: 'move',
              }),
      ),
    ),
  ],
};
