import { pack } from '../../../../container/files/codec.ts';
import { ENTRY_KINDS, entry } from '../../../../container/files/entries.ts';
import { sealEnvelope } from '../../../../container/files/envelope.ts';
import { grant as grantRecord } from '../../../../container/files/grant.ts';
import { fromHex, NO_BYTES } from '../../../../container/model/bytes.ts';
import type { ItemId } from '../../../../container/model/ids.ts';
import { flipped } from '../../../../host/conformance/makers/damaged.ts';
import { newFirm } from '../../../../host/conformance/makers/parties.ts';
import type { SignedGrant } from '../../../../host/conformance/makers/test-firm.ts';
import type { AttackScene } from '../attack-scene.ts';
import { FIRM } from '../attack-scene.ts';
import { type AttackPlan, ends, type GroupPlan, refused } from '../plan.ts';

function outer(scene: AttackScene, content: { version?: number; kind?: number; body?: Uint8Array }): Uint8Array {
  const salt = scene.firm.tools.env.random(16);
  return entry.encode({ version: 1, kind: ENTRY_KINDS.add, salt, body: new Uint8Array(16), ...content });
}

function raw(name: string, code: string, bytes: (scene: AttackScene) => Uint8Array, rules = ['R5']): AttackPlan {
  return ends(name, rules, [code], (scene) => {
    scene.firm.issueRaw(bytes(scene));
    return scene.file(scene.firm);
  });
}

/** The firm grants what is given, in one entry. */
function granting(name: string, rules: readonly string[], code: string, grants: (scene: AttackScene) => Uint8Array[]) {
  return ends(name, rules, [code], (scene) => {
    scene.firm.issue({ kind: 'add', grants: grants(scene) });
    return scene.file(scene.firm);
  });
}

/** A grant with one field of its record as given, which no encoder writes; properly signed. */
function bentGrant({ firm, crypto }: AttackScene, at: number, value: unknown): Uint8Array {
  const wire = (grantRecord.wire(firm.grant().grant) as unknown[]).with(at, value);
  return sealEnvelope(crypto, firm.party.seed, 'grant', [pack(wire)]);
}

const TERMS = 18;
const unsupported: readonly (readonly [what: string, at: number, value: unknown])[] = [
  ['a transfer type for borrowing', TERMS, [3, [], [], null, true, 2]],
  ['terms with a field more', TERMS, [2, [], [], null, true, 2, true]],
  ['a kind of target that does not exist', TERMS, [2, [9], [], null, true, 2]],
  ['a License Quantity of 0', 4, 0],
  ['a Unit Counter below 0', 5, false],
  ['a text of 257 characters', 12, 'x'.repeat(257)],
  ['a Usage Period of 0', 9, 0],
];

/** A license of the firm is here. */
async function held(scene: AttackScene): Promise<SignedGrant> {
  const { firm } = scene;
  const grant = firm.grant();
  firm.issue({ kind: 'add', grants: [grant.raw] });
  await scene.takes(firm);
  return grant;
}

type Change = (itemId: ItemId, scene: AttackScene) => Parameters<AttackScene['firm']['issue']>[0];

function foreign(name: string, change: Change): AttackPlan {
  return ends(name, ['R11'], ['FOREIGN_FIRM'], async (scene) => {
    const { itemId } = (await held(scene)).grant;
    scene.otherFirm.issue(change(itemId, scene));
    return scene.file(scene.otherFirm);
  });
}

function elsewhere(name: string, change: Change): AttackPlan {
  return ends(name, ['R3'], ['ITEM_ELSEWHERE'], async (scene) => {
    const { itemId } = (await held(scene)).grant;
    scene.firm.issue(change(itemId, scene));
    return scene.file(scene.firm);
  });
}

function byContainer(name: string, make: Change): AttackPlan {
  return ends(name, ['R3', 'R11'], ['ENTRY_MALFORMED'], async (scene) => {
    const { itemId } = (await held(scene)).grant;
    scene.firm.issue(make(itemId, scene));
    scene.dongle.issueRaw(scene.firm.entryAt(scene.firm.issued), { certificates: [scene.firm.party.certificate] });
    return scene.file(scene.dongle);
  });
}

/** Valid files of a firm with entries that must be refused one by one. */
export const entries: GroupPlan = {
  name: 'entries',
  about:
    'Entries that are refused one by one while their file is taken: unknown, malformed, of another firm, with a bad grant.',
  kind: 'soft',
  attacks: [
    ...[0, 8, 15, 17, 255].map((kind) =>
      raw(`an entry of the unknown kind ${kind}`, 'ENTRY_UNKNOWN', (scene) => outer(scene, { kind })),
    ),
    ...[0, 2, 255].map((version) =>
      raw(`an entry of version ${version}`, 'ENTRY_UNKNOWN', (scene) => outer(scene, { version }), ['downgrade']),
    ),
    raw('an entry with the body of no kind', 'ENTRY_MALFORMED', (scene) => outer(scene, {})),
    raw('an entry that is 40 zeros', 'ENTRY_MALFORMED', () => new Uint8Array(40)),
    raw('an entry with a field more', 'ENTRY_MALFORMED', () => pack([1, 1, new Uint8Array(16), NO_BYTES, null])),
    raw('an entry with a salt of 15 bytes', 'ENTRY_MALFORMED', () => pack([1, 1, new Uint8Array(15), fromHex('9190')])),
    raw('an add entry without grants', 'ENTRY_MALFORMED', (scene) => outer(scene, { body: fromHex('9190') })),
    raw('an add entry with 65 grants', 'ENTRY_MALFORMED', (scene) =>
      outer(scene, { body: pack([Array.from({ length: 65 }, () => new Uint8Array(64))]) }),
    ),
    raw('a withdraw entry of no seats', 'ENTRY_MALFORMED', (scene) =>
      outer(scene, { kind: ENTRY_KINDS.withdraw, body: pack([new Uint8Array(16), 0]) }),
    ),
    refused('an entry that travels as its hash and is not cancelled', ['R6'], 'CHAIN_INCONSISTENT', (scene) => {
      scene.firm.add({});
      const { chainLast } = scene.firm.content().header;
      return scene.file(scene.firm, { body: { entries: [fromHex(chainLast)] } });
    }),
    ...unsupported.map(([what, at, value]) =>
      granting(`a grant with ${what}`, ['R3', 'encoding'], 'GRANT_WRONG', (scene) => [bentGrant(scene, at, value)]),
    ),
    granting('a grant with one bit turned over', ['crypto'], 'GRANT_WRONG', ({ firm }) => {
      const grant = firm.grant().raw;
      return [flipped(grant, grant.length >> 1)];
    }),
    granting('a grant that another key of no certificate signed', ['crypto'], 'GRANT_WRONG', (scene) => {
      const { seed } = newFirm(scene.tool('forger'), FIRM);
      const part = grantRecord.encode(scene.firm.grant().grant);
      return [sealEnvelope(scene.crypto, seed, 'grant', [part])];
    }),
    granting('a grant that another firm signed', ['R11'], 'GRANT_WRONG', ({ otherFirm }) => [
      otherFirm.grant({ firmCode: FIRM }).raw,
    ]),
    granting('a grant whose first holder is another container', ['R3'], 'GRANT_WRONG', ({ firm, earlier }) => [
      firm.grant({}, earlier.key).raw,
    ]),
    granting('a good grant beside a bad one', ['R3'], 'GRANT_WRONG', ({ firm }) => [
      firm.grant().raw,
      flipped(firm.grant().raw, 100),
    ]),
    granting('two grants with one item id in one entry', ['R3'], 'GRANT_WRONG', ({ firm }) => {
      const one = firm.grant();
      return [one.raw, firm.grant({ itemId: one.grant.itemId, quantity: 9 }).raw];
    }),
    granting('one grant twice in one entry', ['R3'], 'ITEM_KNOWN', ({ firm }) => {
      const { raw: one } = firm.grant();
      return [one, one];
    }),
    granting('a certificate in the place of a grant', ['crypto'], 'GRANT_WRONG', ({ firm }) => [
      firm.party.certificate,
    ]),
    ends('a grant that is here already', ['R3'], ['ITEM_KNOWN'], async (scene) => {
      const grant = await held(scene);
      scene.firm.issue({ kind: 'add', grants: [grant.raw] });
      return scene.file(scene.firm);
    }),
    ends('another grant with the id of one that is here', ['R3'], ['GRANT_WRONG'], async (scene) => {
      const { itemId } = (await held(scene)).grant;
      scene.firm.add({ itemId, quantity: 50 });
      return scene.file(scene.firm);
    }),
    ends('a grant of another firm, passed on by a firm', ['R11'], ['FOREIGN_FIRM'], (scene) => {
      scene.otherFirm.issue({ kind: 'add', grants: [scene.firm.grant().raw] });
      return scene.file(scene.otherFirm, { body: { certificates: [scene.firm.party.certificate] } });
    }),
    foreign('a firm withdraws the item of another', (itemId) => ({ kind: 'withdraw', itemId, quantity: 5 })),
    foreign('a firm disables the item of another', (itemId) => ({ kind: 'disable', itemId, quantity: 5 })),
    foreign('a firm enables the item of another', (itemId) => ({ kind: 'enable', itemId, quantity: 5 })),
    foreign('a firm replaces the item of another', (itemId, { otherFirm }) => ({
      kind: 'replace',
      expected: { itemId, quantity: 5 },
      grant: otherFirm.grant().raw,
    })),
    elsewhere('a firm withdraws more than is here', (itemId) => ({ kind: 'withdraw', itemId, quantity: 6 })),
    elsewhere('a firm withdraws less than is here', (itemId) => ({ kind: 'withdraw', itemId, quantity: 4 })),
    elsewhere('a firm withdraws an item that is not here', (_, { firm }) => ({
      kind: 'withdraw',
      itemId: firm.grant().grant.itemId,
      quantity: 5,
    })),
    elsewhere('a firm replaces an item that is not here', (_, { firm }) => ({
      kind: 'replace',
      expected: { itemId: firm.grant().grant.itemId, quantity: 5 },
      grant: firm.grant().raw,
    })),
    ends('a firm replaces an item by itself', ['R3'], ['ITEM_KNOWN'], async (scene) => {
      const { grant, raw: same } = await held(scene);
      scene.firm.issue({ kind: 'replace', expected: { itemId: grant.itemId, quantity: 5 }, grant: same });
      return scene.file(scene.firm);
    }),
    ends('a firm transfers', ['R3'], ['ENTRY_MALFORMED'], (scene) => {
      const { raw: grant } = scene.firm.grant({}, scene.firm.party.key);
      const none = { units: null, usageStart: null, userData: NO_BYTES, customerInfo: NO_BYTES, custody: [] };
      scene.firm.issue({ kind: 'transferIn', record: new Uint8Array(64), records: [], holdings: [{ grant, ...none }] });
      return scene.file(scene.firm);
    }),
    ends('a firm writes off the very container that it tells', ['R14'], ['ENTRY_MALFORMED'], (scene) => {
      scene.firm.issue({ kind: 'writeOff', target: scene.target.key, through: 1 });
      return scene.file(scene.firm);
    }),
    byContainer('a container grants', (_, { firm }) => ({ kind: 'add', grants: [firm.grant().raw] })),
    byContainer('a container withdraws', (itemId) => ({ kind: 'withdraw', itemId, quantity: 5 })),
    byContainer('a container writes off', (_, { earlier }) => ({ kind: 'writeOff', target: earlier.key, through: 9 })),
    byContainer('a container unblocks a PIN', () => ({ kind: 'unblock', tries: 8 })),
  ],
};
