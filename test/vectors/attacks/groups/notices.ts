import { sealEnvelope, signedEnvelope } from '../../../../container/files/envelope.ts';
import {
  rootRevocations,
  signCertifiedTime,
  signFirmRevocations,
  signReAnchor,
  signRootRevocations,
} from '../../../../container/files/notices.ts';
import { certifyTimeServer } from '../../../../container/files/test-root.ts';
import { fromHex, NO_BYTES, toHex } from '../../../../container/model/bytes.ts';
import type { PublicKey } from '../../../../container/model/ids.ts';
import { strangeRoot } from '../../../../host/conformance/makers/parties.ts';
import { issueRequest } from '../../../world/issue-request.ts';
import type { Call } from '../attack.ts';
import { type AttackScene, FIRM, OTHER_FIRM } from '../attack-scene.ts';
import { type AttackPlan, ends, type GroupPlan, idle, refused } from '../plan.ts';

/** A file without entries that brings one notice; the container knows its issuer. */
async function bringing(scene: AttackScene, notice: Uint8Array): Promise<Call> {
  scene.firm.add({});
  await scene.takes(scene.firm);
  return bring(scene, notice);
}

/** The same where the container knows it already. The statement says what the last one said, so that nothing is new in it. */
function bring(scene: AttackScene, notice: Uint8Array): Call {
  return scene.file(scene.firm, {
    header: { settledThrough: 0 },
    body: { notices: [notice] },
    statement: { generation: 1 },
  });
}

/** A notice that is passed over, beside nothing else. */
function passedOver(
  name: string,
  rules: readonly string[],
  code: string,
  make: (scene: AttackScene) => Uint8Array,
): AttackPlan {
  return idle(name, rules, async (scene) => bringing(scene, make(scene)), { notices: [code] });
}

function firmList(scene: AttackScene, by: 'firm' | 'otherFirm', firmCode: number, version = 1): Uint8Array {
  const keys = [scene.dongle.party.key];
  return signFirmRevocations(scene.crypto, scene[by].party.seed, { firmCode, version, keys });
}

function rootList({ crypto, tools }: AttackScene, keys: readonly PublicKey[], version = 1): Uint8Array {
  return signRootRevocations(crypto, tools.root.seed, { version, keys });
}

/** The answer of a time server, whose certificate and words may be bent. */
function timeOf(
  scene: AttackScene,
  {
    certificate,
    container,
    challenge,
    seed,
  }: { certificate?: Uint8Array; container?: PublicKey; challenge?: Uint8Array; seed?: Uint8Array } = {},
): Uint8Array {
  const { crypto, root } = scene.tools;
  const own = crypto.sha256(fromHex(root.key));
  const key = toHex(crypto.ed25519PublicKey(own)) as PublicKey;
  const server = { seed: seed ?? own, certificate: certificate ?? certifyTimeServer(crypto, root, key) };
  return signCertifiedTime(crypto, server, {
    container: container ?? scene.target.key,
    challenge: challenge ?? scene.start.challenge,
    time: 850_000_000,
  });
}

const OTHER_CHALLENGE = new Uint8Array(16).fill(7);

function reAnchorOf(
  scene: AttackScene,
  bends: { firmCode?: number; container?: PublicKey; challenge?: Uint8Array; seed?: Uint8Array } = {},
) {
  return signReAnchor(scene.crypto, bends.seed ?? scene.firm.party.seed, {
    firmCode: bends.firmCode ?? FIRM,
    container: bends.container ?? scene.target.key,
    challenge: bends.challenge ?? OTHER_CHALLENGE,
  });
}

/** The container was set back by one commit: it is locked. */
async function locked(scene: AttackScene): Promise<void> {
  scene.firm.add({});
  await scene.takes(scene.firm);
  await scene.happens('keep memory');
  scene.firm.add({});
  await scene.does(scene.file(scene.firm));
  await scene.happens('set memory back');
}

function onLocked(name: string, make: (scene: AttackScene) => Call): AttackPlan {
  return refused(name, ['R7'], 'CONTAINER_LOCKED', async (scene) => {
    await locked(scene);
    return make(scene);
  });
}

/** The dongle transfers a license of that firm. */
function transferOf(scene: AttackScene, by: 'firm' | 'otherFirm'): void {
  const grant = scene[by].grant({}, scene.dongle.party.key);
  scene.dongle.transfer([{ grant }], [scene[by].party.certificate]);
}

/** Notices beside the sequence: lists of revocations, certified time, re-anchors. */
export const notices: GroupPlan = {
  name: 'notices',
  about:
    'Notices of those who may not give them, downgraded, for others or used up; and what revocation and locking refuse.',
  kind: 'soft',
  attacks: [
    passedOver('a notice that is 64 zeros', ['encoding'], 'FILE_MALFORMED', () => new Uint8Array(64)),
    passedOver('a grant in the place of a notice', ['R11'], 'NOTICE_UNKNOWN', ({ firm }) => firm.grant().raw),
    passedOver(
      'a certificate in the place of a notice',
      ['R11'],
      'NOTICE_UNKNOWN',
      ({ firm }) => firm.party.certificate,
    ),
    passedOver('a list of version 2 of the format', ['downgrade'], 'FILE_VERSION', (scene) =>
      signedEnvelope.encode({ ...signedEnvelope.decodeTrusted(rootList(scene, [])), version: 2 }),
    ),
    passedOver('a list with a second part', ['encoding'], 'FILE_MALFORMED', ({ crypto, tools }) =>
      sealEnvelope(crypto, tools.root.seed, 'rootRevocations', [
        rootRevocations.encode({ version: 1, keys: [] }),
        NO_BYTES,
      ]),
    ),
    passedOver('a list of the root that a firm signed', ['R11'], 'SIGNATURE_WRONG', (scene) =>
      signRootRevocations(scene.crypto, scene.firm.party.seed, { version: 9, keys: [scene.dongle.party.key] }),
    ),
    passedOver('a list of the root that another root signed', ['crypto'], 'SIGNATURE_WRONG', (scene) =>
      signRootRevocations(scene.crypto, strangeRoot(scene.tool('strange')).seed, { version: 9, keys: [] }),
    ),
    passedOver('a list of the root with descending keys', ['R14'], 'FILE_MALFORMED', (scene) => {
      const keys = [scene.dongle.party.key, scene.earlier.key].sort().reverse();
      const part = rootRevocations.encode({ version: 1, keys });
      return sealEnvelope(scene.crypto, scene.tools.root.seed, 'rootRevocations', [part]);
    }),
    passedOver('a list of the root with one key twice', ['R14'], 'FILE_MALFORMED', (scene) => {
      const part = rootRevocations.encode({ version: 1, keys: [scene.earlier.key, scene.earlier.key] });
      return sealEnvelope(scene.crypto, scene.tools.root.seed, 'rootRevocations', [part]);
    }),
    passedOver('the list of a firm that another firm signed', ['R11', 'R14'], 'SIGNATURE_WRONG', (scene) =>
      firmList(scene, 'otherFirm', FIRM),
    ),
    passedOver('the list of a firm that is not known here', ['R11', 'R14'], 'ISSUER_UNKNOWN', (scene) =>
      firmList(scene, 'otherFirm', OTHER_FIRM),
    ),
    idle(
      'a list of a lower version than the one here',
      ['R14', 'downgrade'],
      async (scene) => {
        await scene.does(await bringing(scene, firmList(scene, 'firm', FIRM, 2)));
        return bring(
          scene,
          signFirmRevocations(scene.crypto, scene.firm.party.seed, { firmCode: FIRM, version: 1, keys: [] }),
        );
      },
      { notices: ['known'] },
    ),
    idle(
      'another list of the version that is here',
      ['R14', 'downgrade'],
      async (scene) => {
        await scene.does(await bringing(scene, rootList(scene, [scene.dongle.party.key], 2)));
        return bring(scene, rootList(scene, [], 2));
      },
      { notices: ['known'] },
    ),
    ends('a transfer by a sender that its firm has revoked', ['R14'], ['SENDER_REVOKED'], async (scene) => {
      await scene.does(await bringing(scene, firmList(scene, 'firm', FIRM)));
      transferOf(scene, 'firm');
      return scene.file(scene.dongle);
    }),
    ends('a transfer by a sender that its firm has written off', ['R14'], ['SENDER_REVOKED'], async (scene) => {
      scene.firm.issue({ kind: 'writeOff', target: scene.dongle.party.key, through: 0 });
      await scene.takes(scene.firm);
      transferOf(scene, 'firm');
      return scene.file(scene.dongle);
    }),
    ends(
      'licenses of two firms by a sender that one has revoked',
      ['R14', 'R11'],
      ['SENDER_REVOKED', 'applied'],
      async (scene) => {
        await scene.does(await bringing(scene, firmList(scene, 'firm', FIRM)));
        transferOf(scene, 'firm');
        const grant = scene.otherFirm.grant({}, scene.dongle.party.key);
        scene.dongle.transfer([{ grant }], [scene.otherFirm.party.certificate]);
        scene.gains(grant.grant.itemId, 5);
        return scene.file(scene.dongle);
      },
    ),
    refused('a file of a container that the root has revoked', ['R14'], 'CERTIFICATE_REVOKED', async (scene) => {
      await scene.does(await bringing(scene, rootList(scene, [scene.dongle.party.key])));
      transferOf(scene, 'firm');
      return scene.file(scene.dongle);
    }),
    {
      name: 'a file that brings the list on which its own issuer stands',
      rules: ['R14'],
      expect: { error: 'CERTIFICATE_REVOKED', state: 'advanced', evidence: 0 },
      make: (scene) => {
        scene.firm.add({});
        return scene.file(scene.firm, { body: { notices: [rootList(scene, [scene.firm.party.key])] } });
      },
    },
    ends('a license of a firm that the root has revoked', ['R14'], ['GRANT_WRONG'], async (scene) => {
      await scene.does(await bringing(scene, rootList(scene, [scene.otherFirm.party.key])));
      transferOf(scene, 'otherFirm');
      return scene.file(scene.dongle);
    }),
    refused(
      'a context for an issuer that the root has revoked',
      ['R12', 'R14'],
      'CERTIFICATE_REVOKED',
      async (scene) => {
        await scene.does(await bringing(scene, rootList(scene, [scene.earlier.key])));
        return scene.call('context', { certificate: scene.earlier.certificate, firmCode: null });
      },
    ),
    passedOver('certified time for another container', ['R9'], 'NOT_ADDRESSED', (scene) =>
      timeOf(scene, { container: scene.earlier.key }),
    ),
    passedOver('certified time for a challenge that was never given', ['R9'], 'CHALLENGE_UNKNOWN', (scene) =>
      timeOf(scene, { challenge: OTHER_CHALLENGE }),
    ),
    passedOver('certified time by a server that the root did not certify', ['R9'], 'CERTIFICATE_WRONG', (scene) => {
      const { crypto, root, env } = scene.tool('own server');
      const seed = env.random(32);
      const key = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
      return timeOf(scene, { seed, certificate: certifyTimeServer(crypto, { ...root, seed }, key) });
    }),
    passedOver('certified time by a server of another root', ['R9'], 'CERTIFICATE_OTHER_ROOT', (scene) => {
      const root = strangeRoot(scene.tool('strange'));
      return timeOf(scene, { certificate: certifyTimeServer(scene.crypto, root, scene.earlier.key) });
    }),
    passedOver('certified time by a firm', ['R9'], 'FILE_KIND', (scene) =>
      timeOf(scene, { seed: scene.firm.party.seed, certificate: scene.firm.party.certificate }),
    ),
    passedOver('certified time that another key signed', ['R9'], 'SIGNATURE_WRONG', (scene) =>
      timeOf(scene, { seed: scene.earlier.seed }),
    ),
    idle(
      'certified time for a challenge that is used up',
      ['R9'],
      async (scene) => {
        const answer = timeOf(scene);
        await scene.does(await bringing(scene, answer));
        return bring(scene, answer);
      },
      { notices: ['CHALLENGE_UNKNOWN'] },
    ),
    passedOver('a re-anchor for a container that is not locked', ['R7'], 'CHALLENGE_UNKNOWN', (scene) =>
      reAnchorOf(scene),
    ),
    passedOver('a re-anchor for another container', ['R7'], 'NOT_ADDRESSED', (scene) =>
      reAnchorOf(scene, { container: scene.earlier.key }),
    ),
    passedOver('a re-anchor that another firm signed', ['R7', 'R11'], 'SIGNATURE_WRONG', (scene) =>
      reAnchorOf(scene, { seed: scene.otherFirm.party.seed }),
    ),
    onLocked('a file for a container that was set back', (scene) => scene.file(scene.firm)),
    onLocked('a re-anchor that names another state than the locked one', (scene) => bring(scene, reAnchorOf(scene))),
    onLocked('a re-anchor of a locked container by another firm', (scene) =>
      bring(scene, reAnchorOf(scene, { seed: scene.otherFirm.party.seed })),
    ),
    onLocked('a list of revocations for a locked container', (scene) =>
      bring(scene, rootList(scene, [scene.earlier.key])),
    ),
    onLocked('certified time for a locked container', (scene) => bring(scene, timeOf(scene))),
    onLocked('an order to a locked container', (scene) =>
      scene.call(
        'issue',
        issueRequest({ context: scene.contextOf(scene.earlier), first: 1, parts: [{ holding: 1, quantity: 1 }] }),
      ),
    ),
    onLocked('a receipt for a locked container', (scene) =>
      scene.call('settle', { context: scene.contextOf(scene.earlier) }),
    ),
  ],
};
