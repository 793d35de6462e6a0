import type { CarriedHolding } from '../../../../container/files/entries.ts';
import type { Grant, TransferTerms } from '../../../../container/files/grant.ts';
import { signGrant } from '../../../../container/files/test-root.ts';
import type { MovedItem } from '../../../../container/files/transfer-record.ts';
import { flipped } from '../../../../host/conformance/makers/damaged.ts';
import { newContainer, newFirm, type Party } from '../../../../host/conformance/makers/parties.ts';
import {
  movedWhole,
  signedTransfer,
  TestDongle,
  type TransferBends,
} from '../../../../host/conformance/makers/test-dongle.ts';
import type { SignedGrant } from '../../../../host/conformance/makers/test-firm.ts';
import { type AttackScene, FIRM } from '../attack-scene.ts';
import { type AttackPlan, ends, type GroupPlan } from '../plan.ts';

const FREE: TransferTerms = {
  type: 'quantity',
  targetKinds: [],
  targetKeys: [],
  mostPerTarget: null,
  returnable: true,
  depth: 2,
};

/** What the dongle transfers, and what it says of it that an honest one would not. */
interface Transfer {
  readonly grant: SignedGrant;
  readonly item?: Partial<MovedItem>;
  readonly carried?: Partial<CarriedHolding>;
  readonly bends?: TransferBends;
  /** Beside those of the firm and the earlier holder. */
  readonly certificates?: readonly Uint8Array[];
}

/** One transfer of one license by the dongle. */
function transfer(
  name: string,
  rules: readonly string[],
  code: string,
  make: (scene: AttackScene) => Transfer,
): AttackPlan {
  return ends(name, rules, [code], (scene) => {
    const { grant, item, carried, bends, certificates = [] } = make(scene);
    const shown = [scene.firm.party.certificate, scene.earlier.certificate, ...certificates];
    scene.dongle.transfer([{ grant, item: item ?? {}, carried: carried ?? {} }], shown, bends);
    return scene.file(scene.dongle);
  });
}

function ofDongle({ firm, dongle }: AttackScene, options: Partial<Grant> = {}): SignedGrant {
  return firm.grant(options, dongle.party.key);
}

function hop(
  { tools, firm, dongle }: AttackScene,
  sender: Party,
  grant: SignedGrant,
  { to = dongle.party.key, item = {}, sequence = 1 } = {},
): Uint8Array {
  const content = { to, sequence, firmCode: firm.firmCode, items: [movedWhole(grant, item)] };
  return signedTransfer(tools, sender, content);
}

/** A license of the earlier holder, over the dongle: the record of its first hop as given. */
function overTwo(
  scene: AttackScene,
  record: (grant: SignedGrant) => Uint8Array,
  options: Partial<Grant> = {},
  more: Omit<Transfer, 'grant' | 'carried' | 'bends'> = {},
): Transfer {
  const grant = scene.firm.grant(options, scene.earlier.key);
  return { grant, carried: { custody: [0] }, bends: { records: [record(grant)] }, ...more };
}

const custody = (name: string, make: (scene: AttackScene) => Transfer, code = 'CUSTODY_WRONG'): AttackPlan =>
  transfer(name, ['R3'], code, make);

const terms = (name: string, code: string, change: Partial<TransferTerms>, more: Partial<Grant> = {}, item = {}) =>
  transfer(name, ['R3'], code, (scene) => ({
    grant: ofDongle(scene, { terms: { ...FREE, ...change }, ...more }),
    item,
  }));

/** A license that went over so many dongles before the one that issues. */
function overMany(scene: AttackScene, hops: number, depth: number): Transfer {
  const holders = Array.from({ length: hops }, (_, at) => newContainer(scene.tool(`holder ${at}`)));
  const [first] = holders as [Party];
  const grant = scene.firm.grant({ terms: { ...FREE, depth } }, first.key);
  const records = holders.map((holder, at) =>
    hop(scene, holder, grant, { to: holders[at + 1]?.key ?? scene.dongle.party.key }),
  );
  return {
    grant,
    carried: { custody: records.map((_, at) => at).slice(0, 16) },
    bends: { records },
    certificates: holders.map(({ certificate }) => certificate),
  };
}

/** Parts of one license by the dongle, all but the last taken before. */
function parts(
  name: string,
  code: string,
  quantities: readonly number[],
  change: Partial<TransferTerms> = {},
  evidence = 0,
) {
  const plan = ends(
    name,
    ['R3'],
    [code],
    async (scene) => {
      const grant = ofDongle(scene, { terms: { ...FREE, ...change } });
      for (const [at, quantity] of quantities.entries()) {
        scene.dongle.transfer([{ grant, item: { quantity } }], [scene.firm.party.certificate]);
        if (at < quantities.length - 1) await scene.takes(scene.dongle);
      }
      return scene.file(scene.dongle);
    },
    { evidence },
  );
  return plan;
}

/** Transfers whose way from the vendor cannot be shown, or that terms and certificates do not allow. */
export const transfers: GroupPlan = {
  name: 'transfers',
  about:
    'Transfers whose signed way has a hole, on whose way something grew, or that the terms of a license do not allow.',
  kind: 'soft',
  attacks: [
    custody('a transfer whose record is not signed', (scene) => ({
      grant: ofDongle(scene),
      bends: { signature: null },
    })),
    custody('a transfer whose record has a random signature', (scene) => ({
      grant: ofDongle(scene),
      bends: { signature: scene.tools.env.random(64) },
    })),
    custody('a transfer record of another sequence', (scene) => ({
      grant: ofDongle(scene),
      bends: { record: { sequence: 2 } },
    })),
    custody('a transfer record for another target', (scene) => ({
      grant: ofDongle(scene),
      bends: { record: { to: scene.earlier.key } },
    })),
    custody('a transfer record of another sender', (scene) => ({
      grant: ofDongle(scene),
      bends: { record: { from: scene.earlier.key } },
    })),
    custody('a transfer record under another Firm Code', (scene) => ({
      grant: ofDongle(scene),
      bends: { record: { firmCode: 6000011 } },
    })),
    custody('a transfer record of another item', (scene) => ({
      grant: ofDongle(scene),
      item: { itemId: scene.firm.grant().grant.itemId },
    })),
    custody('units beside the record that are more than in it', (scene) => ({
      grant: ofDongle(scene, { unitCounter: 10 }),
      item: { units: 5 },
      carried: { units: 10 },
    })),
    custody('a usage start beside the record that differs from it', (scene) => ({
      grant: ofDongle(scene, { usagePeriod: 10 }),
      item: { usageStart: 100 },
      carried: { usageStart: 200 },
    })),
    custody('a license of another first holder, without its way', ({ firm, earlier }) => ({
      grant: firm.grant({}, earlier.key),
    })),
    custody('a license whose first holder is the target itself', ({ firm, target }) => ({
      grant: firm.grant({}, target.key),
    })),
    custody('an earlier hop with one bit turned over', (scene) =>
      overTwo(scene, (grant) => {
        const record = hop(scene, scene.earlier, grant);
        return flipped(record, record.length - 1);
      }),
    ),
    custody('an earlier hop with the signature of another hop', (scene) =>
      overTwo(scene, (grant) => {
        const record = hop(scene, scene.earlier, grant);
        const other = hop(scene, scene.earlier, grant, { sequence: 2 });
        return new Uint8Array([...record.subarray(0, -64), ...other.subarray(-64)]);
      }),
    ),
    custody('an earlier hop that its target signed', (scene) =>
      overTwo(scene, (grant) => {
        const { tools, dongle, earlier, firm } = scene;
        const items = [movedWhole(grant)];
        const content = { from: earlier.key, to: dongle.party.key, sequence: 1, firmCode: firm.firmCode, items };
        return signedTransfer(tools, dongle.party, content);
      }),
    ),
    custody('an earlier hop that leads to another container', (scene) =>
      overTwo(scene, (grant) => hop(scene, scene.earlier, grant, { to: newContainer(scene.tool('third')).key })),
    ),
    custody('an earlier hop of another item', (scene) =>
      overTwo(scene, () => hop(scene, scene.earlier, scene.firm.grant({}, scene.earlier.key))),
    ),
    custody('an earlier hop that is a grant', (scene) => overTwo(scene, ({ raw }) => raw)),
    custody('an earlier holder that is not certified', (scene) => {
      const unknown = newContainer(scene.tool('unknown'));
      const grant = scene.firm.grant({}, unknown.key);
      return { grant, carried: { custody: [0] }, bends: { records: [hop(scene, unknown, grant)] } };
    }),
    custody('an earlier holder that is a firm', (scene) => {
      const { party } = scene.otherFirm;
      const grant = scene.firm.grant({}, party.key);
      const records = [hop(scene, party, grant)];
      return { grant, carried: { custody: [0] }, bends: { records }, certificates: [party.certificate] };
    }),
    custody('two hops in the wrong order', (scene) => {
      const middle = newContainer(scene.tool('middle'));
      const grant = scene.firm.grant({ terms: { ...FREE, depth: 5 } }, scene.earlier.key);
      const records = [hop(scene, scene.earlier, grant, { to: middle.key }), hop(scene, middle, grant)];
      return { grant, carried: { custody: [1, 0] }, bends: { records }, certificates: [middle.certificate] };
    }),
    custody('a hop twice', (scene) => ({
      ...overTwo(scene, (grant) => hop(scene, scene.earlier, grant)),
      carried: { custody: [0, 0] },
    })),
    custody('a way from which the hop in the middle was cut', (scene) => {
      const many = overMany(scene, 3, 9);
      return { ...many, carried: { custody: [0, 2] } };
    }),
    custody(
      'a custody that points beyond the records',
      (scene) => ({ grant: ofDongle(scene), carried: { custody: [3] } }),
      'ENTRY_MALFORMED',
    ),
    custody('more seats than were granted', (scene) => ({
      grant: ofDongle(scene, { quantity: 2 }),
      item: { quantity: 3 },
    })),
    custody('seats that grow on the way', (scene) =>
      overTwo(
        scene,
        (grant) => hop(scene, scene.earlier, grant, { item: { quantity: 1 } }),
        {},
        { item: { quantity: 2 } },
      ),
    ),
    custody('units that grow on the way', (scene) => ({
      grant: ofDongle(scene, { unitCounter: 10 }),
      item: { units: 11 },
    })),
    custody('a Unit Counter that vanishes on the way', (scene) => ({
      grant: ofDongle(scene, { unitCounter: 10 }),
      item: { units: null },
    })),
    custody('a Unit Counter that appears on the way', (scene) => ({ grant: ofDongle(scene), item: { units: 10 } })),
    custody('a usage period that begins again on the way', (scene) =>
      overTwo(
        scene,
        (grant) => hop(scene, scene.earlier, grant, { item: { usageStart: 100 } }),
        { usagePeriod: 10 },
        { item: { usageStart: 200 } },
      ),
    ),
    custody('a usage period that is given back unused', (scene) =>
      overTwo(
        scene,
        (grant) => hop(scene, scene.earlier, grant, { item: { usageStart: 100 } }),
        { usagePeriod: 10 },
        { item: { usageStart: null } },
      ),
    ),
    ends('one transfer that names one item twice', ['R3'], ['ENTRY_MALFORMED'], (scene) => {
      const half = { grant: ofDongle(scene), item: { quantity: 1 } };
      scene.dongle.transfer([half, half], [scene.firm.party.certificate]);
      return scene.file(scene.dongle);
    }),
    ends('a transfer with a license more than its record names', ['R3'], ['ENTRY_MALFORMED'], (scene) => {
      const [one, two] = [ofDongle(scene), ofDongle(scene)];
      const bends = { record: { items: [movedWhole(one)] } };
      scene.dongle.transfer([{ grant: one }, { grant: two }], [scene.firm.party.certificate], bends);
      return scene.file(scene.dongle);
    }),
    ends('a transfer with the items of its record exchanged', ['R3'], ['CUSTODY_WRONG'], (scene) => {
      const [one, two] = [ofDongle(scene), ofDongle(scene)];
      const bends = { record: { items: [movedWhole(two), movedWhole(one)] } };
      scene.dongle.transfer([{ grant: one }, { grant: two }], [scene.firm.party.certificate], bends);
      return scene.file(scene.dongle);
    }),
    ends('a transfer of two firms under one Firm Code', ['R3', 'R11'], ['CUSTODY_WRONG'], (scene) => {
      const { firm, otherFirm, dongle } = scene;
      const items = [{ grant: ofDongle(scene) }, { grant: otherFirm.grant({}, dongle.party.key) }];
      dongle.transfer(items, [firm.party.certificate, otherFirm.party.certificate]);
      return scene.file(dongle);
    }),
    transfer('a license that nobody certified granted', ['crypto'], 'GRANT_WRONG', (scene) => {
      const { grant } = ofDongle(scene);
      const { seed } = newFirm(scene.tool('forger'), FIRM);
      return { grant: { grant, raw: signGrant(scene.crypto, seed, grant) } };
    }),
    ends('a license whose firm is not shown', ['R3'], ['GRANT_WRONG'], (scene) => {
      scene.dongle.transfer([{ grant: ofDongle(scene) }], []);
      return scene.file(scene.dongle);
    }),
    terms('a license that may not move at all', 'TERMS_FORBID', { type: 'none' }),
    terms('a part of a license that moves only whole', 'TERMS_FORBID', { type: 'complete' }, {}, { quantity: 4 }),
    terms(
      'a part of a license with a Unit Counter',
      'TERMS_FORBID',
      {},
      { quantity: 2, unitCounter: 9 },
      { quantity: 1 },
    ),
    terms(
      'a part of a license with a Usage Period',
      'TERMS_FORBID',
      {},
      { quantity: 2, usagePeriod: 9 },
      { quantity: 1 },
    ),
    terms('a license for other kinds of container', 'TARGET_NOT_ALLOWED', { targetKinds: ['dongle', 'cloud'] }),
    transfer('a license for another container by name', ['R3'], 'TARGET_NOT_ALLOWED', (scene) => ({
      grant: ofDongle(scene, { terms: { ...FREE, targetKeys: [scene.earlier.key] } }),
    })),
    terms('more seats than one target may hold', 'TARGET_LIMIT', { mostPerTarget: 2 }, {}, { quantity: 3 }),
    terms('a first hop of a license that may make none', 'DEPTH_EXCEEDED', { depth: 0 }),
    transfer('a license that was moved as often as it may', ['R3'], 'DEPTH_EXCEEDED', (scene) =>
      overTwo(scene, (grant) => hop(scene, scene.earlier, grant), { terms: { ...FREE, depth: 1 } }),
    ),
    transfer('a license over more containers than custody holds', ['R3'], 'CUSTODY_FULL', (scene) =>
      overMany(scene, 16, 30),
    ),
    transfer('an earlier hop to a kind of container that was not allowed', ['R3'], 'TARGET_NOT_ALLOWED', (scene) =>
      overTwo(scene, (grant) => hop(scene, scene.earlier, grant), { terms: { ...FREE, targetKinds: ['soft'] } }),
    ),
    transfer('an earlier hop by a container that may only return', ['R3'], 'SENDER_MAY_NOT_ISSUE', (scene) => {
      const soft = newContainer(scene.tool('soft'), { kind: 'soft', issues: 'return' });
      const grant = scene.firm.grant({}, soft.key);
      const records = [hop(scene, soft, grant)];
      return { grant, carried: { custody: [0] }, bends: { records }, certificates: [soft.certificate] };
    }),
    ends('a move by a container that may only return', ['R3'], ['SENDER_MAY_NOT_ISSUE'], (scene) => {
      const tools = scene.tool('returning container');
      const soft = newContainer(tools, { kind: 'soft', issues: 'return' });
      const issuer = new TestDongle(tools, scene.target, soft);
      issuer.transfer([{ grant: scene.firm.grant({}, soft.key) }], [scene.firm.party.certificate]);
      return scene.file(issuer);
    }),
    parts('a third part of a license of which all is here', 'QUANTITY_EXCEEDED', [3, 2, 1], {}, 1),
    parts('two parts of a license that are more than granted', 'QUANTITY_EXCEEDED', [4, 4], {}, 1),
    parts('two parts that are more than one target may hold', 'TARGET_LIMIT', [2, 1], { mostPerTarget: 2 }),
    ends('the same transfer again under a new sequence', ['R3', 'R5'], ['CUSTODY_WRONG'], async (scene) => {
      const { dongle, firm } = scene;
      dongle.transfer([{ grant: ofDongle(scene) }], [firm.party.certificate]);
      const { signatures } = dongle.content().body;
      const entry = dongle.entryAt(1);
      await scene.takes(dongle);
      dongle.issueRaw(entry, { signature: signatures[0] ?? null, certificates: [firm.party.certificate] });
      return scene.file(dongle);
    }),
  ],
};
