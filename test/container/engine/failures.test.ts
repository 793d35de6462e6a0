import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import { signedEnvelope, signParts } from '../../../container/files/envelope.ts';
import { transferRecord } from '../../../container/files/transfer-record.ts';
import { concatBytes } from '../../../container/model/bytes.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { crypto, load, makeContainer, move, order, seats, seededEnv, TestFirm } from '../../world/parties.ts';
import {
  apply,
  backup,
  bound,
  codeOf,
  contextFor,
  evidenceOf,
  HandContainer,
  hashOf,
  holdingId,
  loaded,
  only,
  reasons,
  restored,
  settle,
  world,
} from './scene.ts';

const TERMS = {
  type: 'quantity',
  targetKinds: [],
  targetKeys: [],
  mostPerTarget: null,
  returnable: true,
  depth: 3,
} as const;

describe('an update file with a hole before it', () => {
  it('does not even settle by its statement: nothing of it counts until the missing file came', () => {
    const { dongle, itemId } = loaded();
    const other = makeContainer('dongle', 9, { size: 1024 * 1024 });
    const firm = new TestFirm(6000099);
    load(firm, other, ...Array.from({ length: 110 }, () => ({ protectedData: new Uint8Array(256), quantity: 1 })));
    apply(other, only(order(dongle, other, [{ holding: 1, quantity: 2 }]).updates));
    bound(dongle, { largestRecord: 32 * 1024 });
    const context = contextFor(dongle, other);
    const parts = other.container
      .run('list', {})
      .holdings.filter(({ firmCode }) => firmCode === firm.firmCode)
      .map(({ id }) => ({ holding: id, quantity: 1 }));
    const { updates } = other.container.run('issue', issueRequest({ context, first: 1, parts }));
    expect(updates.length).toBeGreaterThan(1);
    const before = hashOf(dongle);
    expect(codeOf(() => apply(dongle, updates[1] as Uint8Array))).toBe('UPDATE_GAP');
    expect(seats(dongle, itemId)).toEqual({ held: 3, pending: 2 });
    expect(hashOf(dongle)).toBe(before);
    apply(dongle, updates[0] as Uint8Array);
    expect(seats(dongle, itemId)).toEqual({ held: 3, pending: 0 });
  });
});

describe('items that came from more containers than a file has certificates for', () => {
  it('are split over files, each of which is applied by itself', () => {
    const firm = new TestFirm();
    const dongle = makeContainer('dongle', 1, { size: 16 * 1024 * 1024 });
    const target = makeContainer('dongle', 2, { size: 16 * 1024 * 1024 });
    for (let number = 0; number < 270; number++) {
      const sender = new HandContainer(2000 + number);
      const { grant, raw } = firm.grant(sender.key, { quantity: 1, terms: TERMS });
      const moved = { itemId: grant.itemId, quantity: 1, units: null, usageStart: null };
      sender.transfer(dongle, [{ moved, grant: raw }]);
      apply(dongle, sender.update(dongle, [firm.certificate]));
    }
    const parts = dongle.container.run('list', {}).holdings.map(({ id }) => ({ holding: id, quantity: 1 }));
    const { updates, last } = order(dongle, target, parts);
    expect([last, updates.length]).toEqual([5, 2]);
    const reports = updates.map((update) => apply(target, update));
    expect(reports.flatMap(reasons)).toEqual([0, 0, 0, 0, 0]);
    expect(settle(dongle, reports[1]?.receipt ?? new Uint8Array()).pending).toBe(0);
    expect(target.container.run('list', {}).holdings).toHaveLength(270);
  });
});

describe('a partner that was set back', () => {
  it('is witnessed with evidence while what it signed with a matching hash still settles', () => {
    const { dongle, device, itemId } = loaded();
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    const before = backup(device);
    apply(dongle, only(order(device, dongle, [{ holding: holdingId(device), quantity: 1 }]).updates));
    const { updates } = dongle.container.run(
      'issue',
      issueRequest({
        context: contextFor(device, dongle),
        first: 2,
        parts: [{ holding: 1, quantity: 1 }],
      }),
    );
    const twin = restored(device, before, 'memory and anchor');
    const { receipt } = apply(twin, only(updates));
    expect(evidenceOf(dongle)).toEqual([]);
    expect(settle(dongle, receipt)).toMatchObject({ settled: 2, pending: 0 });
    expect(evidenceOf(dongle)).toHaveLength(1);
    expect(seats(dongle, itemId)).toEqual({ held: 3, pending: 0 });
    expect(twin.container.run('list', {}).rolledBack).toBe(true);
  });

  it('as an issuer that forgot a settlement proves it to itself when its target was told of it', () => {
    const { dongle, device, itemId } = loaded();
    const { receipt } = apply(device, only(order(dongle, device, [{ holding: 1, quantity: 2 }]).updates));
    const before = backup(dongle);
    settle(dongle, receipt);
    const told = apply(device, only(dongle.container.run('transit', { target: device.key }).updates)).receipt;
    const twin = restored(dongle, before, 'memory and anchor');
    expect(codeOf(() => settle(twin, told))).toBe('SELF_ROLLED_BACK');
    expect(evidenceOf(twin)).toEqual(['the target was told of a settlement that is not known here']);
    expect(seats(twin, itemId)).toEqual({ held: 3, pending: 2 });
  });
});

describe('a channel at the end of its numbers', () => {
  it('applies the last sequence and answers with its receipt', () => {
    const { firm, dongle } = world();
    const sender = new HandContainer(23);
    const { grant, raw } = firm.grant(sender.key);
    const moved = { itemId: grant.itemId, quantity: 5, units: null, usageStart: null };
    const last = 0xffffffff;
    sender.transfer(dongle, [{ moved, grant: raw }], { record: { sequence: last } });
    contextFor(dongle, sender);
    const { partners } = dongle.container.state;
    const partner = partners.get(sender.key);
    if (partner === undefined) throw new TypeError('the sender is no partner');
    partners.set(sender.key, { ...partner, inbound: { ...partner.inbound, applied: last - 1 } });
    const change = { header: { first: last, last }, issued: last };
    const update = sender.update(dongle, [firm.certificate], change);
    expect(apply(dongle, update)).toMatchObject({ applied: last, deferred: null });
    expect(seats(dongle, grant.itemId).held).toBe(5);
    expect(apply(dongle, update)).toMatchObject({ applied: last, skipped: 1 });
  });
});

describe('a file that is a bomb', () => {
  it.each([
    ['a length far beyond its end', [0x94, 1, 1, 0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['a byte string far beyond its end', [0x94, 7, 1, 0x93, 0xc6, 0xff, 0xff, 0xff, 0xff]],
    ['a million nested arrays', Array(1_000_000).fill(0x91)],
    ['a map with a prototype for a key', [0x81, 0xa9, ...Buffer.from('__proto__'), 0x90]],
  ])('with %s is refused as malformed and changes nothing', (_, bytes) => {
    const { dongle, device } = loaded();
    const bomb = new Uint8Array(bytes);
    const before = hashOf(dongle);
    const issue = () =>
      dongle.container.run('issue', issueRequest({ context: bomb, first: 1, parts: [{ holding: 1, quantity: 1 }] }));
    const works = [() => apply(dongle, bomb), () => settle(dongle, bomb), issue];
    const asCertificate = () => dongle.container.run('context', { certificate: bomb, firmCode: null });
    expect([...works, asCertificate].map(codeOf)).toEqual(Array(4).fill('FILE_MALFORMED'));
    expect(hashOf(dongle)).toBe(before);
    const hidden = concatBytes(contextFor(device, dongle), bomb);
    expect(codeOf(() => settle(dongle, hidden))).toBe('FILE_MALFORMED');
  });
});

describe('a clock that is wrong', () => {
  it.each([
    ['back at its beginning', 0],
    ['ten years ahead', 800_000_000 + 10 * 365 * 86_400],
  ])('%s hinders no move: time decides about use only', (_, now) => {
    const { firm, dongle, device } = world();
    const { itemId } = only(load(firm, dongle, { expirationTime: 800_000_100, activationTime: 799_999_900 }));
    for (const it of [dongle, device]) Object.assign(it.parts.env, { time: now });
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    move(device, dongle, [{ holding: holdingId(device), quantity: 1 }]);
    expect([seats(dongle, itemId).held, seats(device, itemId).held]).toEqual([4, 1]);
    const use = { firmCode: 6000010, productCode: 1001, releaseDate: null };
    const code = now === 0 ? 'ITEM_NOT_YET_ACTIVE' : 'ITEM_EXPIRED';
    expect(codeOf(() => device.container.run('check', use))).toBe(code);
  });
});

describe('a license that may not be returned', () => {
  const terms = { ...TERMS, returnable: false };

  it('is not issued back to where it came from', () => {
    const { firm, dongle, device } = world();
    load(firm, dongle, { terms });
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    expect(() => order(device, dongle, [{ holding: holdingId(device), quantity: 2 }])).toThrow(
      expect.objectContaining({
        code: 'MAY_NOT_ISSUE',
        details: expect.objectContaining({ why: 'it may not be returned' }),
      }),
    );
  });

  it('is refused where it comes back all the same', () => {
    const firm = new TestFirm();
    const dongle = makeContainer('dongle', 21);
    const hand = new HandContainer(22);
    const { grant, raw } = firm.grant(dongle.key, { terms });
    const moved = { itemId: grant.itemId, quantity: 2, units: null, usageStart: null };
    const went = { from: dongle.key, to: hand.key, sequence: 1, firmCode: firm.firmCode, items: [moved] };
    const part = transferRecord.encode(went);
    const signature = signParts(crypto, seededEnv('dongle-21').random(32), 'transferRecord', [part]);
    const record = signedEnvelope.encode({ kind: 'transferRecord', version: 1, parts: [part], signature });
    hand.transfer(dongle, [{ moved, grant: raw, custody: [0] }], { records: [record] });
    const report = apply(dongle, hand.update(dongle, [firm.certificate]));
    expect(reasons(report)).toEqual([CATALOGUE.NOT_RETURNABLE.number]);
  });
});
