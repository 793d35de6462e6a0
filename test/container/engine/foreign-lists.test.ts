import { describe, expect, it } from 'vitest';
import { memoryOf } from '../../../container/engine/memory.ts';
import { CATALOGUE } from '../../../container/errors.ts';
import { signFirmRevocations } from '../../../container/files/notices.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { crypto, load, makeContainer, move, type TestContainer, TestFirm } from '../../world/parties.ts';
import { audit } from './audit.ts';
import { apply, bound, codeOf, contextFor, goOn, holdingId, loaded } from './scene.ts';

const FULL = CATALOGUE.LISTS_FULL.number;

/** A list of so many keys, which nobody has. */
function listOf(firm: TestFirm, keys: number, version = 1): Uint8Array {
  const first = `${firm.firmCode.toString(16).padStart(8, '0')}`;
  const all = Array.from({ length: keys }, (_, at) => `${first}${at.toString(16).padStart(56, '0')}` as PublicKey);
  return signFirmRevocations(crypto, firm.seed, { firmCode: firm.firmCode, version, keys: all });
}

/** Brings lists of firms in a file of a carrier that has nothing else to do with them; tells what became of each. */
function carry(carrier: TestFirm, it: TestContainer, ...lists: (readonly [TestFirm, Uint8Array])[]) {
  const { applied } = it.container.state.partners.get(carrier.key)?.inbound ?? { applied: 0 };
  const notices = lists.map(([, list]) => list);
  const certificates = lists.map(([{ certificate }]) => certificate);
  const update = carrier.update(it, { first: applied + 1, last: applied, notices, certificates });
  return apply(it, update).notices.map(({ isNew, reason }) => (isNew ? 'new' : reason));
}

/** What a list is charged, with its certificate. */
function chargedFor(firm: TestFirm, list: Uint8Array): number {
  const { key, certificate } = firm;
  return (
    memoryOf.revocations({ firmCode: firm.firmCode, version: 1, signer: key, raw: list }) +
    memoryOf.certificate({ raw: certificate, references: 1 })
  );
}

/** Gives a container the least capacity of which lists may take so many bytes. */
function share(it: TestContainer, bytes: number): void {
  bound(it, { capacity: 16 * bytes });
}

function listed(it: TestContainer): unknown[] {
  return [...it.container.state.revocations.keys()];
}

const carrier = new TestFirm(900);
const [one, other, third] = [new TestFirm(7000001), new TestFirm(7000002), new TestFirm(7000003)];

describe('lists of firms that have nothing in a container', () => {
  it('leave at least fifteen sixteenths of its memory to those that have, however many are brought', () => {
    const dongle = makeContainer('dongle', 1, { size: 1024 * 1024 });
    for (let firmCode = 1000; firmCode < 1020; firmCode++) {
      const firm = new TestFirm(firmCode);
      carry(carrier, dongle, [firm, listOf(firm, 600)]);
    }
    const { capacity, freeMemory } = dongle.container.run('list', {});
    expect(freeMemory).toBeGreaterThan((capacity * 15) / 16 - 2048);
    const vendor = new TestFirm();
    expect(codeOf(() => load(vendor, dongle, ...Array.from({ length: 100 }, () => ({}))))).toBe('nothing');
    expect(dongle.container.state.holdings.size).toBe(100);
    expect(audit(dongle.container.state)).toEqual([]);
  });

  it('take their share to the last byte, and one that goes beyond it is passed over and says so', () => {
    const dongle = makeContainer('dongle', 1);
    const [first, second] = [listOf(one, 20), listOf(other, 20)];
    share(dongle, chargedFor(one, first) + chargedFor(other, second) - 1);
    expect(carry(carrier, dongle, [one, first], [other, second])).toEqual(['new', FULL]);
    share(dongle, chargedFor(one, first) + chargedFor(other, second));
    expect(carry(carrier, dongle, [one, first], [other, second])).toEqual([0, 'new']);
    expect(audit(dongle.container.state)).toEqual([]);
  });

  it('keep each other out, and the list of nobody else', () => {
    const dongle = makeContainer('dongle', 1);
    share(dongle, chargedFor(one, listOf(one, 20)));
    expect(carry(carrier, dongle, [one, listOf(one, 20)])).toEqual(['new']);
    load(third, dongle, {});
    const lists = [[other, listOf(other, 1)] as const, [third, listOf(third, 20)] as const];
    expect(carry(carrier, dongle, ...lists)).toEqual([FULL, 'new']);
    expect(listed(dongle)).toEqual([one.firmCode, third.firmCode]);
  });

  it('beyond their share, are replaced by newer ones that take no more than they', () => {
    const dongle = makeContainer('dongle', 1);
    expect(carry(carrier, dongle, [one, listOf(one, 20)])).toEqual(['new']);
    share(dongle, chargedFor(one, listOf(one, 2)));
    expect(carry(carrier, dongle, [one, listOf(one, 21, 2)])).toEqual([FULL]);
    expect(carry(carrier, dongle, [one, listOf(one, 20, 3)])).toEqual(['new']);
    expect(carry(carrier, dongle, [one, listOf(one, 4, 4)])).toEqual(['new']);
  });
});

describe('the list of a firm', () => {
  it('that has a channel, a license or a custody log in a container is not among them', () => {
    const { firm, dongle, device } = loaded();
    const passing = makeContainer('dongle', 7);
    move(dongle, passing, [{ holding: holdingId(dongle), quantity: 1 }]);
    move(dongle, device, [{ holding: holdingId(dongle), quantity: 1 }]);
    move(passing, dongle, [{ holding: holdingId(passing), quantity: 1 }]);
    expect([passing.container.state.grants.size, passing.container.state.partners.has(firm.key)]).toEqual([0, false]);
    const met = makeContainer('dongle', 8);
    goOn(met, firm.firmCode);
    const list = listOf(firm, 20);
    for (const it of [passing, device, met, dongle]) {
      share(it, chargedFor(firm, list) - 1);
      expect(carry(carrier, it, [firm, list])).toEqual(['new']);
    }
  });

  it('that a container was only asked to make a context for is among them, since anybody may ask', () => {
    const [firm, dongle] = [new TestFirm(), makeContainer('dongle', 8)];
    contextFor(dongle, firm);
    const list = listOf(firm, 20);
    share(dongle, chargedFor(firm, list) - 1);
    expect(carry(carrier, dongle, [firm, list])).toEqual([FULL]);
  });

  it('that issued the file which brings it is not among them, since that gives it a channel', () => {
    const dongle = makeContainer('dongle', 1);
    share(dongle, 2048);
    expect(carry(one, dongle, [one, listOf(one, 100)])).toEqual(['new']);
    expect(carry(one, dongle, [other, listOf(other, 100)])).toEqual([FULL]);
  });
});
