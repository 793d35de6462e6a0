import { sealEnvelope, signedEnvelope } from '../../../../container/files/envelope.ts';
import { certifyTimeServer } from '../../../../container/files/test-root.ts';
import { concatBytes, NO_BYTES, toHex } from '../../../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../../../container/model/ids.ts';
import { FORMAT } from '../../../../container/model/limits.ts';
import { flipped, opened, resigned } from '../../../../host/conformance/makers/damaged.ts';
import { newContainer, newFirm } from '../../../../host/conformance/makers/parties.ts';
import { TestDongle } from '../../../../host/conformance/makers/test-dongle.ts';
import type { Bends, TestIssuer } from '../../../../host/conformance/makers/test-issuer.ts';
import type { AttackScene } from '../attack-scene.ts';
import { type AttackPlan, type GroupPlan, idle, refused } from '../plan.ts';

const LARGEST = 0xffffffff;

/** Two entries in transit; the first file of the firm was taken before. @returns the first of their sequences */
async function twoInTransit(scene: AttackScene): Promise<number> {
  const { firm } = scene;
  firm.add({});
  await scene.takes(firm);
  firm.add({});
  firm.add({});
  return firm.issued - 1;
}

function hash(issuer: TestIssuer): Hash {
  return toHex(issuer.tools.env.random(32)) as Hash;
}

function bent(
  name: string,
  rules: readonly string[],
  code: Parameters<typeof refused>[2],
  bend: (firm: TestIssuer, first: number, scene: AttackScene) => Bends,
): AttackPlan {
  return refused(name, rules, code, async (scene) => {
    const first = await twoInTransit(scene);
    return scene.file(scene.firm, bend(scene.firm, first, scene));
  });
}

function changed(
  name: string,
  rules: readonly string[],
  code: Parameters<typeof refused>[2],
  change: (file: Uint8Array, scene: AttackScene) => Uint8Array | Promise<Uint8Array>,
): AttackPlan {
  return refused(name, rules, code, async (scene) => {
    await twoInTransit(scene);
    return scene.apply(await change(scene.firm.file(), scene));
  });
}

function contradicting(name: string, bend: (firm: TestIssuer, first: number) => Bends): AttackPlan {
  return bent(name, ['R5'], 'FILE_MALFORMED', bend);
}

/** Whole files: damaged, recombined, for somebody else; and headers that cannot be. */
export const headers: GroupPlan = {
  name: 'headers',
  about:
    'Files that were damaged or recombined, and files that their issuer signed with a header that must be refused.',
  kind: 'soft',
  attacks: [
    changed('a file that lacks its last byte', ['encoding'], 'FILE_MALFORMED', (file) => file.subarray(0, -1)),
    changed('a file with a byte behind its end', ['encoding'], 'FILE_MALFORMED', (file) =>
      concatBytes(file, Uint8Array.of(0)),
    ),
    changed('a file twice in a row', ['encoding'], 'FILE_MALFORMED', (file) => concatBytes(file, file)),
    changed('a file with one bit of its signature turned over', ['crypto'], 'SIGNATURE_WRONG', (file) =>
      flipped(file, file.length - 1),
    ),
    ...[0, 2, 127].map((version) =>
      changed(`a file of version ${version}`, ['downgrade'], 'FILE_VERSION', (file) =>
        signedEnvelope.encode({ ...opened(file), version }),
      ),
    ),
    changed('a certificate in the place of a file', ['encoding'], 'FILE_KIND', (_, { firm }) => firm.party.certificate),
    changed('a context file in the place of an update', ['encoding'], 'FILE_KIND', (_, scene) =>
      scene.contextOf(scene.earlier),
    ),
    changed('a context file that calls itself an update', ['crypto'], 'FILE_MALFORMED', (_, scene) =>
      signedEnvelope.encode({ ...opened(scene.contextOf(scene.earlier)), kind: 'updateFile' }),
    ),
    changed('a file of two parts', ['encoding'], 'FILE_MALFORMED', (file, { firm }) =>
      resigned(firm, opened(file).parts.slice(0, 2)),
    ),
    changed('a file with its parts exchanged', ['crypto'], 'FILE_MALFORMED', (file) => {
      const { parts, ...rest } = opened(file);
      return signedEnvelope.encode({ ...rest, parts: [parts[1], parts[0], parts[2]] });
    }),
    ...([0, 1, 2] as const).map((at) =>
      changed(`a file with part ${at + 1} of a newer one`, ['crypto'], 'SIGNATURE_WRONG', (file, { firm }) => {
        firm.add({});
        const newer = opened(firm.file()).parts;
        const { parts, ...rest } = opened(file);
        return signedEnvelope.encode({ ...rest, parts: parts.with(at, newer[at]) });
      }),
    ),
    changed('a file with the signature of a newer one', ['crypto'], 'SIGNATURE_WRONG', (file, { firm }) => {
      firm.add({});
      return signedEnvelope.encode({ ...opened(file), signature: opened(firm.file()).signature });
    }),
    changed('a file with the body of a newer one, signed again', ['crypto'], 'CANNOT_OPEN', (file, { firm }) => {
      firm.add({});
      const [said, header] = opened(file).parts;
      return resigned(firm, [said, header, opened(firm.file()).parts[2]]);
    }),
    changed('a file without a body, signed again', ['crypto'], 'CANNOT_OPEN', (file, { firm }) =>
      resigned(firm, opened(file).parts.with(2, NO_BYTES)),
    ),
    changed('a file with a body of 31 bytes, signed again', ['crypto'], 'CANNOT_OPEN', (file, { firm }) =>
      resigned(firm, opened(file).parts.with(2, opened(file).parts[2].slice(0, 31))),
    ),
    changed('a file with a body that lacks its last byte, signed again', ['crypto'], 'CANNOT_OPEN', (file, { firm }) =>
      resigned(firm, opened(file).parts.with(2, opened(file).parts[2].slice(0, -1))),
    ),
    bent('a body that is sealed to another container', ['crypto'], 'CANNOT_OPEN', (firm) => ({
      sealTo: firm.tools.crypto.x25519PublicKey(firm.tools.env.random(32)),
    })),
    bent('a file for another container', ['R3'], 'NOT_ADDRESSED', (_, __, { earlier }) => ({
      header: { container: earlier.key },
      statement: { partner: earlier.key },
    })),
    bent('a file that is signed by another key than its certificate shows', ['crypto'], 'SIGNATURE_WRONG', (firm) => ({
      seed: firm.tools.env.random(32),
    })),
    bent('a file that shows the certificate of another firm', ['R11'], 'SIGNATURE_WRONG', (_, __, { otherFirm }) => ({
      header: { certificate: otherFirm.party.certificate },
      statement: { signer: otherFirm.party.key },
    })),
    contradicting('a statement for another container', () => ({
      statement: { partner: '05'.repeat(32) as PublicKey },
    })),
    contradicting('a statement of another signer', ({ target }) => ({ statement: { signer: target.key } })),
    contradicting('a last sequence before the first', (_, first) => ({
      header: { first: first + 1, last: first - 1 },
    })),
    contradicting('a sequence that is called settled', (_, first) => ({ header: { settledThrough: first } })),
    contradicting('more sequences than were issued', (issuer, first) => ({
      statement: { outbound: { epoch: issuer.epoch, issued: first, hash: issuer.chainAt(first) } },
    })),
    contradicting('a cancelled sequence twice', (_, first) => ({ header: { cancelled: [first, first] } })),
    contradicting('cancelled sequences that descend', (_, first) => ({ header: { cancelled: [first + 1, first] } })),
    contradicting('an epoch that is not that of the statement', ({ epoch }) => ({ header: { epoch: epoch + 1 } })),
    contradicting('an entry too few', (issuer) => ({ body: { entries: issuer.content().body.entries.slice(1) } })),
    contradicting('an entry too many', (issuer) => {
      const { entries } = issuer.content().body;
      return { body: { entries: [...entries, ...entries] } };
    }),
    contradicting('no places for signatures', () => ({ body: { signatures: [] } })),
    contradicting('more sequences than a file may carry', (issuer, first) => ({
      header: { last: first + FORMAT.fileEntries },
      statement: { outbound: { epoch: issuer.epoch, issued: LARGEST, hash: hash(issuer) } },
    })),
    bent('a chain value that the entries do not lead to', ['R5'], 'CHAIN_INCONSISTENT', (issuer) => ({
      header: { chainLast: hash(issuer) },
    })),
    bent('entries in the wrong order', ['R5'], 'CHAIN_INCONSISTENT', (issuer) => ({
      body: { entries: [...issuer.content().body.entries].reverse() },
    })),
    bent('an entry twice in the place of two', ['R5'], 'CHAIN_INCONSISTENT', (issuer, first) => ({
      body: { entries: [issuer.entryAt(first), issuer.entryAt(first)] },
    })),
    bent('a gap of one sequence', ['R5'], 'UPDATE_GAP', (_, first) => ({ first: first + 1 })),
    bent('a file at the largest sequence there is', ['R5'], 'UPDATE_GAP', (issuer) => ({
      first: issuer.issued,
      header: { first: LARGEST, last: LARGEST, settledThrough: LARGEST - 1 },
      statement: { outbound: { epoch: issuer.epoch, issued: LARGEST, hash: hash(issuer) } },
    })),
    bent('a gap before a file without entries', ['R5'], 'UPDATE_GAP', (issuer) => ({
      first: issuer.issued + 1,
      header: { settledThrough: issuer.issued },
    })),
    refused('a file of a container that may issue nothing', ['R3'], 'CERTIFICATE_WRONG', (scene) => {
      const tools = scene.tool('mute container');
      const mute = newContainer(tools, { kind: 'soft', issues: 'nothing' });
      return scene.file(new TestDongle(tools, scene.target, mute));
    }),
    refused('a file whose issuer shows the certificate of a time server', ['crypto'], 'FILE_KIND', (scene) => {
      const { crypto, root } = scene.tools;
      const { party } = scene.firm;
      scene.firm.add({});
      return scene.file(scene.firm, { header: { certificate: certifyTimeServer(crypto, root, party.key) } });
    }),
    refused('a file that signs itself a certificate', ['crypto'], 'CERTIFICATE_WRONG', (scene) => {
      const tools = scene.tool('self-made firm');
      const seed = tools.env.random(32);
      const own = newFirm({ ...tools, root: { ...tools.root, seed } }, 6000010);
      return scene.file(scene.firm, {
        header: { certificate: own.certificate },
        statement: { signer: own.key },
        seed: own.seed,
      });
    }),
    refused('a certificate with a second part', ['encoding'], 'FILE_MALFORMED', (scene) => {
      const { crypto, root } = scene.tools;
      const [part] = signedEnvelope.decodeTrusted(scene.firm.party.certificate).parts as [Uint8Array];
      const certificate = sealEnvelope(crypto, root.seed, 'firmCertificate', [part, NO_BYTES]);
      return scene.file(scene.firm, { header: { certificate } });
    }),
    idle('a file that was taken, again', ['R1', 'R5'], async (scene) => {
      scene.firm.add({});
      const file = scene.file(scene.firm);
      await scene.does(file);
      return file;
    }),
    idle('a file of long ago, after newer ones', ['R5', 'R8'], async (scene) => {
      const { firm } = scene;
      firm.add({});
      const old = scene.file(firm);
      await scene.takes(firm);
      for (let count = 0; count < 3; count++) {
        firm.add({});
        await scene.takes(firm);
      }
      return old;
    }),
  ],
};
