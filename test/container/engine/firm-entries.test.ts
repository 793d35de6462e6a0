import { describe, expect, it } from 'vitest';
import { CATALOGUE, type ErrorCode } from '../../../container/errors.ts';
import type { EntryContent } from '../../../container/files/entries.ts';
import { sealEnvelope } from '../../../container/files/envelope.ts';
import { crypto, load, makeContainer, move, order, type TestContainer, TestFirm } from '../../world/parties.ts';
import { apply, codeOf, contextFor, holdingId, only, reasons, settle, world } from './scene.ts';

function loaded() {
  const { firm, dongle, device } = world();
  const { itemId } = only(load(firm, dongle, { quantity: 5 }));
  return { firm, dongle, device, itemId };
}

/** Issues one entry and tells the code it is refused with; `applied` when it is not. */
function outcome(firm: TestFirm, target: TestContainer, content: EntryContent): ErrorCode | 'applied' {
  firm.issue(target, content);
  const number = reasons(apply(target, firm.update(target))).at(-1);
  const codes = Object.keys(CATALOGUE) as ErrorCode[];
  return codes.find((code) => CATALOGUE[code].number === number) ?? 'applied';
}

function first(it: TestContainer) {
  return it.container.run('list', {}).holdings[0];
}

describe('add', () => {
  it('takes only grants of the firm itself, for this container, once', () => {
    const { firm, dongle, device } = loaded();
    const other = new TestFirm(6000099);
    const twice = firm.grant(dongle.key).raw;
    const add = (...grants: Uint8Array[]) => outcome(firm, dongle, { kind: 'add', grants });
    expect(add(firm.grant(device.key).raw)).toBe('GRANT_WRONG');
    expect(add(other.grant(dongle.key).raw)).toBe('GRANT_WRONG');
    expect(add(firm.grant(dongle.key, { firmCode: 6000099 }).raw)).toBe('GRANT_WRONG');
    expect(add(new Uint8Array(64))).toBe('GRANT_WRONG');
    expect(add(sealEnvelope(crypto, firm.seed, 'grant', [new Uint8Array([0x90])]))).toBe('GRANT_WRONG');
    expect(add(firm.grant(dongle.key).raw.with(-1, 7))).toBe('GRANT_WRONG');
    expect(add(twice, twice)).toBe('ITEM_KNOWN');
    expect(dongle.container.run('list', {}).holdings).toHaveLength(1);
    expect(add(twice)).toBe('applied');
    expect(add(twice)).toBe('ITEM_KNOWN');
  });

  it('takes no grant of another firm, even where that firm shows its certificate', () => {
    const { firm, dongle } = loaded();
    const other = new TestFirm(6000099);
    firm.issue(dongle, { kind: 'add', grants: [other.grant(dongle.key).raw] });
    const update = firm.update(dongle, { certificates: [other.certificate] });
    expect(reasons(apply(dongle, update))).toEqual([CATALOGUE.FOREIGN_FIRM.number]);
    expect(dongle.container.run('list', {}).holdings).toHaveLength(1);
  });

  it('is atomic: one bad grant refuses the whole entry', () => {
    const { firm, dongle, device } = loaded();
    const grants = [firm.grant(dongle.key).raw, firm.grant(device.key).raw];
    expect(outcome(firm, dongle, { kind: 'add', grants })).toBe('GRANT_WRONG');
    expect(dongle.container.run('list', {}).holdings).toHaveLength(1);
  });

  it('does not take another grant under the id of one that is here', () => {
    const { firm, dongle, itemId } = loaded();
    const other = firm.grant(dongle.key, { itemId, quantity: 500 });
    expect(outcome(firm, dongle, { kind: 'add', grants: [other.raw] })).toBe('GRANT_WRONG');
  });
});

describe('withdraw, enable, disable and replace', () => {
  const kinds = ['withdraw', 'enable', 'disable'] as const;

  it.each(kinds)('%s is refused when the quantity, the item or its transit is not as expected', (kind) => {
    const { firm, dongle, device, itemId } = loaded();
    const absent = firm.grant(dongle.key).grant.itemId;
    expect(outcome(firm, dongle, { kind, itemId, quantity: 4 })).toBe('ITEM_ELSEWHERE');
    expect(outcome(firm, dongle, { kind, itemId, quantity: 6 })).toBe('ITEM_ELSEWHERE');
    expect(outcome(firm, dongle, { kind, itemId: absent, quantity: 1 })).toBe('ITEM_ELSEWHERE');
    const { updates } = order(dongle, device, [{ holding: 1, quantity: 1 }]);
    expect(outcome(firm, dongle, { kind, itemId, quantity: 4 })).toBe('ITEM_ELSEWHERE');
    expect(outcome(firm, dongle, { kind, itemId, quantity: 5 })).toBe('ITEM_ELSEWHERE');
    settle(dongle, apply(device, only(updates)).receipt);
    expect(outcome(firm, dongle, { kind, itemId, quantity: 5 })).toBe('ITEM_ELSEWHERE');
    expect(outcome(firm, dongle, { kind, itemId, quantity: 4 })).toBe('applied');
  });

  it('replace is refused as a whole where its expectation or its grant is wrong', () => {
    const { firm, dongle, device, itemId } = loaded();
    const good = firm.grant(dongle.key, { quantity: 9 }).raw;
    const replace = (quantity: number, grant: Uint8Array) =>
      outcome(firm, dongle, { kind: 'replace', expected: { itemId, quantity }, grant });
    expect(replace(4, good)).toBe('ITEM_ELSEWHERE');
    expect(replace(5, firm.grant(device.key).raw)).toBe('GRANT_WRONG');
    expect(first(dongle)).toMatchObject({ itemId, quantity: 5 });
    const other = new TestFirm(6000099);
    const foreign = { kind: 'replace', expected: { itemId, quantity: 5 }, grant: other.grant(dongle.key).raw } as const;
    expect(outcome(other, dongle, foreign)).toBe('FOREIGN_FIRM');
  });

  it('replace puts a fresh grant in the place of all holdings and keeps what the user wrote', () => {
    const { firm, dongle, device, itemId } = loaded();
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    move(device, dongle, [{ holding: holdingId(device), quantity: 2 }]);
    dongle.container.run('write-data', {
      holding: 1,
      userData: new Uint8Array([1]),
      customerInfo: new Uint8Array([2]),
    });
    expect(dongle.container.run('list', {}).holdings).toHaveLength(2);
    const { raw, grant } = firm.grant(dongle.key, { quantity: 9 });
    expect(outcome(firm, dongle, { kind: 'replace', expected: { itemId, quantity: 5 }, grant: raw })).toBe('applied');
    expect(only(dongle.container.run('list', {}).holdings)).toMatchObject({
      itemId: grant.itemId,
      quantity: 9,
      userData: new Uint8Array([1]),
      customerInfo: new Uint8Array([2]),
    });
  });

  it.each(kinds)('%s leaves the items of another firm alone', (kind) => {
    const { dongle, itemId } = loaded();
    const other = new TestFirm(6000099);
    expect(outcome(other, dongle, { kind, itemId, quantity: 5 })).toBe('FOREIGN_FIRM');
    expect(first(dongle)).toMatchObject({ quantity: 5, enabled: true });
  });

  it('disable keeps an item from moving and from use until enable', () => {
    const { firm, dongle, device, itemId } = loaded();
    expect(outcome(firm, dongle, { kind: 'disable', itemId, quantity: 5 })).toBe('applied');
    expect(first(dongle)?.enabled).toBe(false);
    expect(codeOf(() => order(dongle, device, [{ holding: 1, quantity: 1 }]))).toBe('ITEM_DISABLED');
    expect(outcome(firm, dongle, { kind: 'enable', itemId, quantity: 5 })).toBe('applied');
    expect(codeOf(() => order(dongle, device, [{ holding: 1, quantity: 1 }]))).toBe('nothing');
  });

  it('withdraw takes the item away for good', () => {
    const { firm, dongle, itemId } = loaded();
    expect(outcome(firm, dongle, { kind: 'withdraw', itemId, quantity: 5 })).toBe('applied');
    expect(dongle.container.run('list', {}).holdings).toEqual([]);
  });
});

describe('a context for a firm', () => {
  it('is made by the name of a firm that is known, and for nobody else', () => {
    const { firm, dongle, device } = loaded();
    const ask = (certificate: Uint8Array | null, firmCode: number | null) =>
      codeOf(() => dongle.container.run('context', { certificate, firmCode }));
    expect(ask(null, firm.firmCode)).toBe('nothing');
    expect(ask(null, 7)).toBe('ISSUER_UNKNOWN');
    expect(ask(null, null)).toBe('ISSUER_UNKNOWN');
    expect(ask(dongle.certificate, null)).toBe('ISSUER_UNKNOWN');
    expect(ask(new Uint8Array(3), null)).toBe('FILE_MALFORMED');
    expect(ask(device.certificate, null)).toBe('nothing');
  });

  it('reserves one channel record for a new issuer, however often it is asked for', () => {
    const { dongle } = loaded();
    const stranger = makeContainer('soft', 55);
    const generation = () => dongle.container.run('list', {}).generation;
    const before = generation();
    contextFor(dongle, stranger);
    contextFor(dongle, stranger);
    expect(generation()).toBe(before + 1);
  });
});
