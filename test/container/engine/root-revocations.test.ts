import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import { U32_MAX } from '../../../container/files/fields.ts';
import { signRootRevocations } from '../../../container/files/notices.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { crypto, load, makeContainer, move, order, root, seats, TestFirm } from '../../world/parties.ts';
import { audit } from './audit.ts';
import { bring, firmList, moved, passOn, rootList } from './revocation-scene.ts';
import { apply, codeOf, contextFor, HandContainer, hashOf, holdingId, loaded, only, reasons } from './scene.ts';

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
