import type { Grant } from '../../../container/files/grant.ts';
import { same } from '../check.ts';
import type { CaseFamily } from '../conformance-case.ts';
import { holdingOf, notHeld } from '../holdings.ts';

const ALL_OPTIONS: Partial<Grant> = {
  productCode: 4294967295,
  quantity: 7,
  unitCounter: 1000,
  featureMap: 0xf0f0,
  activationTime: 100,
  expirationTime: 4000000000,
  usagePeriod: 86400,
  maintenance: { start: 5, end: 4000000000 },
  lingerTime: 60,
  minimumRuntime: 3,
  text: 'Prüfstand 漢字',
  protectedData: new Uint8Array(256).fill(7),
  extendedProtectedData: [{ index: 0, data: new Uint8Array([1]) }],
  hiddenData: [{ index: 127, data: new Uint8Array(256).fill(8) }],
  secretData: [{ index: 3, data: new Uint8Array([9]) }],
  terms: { type: 'complete', targetKinds: ['dongle'], targetKeys: [], mostPerTarget: 7, returnable: false, depth: 1 },
};

/** What a firm may say, taken. */
export const applyFirm: CaseFamily = {
  name: 'apply, firm',
  about: 'Entries of a firm, as it means them.',
  cases: [
    {
      id: 'firm-add',
      title: 'A granted license becomes a holding of its own, enabled, with all its seats',
      section: 'Entries',
      async run(bench) {
        const [{ itemId }] = bench.firm.add({ quantity: 9 }) as [Grant];
        const { report, listing } = await bench.takes(bench.firm, ['applied']);
        same('items that the entry changed', report.entries[0]?.items, 1);
        const { quantity, pending, granted, enabled, hops, units } = holdingOf(listing, itemId);
        const wanted = { quantity: 9, pending: 0, granted: 9, enabled: true, hops: 0, units: null };
        same('the holding', { quantity, pending, granted, enabled, hops, units }, wanted);
      },
    },
    {
      id: 'firm-add-options',
      title: 'Every option of a license that anyone may see is listed as it was granted',
      section: 'Grants',
      async run(bench) {
        const [{ itemId, ...grant }] = bench.firm.add(ALL_OPTIONS) as [Grant];
        const { listing } = await bench.takes(bench.firm, ['applied']);
        const { unitCounter, terms, productCode, featureMap, activationTime, expirationTime, usagePeriod } = grant;
        const { maintenance, lingerTime, minimumRuntime, text, protectedData } = grant;
        const { id: _id, ...listed } = holdingOf(listing, itemId);
        const options = { productCode, featureMap, activationTime, expirationTime, usagePeriod, maintenance };
        const { targetKinds, mostPerTarget, returnable, depth, type } = terms;
        same('the holding', listed, {
          itemId,
          firmCode: bench.firm.firmCode,
          ...options,
          ...{ lingerTime, minimumRuntime, text, protectedData, targetKinds, mostPerTarget, returnable, depth },
          ...{ granted: 7, quantity: 7, pending: 0, units: unitCounter, usageStart: null, transfer: type },
          ...{ hops: 0, enabled: true, userData: new Uint8Array(0), customerInfo: new Uint8Array(0) },
          withdrawn: false,
        });
      },
    },
    {
      id: 'firm-add-several',
      title: 'One entry may grant several licenses, in one commit',
      section: 'Entries',
      async run(bench) {
        await bench.context(bench.firm);
        const before = await bench.list();
        const grants = bench.firm.add({}, { productCode: 2 }, { productCode: 3, quantity: 1 });
        const { report, listing } = await bench.takes(bench.firm, ['applied']);
        same('items that the entry changed', report.entries[0]?.items, 3);
        for (const { itemId, quantity } of grants) same('seats', holdingOf(listing, itemId).quantity, quantity);
        same('the generation', listing.generation, before.generation + 1);
      },
    },
    {
      id: 'firm-several-entries',
      title: 'Several entries of one file are applied in their order, in one commit',
      section: 'Applying',
      async run(bench) {
        const { firm } = bench;
        await bench.context(firm);
        const before = await bench.list();
        const [{ itemId, quantity }] = firm.add({}) as [Grant];
        firm.issue({ kind: 'disable', itemId, quantity });
        const [other] = firm.add({}) as [Grant];
        const { listing } = await bench.takes(firm, ['applied', 'applied', 'applied']);
        same('enabled', holdingOf(listing, itemId).enabled, false);
        same('enabled, the other', holdingOf(listing, other.itemId).enabled, true);
        same('the generation', listing.generation, before.generation + 1);
      },
    },
    {
      id: 'firm-replace',
      title: 'A replaced license has the new terms and keeps nothing of the old ones',
      section: 'Entries',
      async run(bench) {
        const { firm } = bench;
        const [old] = firm.add({ quantity: 5 }) as [Grant];
        await bench.takes(firm, ['applied']);
        const renewed = firm.grant({ quantity: 8, featureMap: 3 });
        const expected = { itemId: old.itemId, quantity: 5 };
        firm.issue({ kind: 'replace', expected, grant: renewed.raw });
        const { listing } = await bench.takes(firm, ['applied']);
        notHeld(listing, old.itemId);
        const { quantity, featureMap } = holdingOf(listing, renewed.grant.itemId);
        same('the new one', { quantity, featureMap }, { quantity: 8, featureMap: 3 });
      },
    },
    {
      id: 'firm-enable-disable',
      title: 'A license is disabled and enabled again by its firm, and nothing else of it changes',
      section: 'Entries',
      async run(bench) {
        const { firm } = bench;
        const [{ itemId, quantity }] = firm.add({}) as [Grant];
        const added = holdingOf((await bench.takes(firm, ['applied'])).listing, itemId);
        firm.issue({ kind: 'disable', itemId, quantity });
        const disabled = holdingOf((await bench.takes(firm, ['applied'])).listing, itemId);
        same('disabled', disabled, { ...added, enabled: false });
        firm.issue({ kind: 'enable', itemId, quantity });
        same('enabled again', holdingOf((await bench.takes(firm, ['applied'])).listing, itemId), added);
      },
    },
    {
      id: 'firm-withdraw',
      title: 'A withdrawn license is gone, its memory is free again, and the others stay',
      section: 'Entries',
      async run(bench) {
        const { firm } = bench;
        const [gone, stays] = firm.add({}, {}) as [Grant, Grant];
        const full = (await bench.takes(firm, ['applied'])).listing;
        firm.issue({ kind: 'withdraw', itemId: gone.itemId, quantity: gone.quantity });
        const { listing } = await bench.takes(firm, ['applied']);
        same(
          'the holdings',
          listing.holdings,
          full.holdings.filter(({ itemId }) => itemId !== gone.itemId),
        );
        same('memory was freed', listing.freeMemory > full.freeMemory, true);
        holdingOf(listing, stays.itemId);
      },
    },
    {
      id: 'firm-withdrawn-stays-away',
      title: 'The file that brought a license does not bring it again after it was withdrawn',
      section: 'Applying',
      async run(bench) {
        const { firm } = bench;
        const [{ itemId, quantity }] = firm.add({}) as [Grant];
        const file = firm.file();
        await bench.takes(firm, ['applied'], { file });
        firm.issue({ kind: 'withdraw', itemId, quantity });
        await bench.takes(firm, ['applied']);
        await bench.changesNothing(firm, 'an old file', () => bench.takes(firm, [], { file }));
      },
    },
    {
      id: 'firm-expectation',
      title: 'An expectation that does not hold is refused alone, and its item stays as it is',
      section: 'Entries',
      async run(bench) {
        const { firm } = bench;
        const [{ itemId }] = firm.add({ quantity: 5 }) as [Grant];
        const added = holdingOf((await bench.takes(firm, ['applied'])).listing, itemId);
        firm.issue({ kind: 'withdraw', itemId, quantity: 4 });
        firm.issue({ kind: 'disable', itemId, quantity: 6 });
        firm.issue({ kind: 'replace', expected: { itemId, quantity: 1 }, grant: firm.grant().raw });
        firm.issue({ kind: 'withdraw', itemId: firm.grant().grant.itemId, quantity: 5 });
        const [other] = firm.add({}) as [Grant];
        const elsewhere = ['ITEM_ELSEWHERE', 'ITEM_ELSEWHERE', 'ITEM_ELSEWHERE', 'ITEM_ELSEWHERE'] as const;
        const { listing } = await bench.takes(firm, [...elsewhere, 'applied']);
        same('the item', holdingOf(listing, itemId), added);
        holdingOf(listing, other.itemId);
      },
    },
    {
      id: 'firm-known-item',
      title: 'The same grant is never added twice, neither in one entry nor in two',
      section: 'Entries',
      async run(bench) {
        const { firm } = bench;
        const [one, two] = [firm.grant(), firm.grant()];
        firm.issue({ kind: 'add', grants: [one.raw, one.raw] });
        firm.issue({ kind: 'add', grants: [two.raw] });
        firm.issue({ kind: 'add', grants: [two.raw] });
        const { listing } = await bench.takes(firm, ['ITEM_KNOWN', 'applied', 'ITEM_KNOWN']);
        same('seats', holdingOf(listing, two.grant.itemId).quantity, two.grant.quantity);
        notHeld(listing, one.grant.itemId);
      },
    },
    {
      id: 'firm-two-issuers',
      title: 'Issuers have channels of their own: entries of one do not move the other',
      section: 'Channels',
      async run(bench) {
        const { firm, dongle, otherFirm } = bench;
        await bench.context(dongle);
        await bench.context(otherFirm);
        const [one] = firm.add({}) as [Grant];
        await bench.takes(firm, ['applied']);
        const moved = firm.grant({}, dongle.party.key);
        dongle.transfer([{ grant: moved }], [firm.party.certificate]);
        const { listing } = await bench.takes(dongle, ['applied']);
        const line = listing.channels.find(({ partner }) => partner === firm.party.key);
        same('applied from the firm', line?.applied, firm.there.applied);
        for (const itemId of [one.itemId, moved.grant.itemId]) holdingOf(listing, itemId);
        await bench.takes(otherFirm, []);
      },
    },
  ],
};
