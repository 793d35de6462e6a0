import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import { U32_MAX } from '../../../container/files/fields.ts';
import { signFirmRevocations, signRootRevocations } from '../../../container/files/notices.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import { issueRequest } from '../../world/issue-request.ts';
import {
  crypto,
  load,
  makeContainer,
  move,
  order,
  reopen,
  root,
  seats,
  seededEnv,
  type TestContainer,
  TestFirm,
} from '../../world/parties.ts';
import { audit } from './audit.ts';
import { apply, bound, codeOf, contextFor, HandContainer, hashOf, holdingId, loaded, only, reasons } from './scene.ts';

const rootList = (version: number, ...keys: PublicKey[]) => signRootRevocations(crypto, root.seed, { version, keys });

function firmList(firm: TestFirm, version: number, ...keys: PublicKey[]): Uint8Array {
  return signFirmRevocations(crypto, firm.seed, { firmCode: firm.firmCode, version, keys });
}

/** Brings notices in a file of the firm that carries nothing else; tells what became of each. */
function bring(firm: TestFirm, it: TestContainer, ...notices: Uint8Array[]) {
  const { applied } = it.container.state.partners.get(firm.key)?.inbound ?? { applied: 0 };
  const update = firm.update(it, { first: applied + 1, last: applied, notices });
  return apply(it, update).notices.map(({ isNew, reason }) => (isNew ? 'new' : reason));
}

/** Different keys, ascending. */
function manyKeys(count: number): PublicKey[] {
  const env = seededEnv('keys on a list');
  return Array.from({ length: count }, () => toHex(env.random(32)) as PublicKey).sort();
}

/** Moves one seat on, with every file that this makes. */
function passOn(dongle: TestContainer, target: TestContainer): void {
  const { updates } = order(dongle, target, [{ holding: holdingId(dongle), quantity: 1 }]);
  for (const update of updates) apply(target, update);
}

/** A dongle with five seats and a device that has two of them. */
function moved() {
  const world = loaded();
  move(world.dongle, world.device, [{ holding: holdingId(world.dongle), quantity: 2 }]);
  load(world.firm, world.device, { productCode: 9 });
  return world;
}

describe('the listing of a container', () => {
  it('marks the licenses that were granted by a key which the root has withdrawn, and no others', () => {
    const [old, now] = [new TestFirm(6000010), new TestFirm(6000010, crypto, root, 'second key')];
    const dongle = makeContainer('dongle', 1);
    for (const firm of [old, now]) load(firm, dongle, {});
    const marks = () => dongle.container.run('list', {}).holdings.map(({ withdrawn }) => withdrawn);
    expect(marks()).toEqual([false, false]);
    bring(now, dongle, rootList(1, old.key));
    expect(marks()).toEqual([true, false]);
    bring(now, dongle, rootList(2));
    expect(marks()).toEqual([false, false]);
  });
});

describe('a list of revocations of a firm', () => {
  it('makes a container refuse what a sender on it passes on of that firm, entry by entry, and nothing else', () => {
    const { firm, dongle, device } = moved();
    const other = new TestFirm(6000099);
    const foreign = only(load(other, dongle, { quantity: 1 }));
    expect(bring(firm, device, firmList(firm, 1, dongle.key))).toEqual(['new']);
    const both = dongle.container.run('list', {}).holdings.map(({ id }) => ({ holding: id, quantity: 1 }));
    const { updates } = order(dongle, device, both);
    expect(reasons(apply(device, only(updates)))).toEqual([CATALOGUE.SENDER_REVOKED.number, 0]);
    expect(seats(device, foreign.itemId).held).toBe(1);
  });

  it("keeps a container that has it from giving that firm's licenses to one that is on it, and no other firm's", () => {
    const { firm, dongle, device, itemId } = moved();
    const other = only(load(new TestFirm(6000099), dongle, {}));
    move(dongle, device, [{ holding: holdingId(dongle, 1), quantity: 1 }]);
    bring(firm, device, firmList(firm, 1, dongle.key));
    const { holdings } = device.container.run('list', {});
    const give = (wanted: string) => () =>
      order(device, dongle, [{ holding: holdings.find((one) => one.itemId === wanted)?.id ?? 0, quantity: 1 }]);
    const before = hashOf(device);
    expect(give(itemId)).toThrow(
      expect.objectContaining({ code: 'TARGET_REVOKED', details: { target: '3-1', firm: firm.firmCode } }),
    );
    expect(hashOf(device)).toBe(before);
    expect(codeOf(give(other.itemId))).toBe('nothing');
    bring(firm, device, firmList(firm, 2));
    expect(codeOf(give(itemId))).toBe('nothing');
  });

  it('is replaced by a higher version only, from whichever file, in whichever order', () => {
    const { firm, dongle, device } = moved();
    expect(bring(firm, device, firmList(firm, 2, dongle.key))).toEqual(['new']);
    const before = hashOf(device);
    expect(bring(firm, device, firmList(firm, 1))).toEqual([0]);
    expect(bring(firm, device, firmList(firm, 2))).toEqual([0]);
    expect(hashOf(device)).toBe(before);
    expect(bring(firm, device, firmList(firm, 3))).toEqual(['new']);
    move(dongle, device, [{ holding: holdingId(dongle), quantity: 1 }]);
    expect(seats(device, device.container.run('list', {}).holdings[0]?.itemId ?? '').held).toBe(3);
  });

  it('survives a restart and is counted as memory', () => {
    const { firm, dongle, device } = moved();
    bring(firm, device, firmList(firm, 1, dongle.key), rootList(1, new HandContainer(9).key));
    reopen(device);
    expect(audit(device.container.state)).toEqual([]);
    const { updates } = order(dongle, device, [{ holding: holdingId(dongle), quantity: 1 }]);
    expect(reasons(apply(device, only(updates)))).toEqual([CATALOGUE.SENDER_REVOKED.number]);
  });

  it('of another firm, or signed by somebody else, changes nothing for this one', () => {
    const { firm, dongle, device } = moved();
    const other = new TestFirm(6000099);
    const forged = signFirmRevocations(crypto, other.seed, { firmCode: firm.firmCode, version: 5, keys: [dongle.key] });
    expect(bring(firm, device, forged, firmList(other, 1, dongle.key))).toEqual([
      CATALOGUE.SIGNATURE_WRONG.number,
      CATALOGUE.ISSUER_UNKNOWN.number,
    ]);
    move(dongle, device, [{ holding: holdingId(dongle), quantity: 1 }]);
  });

  it('needs no certificate in the file that brings it where there is a license of its firm', () => {
    const { firm, dongle, device } = moved();
    const other = new TestFirm(6000099);
    load(other, device, {});
    expect(bring(firm, device, firmList(other, 1, dongle.key))).toEqual(['new']);
    expect(device.container.state.revocations.get(6000099)?.version).toBe(1);
  });

  it('is taken even from a file with a gap, of which nothing else is', () => {
    const { firm, dongle, device } = moved();
    firm.issue(device, { kind: 'add', grants: [firm.grant(device.key).raw] });
    firm.issue(device, { kind: 'add', grants: [firm.grant(device.key).raw] });
    const holdings = device.container.run('list', {}).holdings.length;
    const update = firm.update(device, { first: 3, last: 3, notices: [firmList(firm, 1, dongle.key)] });
    expect(codeOf(() => apply(device, update))).toBe('UPDATE_GAP');
    expect(device.container.run('list', {}).holdings).toHaveLength(holdings);
    const { updates } = order(dongle, device, [{ holding: holdingId(dongle), quantity: 1 }]);
    expect(reasons(apply(device, only(updates)))).toEqual([CATALOGUE.SENDER_REVOKED.number]);
  });

  it('that is damaged, unknown, of two parts, or not ascending is passed over, and the entries are applied', () => {
    const { firm, dongle, device } = moved();
    const good = firmList(firm, 1, dongle.key);
    const [add] = [firm.grant(device.key).raw];
    firm.issue(device, { kind: 'add', grants: [add] });
    const { notices, entries } = apply(
      device,
      firm.update(device, { first: 2, notices: [good.with(-1, 7), new Uint8Array(64), dongle.certificate] }),
    );
    expect(notices.map(({ kind, isNew, reason }) => [kind, isNew, reason])).toEqual([
      [9, false, CATALOGUE.SIGNATURE_WRONG.number],
      [0, false, CATALOGUE.FILE_MALFORMED.number],
      [1, false, CATALOGUE.NOTICE_UNKNOWN.number],
    ]);
    expect(entries).toMatchObject([{ sequence: 2, reason: 0 }]);
  });

  it('that is too much for one record, with the one before it, is passed over, and taken from the next file', () => {
    const { firm, device } = moved();
    const keys = Array.from({ length: 20 }, (_, at) => (0x10 + at).toString(16).repeat(32) as PublicKey);
    const lists = [rootList(1, ...keys), firmList(firm, 1, ...keys)];
    const [bytes = 0] = lists.map(({ length }) => length);
    bound(device, { journalRecord: 4096 + Math.floor(bytes * 1.7) });
    expect(bring(firm, device, ...lists)).toEqual(['new', CATALOGUE.MEMORY_FULL.number]);
    expect(bring(firm, device, ...lists)).toEqual([0, 'new']);
  });

  it('for which no memory is left is passed over, and says so', () => {
    const { firm, dongle, device } = moved();
    bound(device, { capacity: device.container.state.counters.get('usedBytes') ?? 0 });
    expect(bring(firm, device, firmList(firm, 1, dongle.key))).toEqual([CATALOGUE.MEMORY_FULL.number]);
  });

  it('travels on with the dongle that has it, to containers that its firm never reaches', () => {
    const { firm, dongle, device } = moved();
    const [lost, third] = [makeContainer('dongle', 7), makeContainer('soft', 8)];
    move(dongle, third, [{ holding: holdingId(dongle), quantity: 1 }]);
    bring(firm, dongle, firmList(firm, 4, lost.key));
    const { updates } = order(dongle, third, [{ holding: holdingId(dongle), quantity: 1 }]);
    expect(apply(third, only(updates)).notices).toEqual([{ kind: 9, isNew: true, reason: 0 }]);
    const own = only(load(firm, lost, { quantity: 1 }));
    const passed = order(lost, third, [{ holding: holdingId(lost), quantity: 1 }]);
    expect(reasons(apply(third, only(passed.updates)))).toEqual([CATALOGUE.SENDER_REVOKED.number]);
    expect([seats(third, own.itemId).held, seats(device, own.itemId).held]).toEqual([0, 0]);
  });

  it('travels on with the certificate of its firm through a container that has nothing else of that firm', () => {
    const { firm, dongle } = loaded();
    const other = new TestFirm(6000099);
    const foreign = only(load(other, dongle, { quantity: 5 }));
    const [middle, third, lost] = [makeContainer('dongle', 7), makeContainer('soft', 8), makeContainer('dongle', 9)];
    const foreignIn = (it: TestContainer) =>
      it.container.run('list', {}).holdings.find(({ itemId }) => itemId === foreign.itemId)?.id ?? 0;
    bring(firm, dongle, firmList(firm, 1, lost.key));
    move(dongle, middle, [{ holding: foreignIn(dongle), quantity: 2 }]);
    expect([middle.container.state.revocations.size, audit(middle.container.state)]).toEqual([1, []]);
    reopen(middle);
    const { updates } = order(middle, third, [{ holding: foreignIn(middle), quantity: 1 }]);
    expect(apply(third, only(updates)).notices).toEqual([{ kind: 9, isNew: true, reason: 0 }]);
    move(dongle, third, [{ holding: foreignIn(dongle), quantity: 1 }]);
    expect(audit(third.container.state)).toEqual([]);
  });

  it('that is too large for a target keeps the list of no other firm from traveling on', () => {
    const { firm, dongle } = loaded();
    const other = new TestFirm(6000099);
    load(other, dongle, {});
    const small = makeContainer('dongle', 7, { size: 512 * 1024 });
    load(firm, small, {});
    expect(bring(firm, dongle, firmList(firm, 1, ...manyKeys(20)))).toEqual(['new']);
    expect(bring(other, dongle, firmList(other, 1, ...manyKeys(1000)))).toEqual(['new']);
    passOn(dongle, small);
    expect([...small.container.state.revocations.keys()]).toEqual([firm.firmCode]);
  });

  it('that has no room in a file beside another list travels on in one of its own', () => {
    const { firm, dongle } = loaded();
    const small = makeContainer('dongle', 7, { size: 512 * 1024 });
    load(firm, small, {});
    const lists = [firmList(firm, 1, ...manyKeys(500)), rootList(1, ...manyKeys(500))];
    expect(bring(firm, dongle, ...lists)).toEqual(['new', 'new']);
    passOn(dongle, small);
    expect([...small.container.state.revocations.keys()]).toEqual(['root', firm.firmCode]);
  });

  it('travels on with the lists of any number of other firms', () => {
    const { dongle, device } = loaded();
    const firms = Array.from({ length: FORMAT.fileNotices + 1 }, (_, at) => new TestFirm(7000000 + at));
    for (const one of firms) expect(bring(one, dongle, firmList(one, 1, ...manyKeys(1)))).toEqual(['new']);
    passOn(dongle, device);
    expect(device.container.state.revocations.size).toBe(firms.length);
  });

  it('keeps the certificate of the key that signed it, and lets that of the list before go', () => {
    const { firm, dongle, device } = moved();
    const other = new TestFirm(6000099);
    const bringOf = (version: number) => {
      const notices = [firmList(other, version, dongle.key)];
      const { applied } = device.container.state.partners.get(firm.key)?.inbound ?? { applied: 0 };
      const certificates = [other.certificate];
      return apply(device, firm.update(device, { first: applied + 1, last: applied, notices, certificates })).notices;
    };
    for (const version of [1, 2, 3]) expect(bringOf(version)).toMatchObject([{ isNew: true }]);
    expect(device.container.state.certificates.get(other.key)).toMatchObject({ references: 1 });
    expect(audit(device.container.state)).toEqual([]);
  });

  it('that is kept of a file that is refused leaves no certificate behind that nothing needs', () => {
    const { firm, dongle, device } = moved();
    const other = new TestFirm(6000099);
    firm.issue(device, { kind: 'add', grants: [firm.grant(device.key).raw] });
    firm.issue(device, { kind: 'add', grants: [firm.grant(device.key).raw] });
    const certificates = [other.certificate];
    const notices = [firmList(other, 1, dongle.key)];
    const update = firm.update(device, { first: 3, last: 3, notices, certificates });
    expect(codeOf(() => apply(device, update))).toBe('UPDATE_GAP');
    expect(device.container.state.revocations.size).toBe(1);
    expect(audit(device.container.state)).toEqual([]);
  });
});

describe('a list of revocations of the root', () => {
  it('makes a container refuse every file of a party on it, before anything in it is looked at', () => {
    const { firm, dongle, device } = moved();
    const { updates } = order(dongle, device, [{ holding: holdingId(dongle), quantity: 1 }]);
    bring(firm, device, rootList(1, dongle.key));
    const before = hashOf(device);
    expect(codeOf(() => apply(device, only(updates)))).toBe('CERTIFICATE_REVOKED');
    expect(codeOf(() => contextFor(device, dongle))).toBe('CERTIFICATE_REVOKED');
    expect(hashOf(device)).toBe(before);
  });

  it('makes an issuer refuse contexts and receipts of a container on it', () => {
    const { firm, dongle, device } = moved();
    const context = contextFor(device, dongle);
    bring(firm, dongle, rootList(1, device.key));
    expect(codeOf(() => dongle.container.run('settle', { context }))).toBe('CERTIFICATE_REVOKED');
    const parts = [{ holding: holdingId(dongle), quantity: 1 }];
    expect(codeOf(() => dongle.container.run('issue', issueRequest({ context, first: 2, parts })))).toBe(
      'CERTIFICATE_REVOKED',
    );
  });

  it('makes a container refuse an item that came through a holder on it, and leave the rest of the file alone', () => {
    const { firm, dongle } = loaded();
    const [middle, last] = [makeContainer('dongle', 7), makeContainer('soft', 8)];
    move(dongle, middle, [{ holding: holdingId(dongle), quantity: 2 }]);
    load(firm, middle, { quantity: 3 });
    load(firm, last, { quantity: 1 });
    bring(firm, last, rootList(1, dongle.key));
    const parts = middle.container.run('list', {}).holdings.map(({ id }) => ({ holding: id, quantity: 1 }));
    const first = order(middle, last, parts.slice(0, 1));
    const { updates } = order(middle, last, parts.slice(1));
    expect(first.updates).toHaveLength(1);
    expect(reasons(apply(last, only(updates)))).toEqual([CATALOGUE.CUSTODY_WRONG.number, 0]);
  });

  it('leaves an item that came through a holder on it where it is, until its firm replaces it there', () => {
    const { firm, dongle, itemId } = loaded();
    const [middle, last] = [makeContainer('dongle', 7), makeContainer('soft', 8)];
    move(dongle, middle, [{ holding: holdingId(dongle), quantity: 2 }]);
    for (const it of [middle, last]) load(firm, it, { productCode: 9 });
    for (const it of [middle, last]) bring(firm, it, rootList(1, dongle.key));
    const own = middle.container.run('list', {}).holdings.findIndex((holding) => holding.itemId === itemId);
    const goesOn = () => move(middle, last, [{ holding: holdingId(middle, own), quantity: 1 }]);
    expect(goesOn().reports.flatMap(reasons)).toEqual([CATALOGUE.CUSTODY_WRONG.number]);
    expect(codeOf(() => order(middle, dongle, [{ holding: holdingId(middle, own), quantity: 2 }]))).toBe(
      'CERTIFICATE_REVOKED',
    );
    expect(seats(middle, itemId)).toEqual({ held: 2, pending: 0 });
    const renewed = firm.grant(middle.key, { quantity: 2 });
    firm.issue(middle, { kind: 'replace', expected: { itemId, quantity: 2 }, grant: renewed.raw });
    expect(reasons(apply(middle, firm.update(middle, { first: 2 })))).toEqual([0]);
    const { id = 0 } = middle.container.run('list', {}).holdings.find((it) => it.itemId === renewed.grant.itemId) ?? {};
    move(middle, last, [{ holding: id, quantity: 1 }]);
    expect(seats(last, renewed.grant.itemId).held).toBe(1);
  });

  it('that comes in a file of the very party on it refuses that file', () => {
    const { firm, dongle, device } = moved();
    bring(firm, dongle, rootList(1, dongle.key));
    const { updates } = order(dongle, device, [{ holding: holdingId(dongle), quantity: 1 }]);
    expect(codeOf(() => apply(device, only(updates)))).toBe('CERTIFICATE_REVOKED');
    expect(seats(device, device.container.run('list', {}).holdings[0]?.itemId ?? '').held).toBe(2);
  });

  it('is replaced by a higher version only', () => {
    const { firm, device } = moved();
    const key = new HandContainer(9).key;
    expect(bring(firm, device, rootList(2, key))).toEqual(['new']);
    const before = hashOf(device);
    expect(bring(firm, device, rootList(1))).toEqual([0]);
    expect(bring(firm, device, rootList(2))).toEqual([0]);
    expect(hashOf(device)).toBe(before);
    expect(bring(firm, device, rootList(3))).toEqual(['new']);
  });

  it('takes every list of a key on it out of force, so that a list of another key of the firm takes its place', () => {
    const { firm, dongle, device } = moved();
    const other = new TestFirm(6000099);
    const renewed = new TestFirm(firm.firmCode, crypto, root, 'renewed');
    load(other, device, { productCode: 9 });
    expect(bring(firm, device, firmList(firm, U32_MAX, dongle.key))).toEqual(['new']);
    expect(bring(other, device, rootList(1, firm.key))).toEqual(['new']);
    load(renewed, dongle, {});
    const [holding = 0] = dongle.container
      .run('list', {})
      .holdings.slice(-1)
      .map(({ id }) => id);
    const { updates } = order(dongle, device, [{ holding, quantity: 2 }]);
    expect(reasons(apply(device, only(updates)))).toEqual([0]);
    load(renewed, device, { productCode: 9 });
    expect(bring(renewed, device, firmList(renewed, 1, dongle.key))).toEqual(['new']);
    expect(bring(renewed, device, firmList(renewed, 1))).toEqual([0]);
    const again = order(dongle, device, [{ holding, quantity: 1 }]);
    expect(reasons(apply(device, only(again.updates)))).toEqual([CATALOGUE.SENDER_REVOKED.number]);
    expect(audit(device.container.state)).toEqual([]);
  });

  it('keeps a list of a key on it from being taken and passed on, wherever in the file it is', () => {
    const { firm, dongle, device } = moved();
    const other = new TestFirm(6000099);
    load(other, device, { productCode: 9 });
    const lists = [firmList(firm, 1, dongle.key), rootList(1, firm.key)];
    expect(bring(other, device, ...lists)).toEqual([CATALOGUE.ISSUER_UNKNOWN.number, 'new']);
    const [middle, last] = [makeContainer('dongle', 7), makeContainer('soft', 8)];
    load(other, middle, { productCode: 9 });
    load(firm, middle, { productCode: 9 });
    expect(bring(firm, middle, firmList(firm, 1, dongle.key))).toEqual(['new']);
    expect(bring(other, middle, rootList(1, firm.key))).toEqual(['new']);
    passOn(middle, last);
    expect([...last.container.state.revocations.keys()]).toEqual(['root']);
  });

  it.each([
    ['first', true],
    ['last', false],
  ])('that came %s is passed on before all others, which follow by their Firm Codes', (_, isFirst) => {
    const { firm, dongle, device } = moved();
    const [high, zero] = [new TestFirm(6000099), new TestFirm(0)];
    for (const one of [high, zero]) load(one, dongle, {});
    const somebody = new HandContainer(9).key;
    if (isFirst) bring(firm, dongle, rootList(1, somebody));
    for (const one of [high, zero, firm]) bring(one, dongle, firmList(one, 1, somebody));
    if (!isFirst) bring(firm, dongle, rootList(1, somebody));
    const { updates } = order(dongle, device, [{ holding: holdingId(dongle), quantity: 1 }]);
    expect(apply(device, only(updates)).notices).toMatchObject([4, 9, 9, 9].map((kind) => ({ kind, isNew: true })));
    expect([...device.container.state.revocations.keys()]).toEqual(['root', 0, 6000010, 6000099]);
  });

  it('that the root did not sign changes nothing', () => {
    const { firm, dongle, device } = moved();
    const forged = signRootRevocations(crypto, firm.seed, { version: 9, keys: [dongle.key] });
    expect(bring(firm, device, forged)).toEqual([CATALOGUE.SIGNATURE_WRONG.number]);
  });
});
