import { newInbound } from '../../../../container/engine/issuer-channel.ts';
import { fromHex, toHex } from '../../../../container/model/bytes.ts';
import type { Hash } from '../../../../container/model/ids.ts';
import { TestFirm } from '../../../../host/conformance/makers/test-firm.ts';
import type { Bends } from '../../../../host/conformance/makers/test-issuer.ts';
import type { AttackScene } from '../attack-scene.ts';
import { type AttackPlan, ends, type GroupPlan, idle, refused } from '../plan.ts';

function randomHash({ tools }: TestFirm): Hash {
  return toHex(tools.env.random(32)) as Hash;
}

/** A firm that the container took two licenses from; a third is in transit. */
async function known(scene: AttackScene): Promise<TestFirm> {
  const { firm } = scene;
  firm.add({});
  firm.add({});
  await scene.takes(firm);
  firm.add({});
  return firm;
}

function setBack(name: string, bend: (firm: TestFirm) => Bends): AttackPlan {
  return refused(
    name,
    ['R8'],
    'PARTNER_ROLLED_BACK',
    async (scene) => {
      const firm = await known(scene);
      return scene.file(firm, bend(firm));
    },
    1,
  );
}

/** A twin of the firm with the same keys that issued another second entry. */
async function forked(scene: AttackScene, firstOfFile: (firm: TestFirm) => number) {
  const firm = await known(scene);
  const twin = new TestFirm(scene.tool('twin'), scene.target, firm.firmCode, firm.party);
  twin.issueRaw(firm.entryAt(1));
  for (let count = 0; count < 3; count++) twin.add({});
  return scene.file(twin, { first: firstOfFile(firm), statement: { generation: firm.generation + 9 } });
}

function fork(name: string, firstOfFile: (firm: TestFirm) => number): AttackPlan {
  return refused(name, ['R5', 'R8'], 'UPDATE_FORK', (scene) => forked(scene, firstOfFile), 1);
}

/** A first license is here; the firm begins a new epoch, and the attack follows. */
async function inNewEpoch(scene: AttackScene): Promise<Parameters<typeof scene.does>[0]> {
  const { firm } = scene;
  firm.add({});
  await scene.takes(firm);
  firm.add({});
  const past = scene.file(firm);
  firm.beginEpoch();
  firm.add({});
  await scene.takes(firm);
  return past;
}

function staleEpoch(name: string, bend: (firm: TestFirm) => Bends, sequence: number): AttackPlan {
  return idle(
    name,
    ['R13'],
    async (scene) => {
      const firm = await known(scene);
      const epoch = firm.epoch + 1;
      const { header, statement, ...bends } = bend(firm);
      const outbound = { epoch, issued: firm.issued, hash: firm.chainAt(firm.issued) };
      return scene.file(firm, { ...bends, header: { epoch, ...header }, statement: { outbound, ...statement } });
    },
    { deferred: { sequence, code: 'EPOCH_STALE' } },
  );
}

/** Issuers that were set back, copied or restored, and what they called back. */
export const history: GroupPlan = {
  name: 'history',
  about:
    'Issuers that contradict what they said before, begin epochs they may not begin, or change what they cancelled.',
  kind: 'soft',
  attacks: [
    setBack('an issuer that has issued less than was applied from it', (firm) => ({
      first: 1,
      last: 0,
      header: { settledThrough: 0 },
      statement: { outbound: { epoch: 0, issued: 0, hash: firm.chainAt(0) } },
    })),
    setBack('another state of the generation that was told before', (firm) => ({
      // Two generations ago: one for the license in transit, one for the settlement.
      statement: { generation: firm.generation - 2, stateHash: randomHash(firm) },
    })),
    setBack('another entry at the last sequence that was told', (firm) => ({
      first: firm.issued,
      last: firm.issued - 1,
      statement: { outbound: { epoch: 0, issued: firm.issued - 1, hash: randomHash(firm) } },
    })),
    setBack('another chain of what the issuer applied', (firm) => ({
      statement: {
        inbound: { ...newInbound(firm.tools.crypto, firm.target.key, firm.party.key), hash: randomHash(firm) },
      },
    })),
    setBack('another chain of what the issuer refused', (firm) => ({
      statement: {
        inbound: { ...newInbound(firm.tools.crypto, firm.target.key, firm.party.key), refusedChain: randomHash(firm) },
      },
    })),
    fork('a next entry that does not follow from what was applied', ({ issued }) => issued),
    fork('another entry at the last sequence that was applied', ({ issued }) => issued - 1),
    fork('another history from the first entry on', () => 1),
    refused('a file of an epoch that is over', ['R13'], 'UPDATE_EPOCH', inNewEpoch),
    refused('a file of an epoch that is over, its sequences moved on', ['R13'], 'UPDATE_EPOCH', async (scene) => {
      await inNewEpoch(scene);
      scene.firm.add({});
      const outbound = { epoch: 0, issued: scene.firm.issued, hash: scene.firm.chainAt(scene.firm.issued) };
      return scene.file(scene.firm, { header: { epoch: 0 }, statement: { outbound } });
    }),
    refused('a container that begins a new epoch', ['R13'], 'UPDATE_EPOCH', async (scene) => {
      const { dongle, firm } = scene;
      dongle.transfer([{ grant: firm.grant({}, dongle.party.key) }], [firm.party.certificate]);
      await scene.takes(dongle);
      dongle.beginEpoch();
      return scene.file(dongle);
    }),
    staleEpoch(
      'a new epoch behind an older state than the present one',
      () => {
        return { first: 2, header: { settledThrough: 1 } };
      },
      2,
    ),
    staleEpoch(
      'a new epoch behind a later state than the present one',
      (firm) => {
        return { first: firm.issued + 1, header: { settledThrough: firm.issued } };
      },
      4,
    ),
    staleEpoch(
      'a new epoch behind the right sequence with another chain',
      (firm) => {
        return { header: { chainBefore: randomHash(firm) } };
      },
      3,
    ),
    idle('a cancelled entry in the file of before', ['R6'], async (scene) => {
      const { firm } = scene;
      firm.add({});
      const before = scene.file(firm);
      firm.cancel(1);
      await scene.takes(firm);
      return before;
    }),
    ends('a cancelled entry that travels whole', ['R6'], ['CANCELLED'], (scene) => {
      const { firm } = scene;
      firm.add({});
      firm.cancel(1);
      return scene.file(firm, { body: { entries: [firm.entryAt(1)] } });
    }),
    refused('another content in the place of a cancelled entry', ['R6'], 'CHAIN_INCONSISTENT', (scene) => {
      const { firm } = scene;
      firm.add({});
      firm.add({});
      firm.cancel(1);
      return scene.file(firm, { body: { entries: [firm.entryAt(2), firm.entryAt(2)] } });
    }),
    refused('another hash in the place of a cancelled entry', ['R6'], 'CHAIN_INCONSISTENT', (scene) => {
      const { firm } = scene;
      firm.add({});
      firm.cancel(1);
      return scene.file(firm, { body: { entries: [fromHex(randomHash(firm))] } });
    }),
    idle('a cancellation of what was applied', ['R6'], async (scene) => {
      scene.firm.add({});
      await scene.takes(scene.firm);
      scene.firm.cancel(1);
      return scene.file(scene.firm, { first: 1, header: { settledThrough: 0 }, statement: { generation: 1 } });
    }),
    refused('refusing by hand what a firm withdraws', ['R6'], 'ENTRY_NOT_REFUSABLE', async (scene) => {
      const { firm } = scene;
      const [grant] = firm.add({}) as [ReturnType<TestFirm['add']>[number]];
      await scene.takes(firm);
      firm.issue({ kind: 'withdraw', itemId: grant.itemId, quantity: 5 });
      return scene.call('refuse', { update: firm.file(), through: 2 });
    }),
    refused('refusing by hand more than is in the file', ['R6'], 'ENTRY_NOT_REFUSABLE', (scene) => {
      scene.firm.add({});
      return scene.call('refuse', { update: scene.firm.file(), through: 2 });
    }),
    refused('a write that fails', ['R1', 'R10'], 'STORE_WRITE_FAILED', async (scene) => {
      scene.firm.add({});
      await scene.happens('fail the next write');
      return scene.file(scene.firm);
    }),
    refused('a file after a write that failed', ['R10'], 'STORE_WRITE_FAILED', async (scene) => {
      scene.firm.add({});
      const file = scene.file(scene.firm);
      await scene.happens('fail the next write');
      await scene.does(file, 'STORE_WRITE_FAILED');
      return file;
    }),
  ],
};
