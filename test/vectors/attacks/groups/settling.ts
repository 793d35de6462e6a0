import { newInbound } from '../../../../container/engine/issuer-channel.ts';
import { pack } from '../../../../container/files/codec.ts';
import { sealEnvelope, signedEnvelope } from '../../../../container/files/envelope.ts';
import { NO_OPTIONS } from '../../../../container/files/grant.ts';
import { statement } from '../../../../container/files/statement.ts';
import { concatBytes, toHex } from '../../../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../../../container/model/ids.ts';
import { flipped, opened } from '../../../../host/conformance/makers/damaged.ts';
import { newContainer, strangeRoot } from '../../../../host/conformance/makers/parties.ts';
import { issueRequest } from '../../../world/issue-request.ts';
import type { AttackScene, ContextBends } from '../attack-scene.ts';
import { type AttackPlan, ends, type GroupPlan, idle, refused } from '../plan.ts';

const ONE = [{ holding: 1, quantity: 1 }];

/** The dongle holds 5 seats of a license, and one of another kind behind it. */
async function held(scene: AttackScene): Promise<void> {
  const { firm } = scene;
  firm.add({ productCode: 1 }, { productCode: 2, terms: { ...NO_TERMS, type: 'complete' } });
  await scene.takes(firm);
}

const NO_TERMS = { targetKinds: [], targetKeys: [], mostPerTarget: null, returnable: true, depth: 2 } as const;
const NO_HASH = '11'.repeat(32) as Hash;

/** One seat is in transit to the earlier holder. */
async function issued(scene: AttackScene): Promise<void> {
  await held(scene);
  await scene.does(
    scene.call('issue', issueRequest({ context: scene.contextOf(scene.earlier), first: 1, parts: ONE })),
  );
}

const LATER = { generation: 6 };

/** A receipt of the target that proves, were it true, that the container itself was set back. */
function proves(name: string, inbound: NonNullable<ContextBends['inbound']>, evidence = 1): AttackPlan {
  return {
    name,
    rules: ['R4'],
    expect: { error: 'SELF_ROLLED_BACK', state: 'advanced', evidence },
    make: async (scene) => {
      await issued(scene);
      return scene.call('settle', { context: scene.contextOf(scene.earlier, { inbound, statement: LATER }) });
    },
  };
}

function damaged(
  name: string,
  code: Parameters<typeof refused>[2],
  change: (context: Uint8Array, scene: AttackScene) => Uint8Array,
) {
  return refused(name, ['R4', 'crypto'], code, async (scene) => {
    await issued(scene);
    return scene.call('settle', { context: change(scene.contextOf(scene.earlier, { statement: LATER }), scene) });
  });
}

function bent(
  name: string,
  code: Parameters<typeof refused>[2],
  bend: (scene: AttackScene) => ContextBends,
): AttackPlan {
  return refused(name, ['R4'], code, async (scene) => {
    await issued(scene);
    return scene.call('settle', { context: scene.contextOf(scene.earlier, bend(scene)) });
  });
}

/** An order that must not be carried out. */
function order(
  name: string,
  code: Parameters<typeof refused>[2],
  request: { first?: number; parts?: { holding: number; quantity: number }[] },
  bend: (scene: AttackScene) => ContextBends = () => ({}),
  evidence = 0,
): AttackPlan {
  return refused(
    name,
    ['R2'],
    code,
    async (scene) => {
      await issued(scene);
      const { first = 2, parts = ONE } = request;
      const context = scene.contextOf(scene.earlier, { statement: LATER, ...bend(scene) });
      return scene.call('issue', issueRequest({ context, first, parts }));
    },
    evidence,
  );
}

/** Receipts and orders, given to a dongle that has something in transit. */
export const settling: GroupPlan = {
  name: 'settling',
  about: 'Receipts that lie about what was applied, and orders that must not be carried out.',
  kind: 'dongle',
  attacks: [
    proves('a target that applied more than was issued', { applied: 2, hash: NO_HASH }),
    proves('a target that applied another entry', { applied: 1, hash: NO_HASH }),
    // It also contradicts what the target said when the order was given.
    proves('a target that applied nothing, with another chain', { applied: 0, hash: NO_HASH }, 2),
    proves('a target that was told of a settlement that there was not', { prunedThrough: 1 }),
    proves('a target in a later epoch', { epoch: 1 }),
    proves('a target that claims the largest sequence', { applied: 0xffffffff, hash: NO_HASH }),
    refused('an order after a proof that the container was set back', ['R4'], 'SELF_ROLLED_BACK', async (scene) => {
      await issued(scene);
      const lie = scene.contextOf(scene.earlier, { inbound: { applied: 1, hash: NO_HASH }, statement: LATER });
      await scene.does(scene.call('settle', { context: lie }), 'SELF_ROLLED_BACK');
      return scene.call('issue', issueRequest({ context: scene.contextOf(scene.earlier), first: 2, parts: ONE }));
    }),
    idle('a receipt that says nothing new', ['R4'], async (scene) => {
      await issued(scene);
      return scene.call('settle', { context: scene.contextOf(scene.earlier) });
    }),
    idle('a receipt that refuses what it has not applied', ['R4'], async (scene) => {
      await issued(scene);
      const refusals = [{ sequence: 1, reason: 301 }];
      return scene.call('settle', { context: scene.contextOf(scene.earlier, { inbound: { refused: refusals } }) });
    }),
    ends(
      'a statement in an update that applied more than was issued',
      ['R4', 'R8'],
      ['applied'],
      async (scene) => {
        await held(scene);
        const { dongle, firm, target } = scene;
        const context = scene.contextOf(dongle.party);
        await scene.does(scene.call('issue', issueRequest({ context, first: 1, parts: ONE })));
        const grant = firm.grant({}, dongle.party.key);
        dongle.transfer([{ grant }], [firm.party.certificate]);
        scene.gains(grant.grant.itemId, 5);
        const inbound = { ...newInbound(scene.crypto, target.key, dongle.party.key), applied: 9, hash: NO_HASH };
        return scene.file(dongle, { statement: { inbound, generation: 9 } });
      },
      { evidence: 1 },
    ),
    ends(
      'the word of a firm that it applied what nobody gives to a firm',
      ['R4', 'R11'],
      ['applied'],
      async (scene) => {
        await issued(scene);
        const { otherFirm, target } = scene;
        const [grant] = otherFirm.add({});
        if (grant !== undefined) scene.gains(grant.itemId, grant.quantity);
        const inbound = { ...newInbound(scene.crypto, target.key, otherFirm.party.key), applied: 9, hash: NO_HASH };
        return scene.file(otherFirm, { statement: { inbound } });
      },
    ),
    damaged('a receipt that lacks its last byte', 'FILE_MALFORMED', (context) => context.subarray(0, -1)),
    damaged('a receipt with a byte behind its end', 'FILE_MALFORMED', (context) =>
      concatBytes(context, Uint8Array.of(0)),
    ),
    damaged('a receipt with one bit of its signature turned over', 'SIGNATURE_WRONG', (context) =>
      flipped(context, context.length - 9),
    ),
    damaged('a receipt of version 2', 'FILE_VERSION', (context) =>
      signedEnvelope.encode({ ...opened(context), version: 2 }),
    ),
    damaged('an update in the place of a receipt', 'FILE_KIND', (_, { firm }) => firm.file()),
    damaged('an update that calls itself a receipt', 'FILE_MALFORMED', (_, { firm }) =>
      signedEnvelope.encode({ ...opened(firm.file()), kind: 'contextFile' }),
    ),
    damaged('a receipt with the statement of a later one', 'SIGNATURE_WRONG', (context, scene) => {
      const later = opened(scene.contextOf(scene.earlier, { statement: { generation: 9 } }));
      const { parts, ...rest } = opened(context);
      return signedEnvelope.encode({ ...rest, parts: parts.with(0, later.parts[0]) });
    }),
    damaged(
      'a receipt with a statement of another version of the schema',
      'FILE_MALFORMED',
      (context, { earlier, crypto }) => {
        const { parts } = opened(context);
        const said = statement.wire(statement.decodeTrusted(parts[0])) as unknown[];
        return sealEnvelope(crypto, earlier.seed, 'contextFile', [pack(said.slice(0, -1)), parts[1], parts[2]]);
      },
    ),
    bent('a receipt that another key signed', 'SIGNATURE_WRONG', ({ dongle }) => ({ seed: dongle.party.seed })),
    bent('a receipt for another issuer', 'NOT_ADDRESSED', ({ dongle }) => ({
      header: { issuer: dongle.party.key },
      statement: { partner: dongle.party.key },
    })),
    bent('a receipt whose statement is for another issuer', 'FILE_MALFORMED', ({ dongle }) => ({
      statement: { partner: dongle.party.key },
    })),
    bent('a receipt whose statement names another signer', 'FILE_MALFORMED', ({ dongle }) => ({
      statement: { signer: dongle.party.key },
    })),
    bent('a receipt that shows the certificate of a firm', 'CERTIFICATE_WRONG', ({ firm }) => ({
      header: { certificate: firm.party.certificate },
      statement: { signer: firm.party.key },
      seed: firm.party.seed,
    })),
    bent('a receipt that shows the certificate of another container', 'SIGNATURE_WRONG', ({ dongle }) => ({
      header: { certificate: dongle.party.certificate },
    })),
    refused('a receipt of a container under another root', ['R4'], 'CERTIFICATE_OTHER_ROOT', async (scene) => {
      await issued(scene);
      const tools = scene.tool('strange container');
      const strange = newContainer({ ...tools, root: strangeRoot(tools) });
      return scene.call('settle', { context: scene.contextOf(strange) });
    }),
    refused('a receipt of a container that nothing was issued to', ['R4'], 'TARGET_UNKNOWN', async (scene) => {
      await issued(scene);
      return scene.call('settle', { context: scene.contextOf(scene.dongle.party) });
    }),
    order('an order that expects a later sequence', 'SEQUENCE_AHEAD', { first: 3 }),
    order('an order at the largest sequence there is', 'SEQUENCE_AHEAD', { first: 0xffffffff }),
    order('another order at a sequence that was issued', 'ISSUED_OTHERWISE', {
      first: 1,
      parts: [{ holding: 1, quantity: 2 }],
    }),
    order('an order that names a holding twice', 'ORDER_EMPTY', { parts: [...ONE, ...ONE] }),
    order('an order for a holding that is not here', 'NOT_HELD', { parts: [{ holding: 99, quantity: 1 }] }),
    order('an order for more seats than are free', 'QUANTITY_NOT_HELD', { parts: [{ holding: 1, quantity: 5 }] }),
    order('an order for 4294967295 seats', 'QUANTITY_NOT_HELD', { parts: [{ holding: 1, quantity: 0xffffffff }] }),
    order('an order for a part of what moves only whole', 'MOVES_WHOLE', { parts: [{ holding: 2, quantity: 1 }] }),
    order('an order to a locked target', 'TARGET_LOCKED', {}, () => ({ header: { locked: true } })),
    order('an order on a context for another issuer', 'NOT_ADDRESSED', {}, ({ dongle }) => ({
      header: { issuer: dongle.party.key },
      statement: { partner: dongle.party.key },
    })),
    order('an order on a context that another key signed', 'SIGNATURE_WRONG', {}, ({ dongle }) => ({
      seed: dongle.party.seed,
    })),
    order(
      'an order to a target that was set back',
      'PARTNER_ROLLED_BACK',
      {},
      () => ({ statement: { generation: 5, stateHash: NO_HASH } }),
      1,
    ),
    refused('cancelling what is not in transit', ['R6'], 'NOT_PENDING', async (scene) => {
      await issued(scene);
      return scene.call('cancel', { target: scene.earlier.key, sequences: [1, 2] });
    }),
    refused('cancelling for a target that is not known', ['R6'], 'TARGET_UNKNOWN', async (scene) => {
      await issued(scene);
      return scene.call('cancel', { target: toHex(new Uint8Array(32)) as PublicKey, sequences: [1] });
    }),
    ends('a write-off by another firm of what is in transit', ['R11', 'R14'], ['applied'], async (scene) => {
      await issued(scene);
      scene.otherFirm.issue({ kind: 'writeOff', target: scene.earlier.key, through: 1 });
      return scene.file(scene.otherFirm);
    }),
    ends('a write-off of more than was issued', ['R14'], ['WRITE_OFF_AHEAD'], async (scene) => {
      await issued(scene);
      scene.firm.issue({ kind: 'writeOff', target: scene.earlier.key, through: 2 });
      return scene.file(scene.firm);
    }),
    ends('withdrawing an item of which a part is in transit', ['R3'], ['ITEM_ELSEWHERE'], async (scene) => {
      const { firm } = scene;
      const grant = firm.grant({ ...NO_OPTIONS });
      firm.issue({ kind: 'add', grants: [grant.raw] });
      await scene.takes(firm);
      await scene.does(
        scene.call('issue', issueRequest({ context: scene.contextOf(scene.earlier), first: 1, parts: ONE })),
      );
      firm.issue({ kind: 'withdraw', itemId: grant.grant.itemId, quantity: 4 });
      return scene.file(firm);
    }),
  ],
};
