import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import { signFirmRevocations } from '../../../container/files/notices.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import {
  crypto,
  load,
  makeContainer,
  move,
  order,
  reopen,
  seats,
  type TestContainer,
  TestFirm,
} from '../../world/parties.ts';
import { audit } from './audit.ts';
import { bring, firmList, manyKeys, moved, passOn, rootList } from './revocation-scene.ts';
import { apply, bound, codeOf, HandContainer, hashOf, holdingId, loaded, only, reasons } from './scene.ts';

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
