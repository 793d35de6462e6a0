import { describe, expect, it } from 'vitest';
import type { ListedHolding } from '../../../container/commands/list.ts';
import type { ItemId, OrderId } from '../../../container/model/ids.ts';
import { FORMAT } from '../../../container/model/limits.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import {
  type IssuerListing,
  type MoveOrder,
  planMove,
  previewMove,
  type TargetListing,
} from '../../../state-machines/index.ts';
import { FakeIssuer, heldItem, ISSUER_KEY, TARGET_KEY } from '../fake-parties.ts';
import { items } from '../move-world.ts';

const ALL: MoveOrder = { kind: 'all' };
const LICENSE = '55'.repeat(16) as ItemId;
const TARGET: TargetListing = {
  serial: serialFromParts(130, 1),
  key: TARGET_KEY,
  kind: 'soft',
  locked: false,
  holdings: [],
  channels: [],
};

interface Sides {
  readonly issuer?: Partial<IssuerListing>;
  readonly target?: Partial<TargetListing>;
  readonly there?: ListedHolding[];
}

async function preview(holdings: ListedHolding[], order: MoveOrder, { issuer, target, there = [] }: Sides = {}) {
  const listing = { ...(await new FakeIssuer(...holdings).list()), ...issuer };
  return previewMove(listing, { ...TARGET, holdings: there, ...target }, order, null, false);
}

describe('a refusal that the issuer would answer is foreseen', () => {
  it('for more than one target may hold, with both sides, the item and the limit', async () => {
    const limited = [heldItem(1, 5, { mostPerTarget: 2 })];
    expect((await preview(limited, items([1001, 3]))).refusal).toEqual({
      ok: false,
      code: 'MAY_NOT_ISSUE',
      details: { here: '3-1', item: '10:1001', target: '130-1', why: 'one target may hold at most 2' },
    });
    expect((await preview(limited, items([1001, 2]))).refusal).toBeNull();
  });

  it('for a license whose way has no room for one more hop, and not one hop before', async () => {
    const most = FORMAT.custodyRecords;
    const far = (hops: number) => [heldItem(1, 5, { depth: 30, hops })];
    expect((await preview(far(most), ALL)).refusal).toEqual({
      ok: false,
      code: 'CUSTODY_FULL',
      details: { limit: most, item: '10:1001' },
    });
    expect((await preview(far(most - 1), ALL)).refusal).toBeNull();
  });

  it.each([
    ['3-1', serialFromParts(3, 1)],
    [ISSUER_KEY, null],
  ])('for want of its owner, and names it as %s', async (here, serial) => {
    const refusal = async (holdings: ListedHolding[], order: MoveOrder, issuer: Partial<IssuerListing>) =>
      (await preview(holdings, order, { issuer: { serial, ...issuer } })).refusal;
    const transit = [
      {
        target: TARGET_KEY,
        serial: serialFromParts(130, 1),
        sequence: 1,
        firmCode: 10,
        cancelled: false,
        writtenOff: false,
        holdings: [1],
        quantities: [2],
      },
    ];
    const orders = 'no armed work order covers it';
    expect(await refusal([heldItem(1, 5)], ALL, { pinTries: 0 })).toMatchObject({
      code: 'PIN_BLOCKED',
      details: { here },
    });
    expect(await refusal([heldItem(1, 5)], ALL, { pinTries: 8 })).toMatchObject({
      code: 'OWNER_NEEDED',
      details: { here, what: 'issue', orders },
    });
    expect(await refusal([], ALL, { pinTries: 8, transit })).toMatchObject({
      code: 'OWNER_NEEDED',
      details: { here, what: 'transit', orders },
    });
  });
});

describe('what a preview names', () => {
  it.each([
    ['by their serial numbers', {}, '3-1', '130-1'],
    ['by their keys where they have none', { serial: null }, ISSUER_KEY, TARGET_KEY],
  ])('are the two sides, %s', async (_, serial, here, target) => {
    const locked = { ...serial, locked: true };
    expect((await preview([heldItem(1, 5)], ALL, { issuer: locked })).refusal).toEqual({
      ok: false,
      code: 'CONTAINER_LOCKED',
      details: { here },
    });
    expect((await preview([heldItem(1, 5)], ALL, { target: locked })).refusal).toEqual({
      ok: false,
      code: 'TARGET_LOCKED',
      details: { target },
    });
    const stays = [heldItem(1, 5, { transfer: 'none' })];
    expect((await preview(stays, ALL, { issuer: serial, target: serial })).obstacles).toMatchObject([
      { failure: { details: { here, item: '10:1001', target, why: 'it may not be moved at all' } } },
    ]);
    const limited = [heldItem(1, 5, { mostPerTarget: 2 })];
    expect((await preview(limited, ALL, { issuer: serial, target: serial })).refusal).toMatchObject({
      details: { here, target },
    });
  });

  it('is, of everything, a disabled license, unless all of it is in transit', async () => {
    const disabled = [heldItem(1, 5, { enabled: false }), heldItem(2, 0, { enabled: false, pending: 3 })];
    expect((await preview([...disabled, heldItem(3, 1)], ALL)).obstacles).toEqual([
      { firmCode: 10, productCode: 1001, seats: 5, failure: { code: 'ITEM_DISABLED', details: { item: '10:1001' } } },
    ]);
  });

  it('is, of the items of an order, only what cannot be had', async () => {
    const { obstacles } = await preview([heldItem(1, 5)], items([1001, 1], [7, 2]));
    expect(obstacles).toEqual([
      {
        firmCode: 10,
        productCode: 7,
        seats: 2,
        failure: { code: 'NOT_HELD', details: { here: '3-1', item: '10:7' } },
      },
    ]);
  });
});

describe('a limit of the target is foreseen', () => {
  const part = (id: number, quantity: number) => heldItem(id, quantity, { itemId: LICENSE, mostPerTarget: 3 });
  const limitOf = { code: 'TARGET_LIMIT', details: { limit: 3, item: '10:1001' } };

  it.each<[string, ListedHolding[], ListedHolding[], number]>([
    ['what it holds of the same license makes too many', [heldItem(8, 2, { itemId: LICENSE })], [part(1, 2)], 1],
    ['what it has in transit does', [heldItem(8, 1, { itemId: LICENSE, pending: 1 })], [part(1, 2)], 1],
    ['parts of the same order do', [], [part(1, 2), part(2, 2)], 1],
    ['it holds some and just so much may be added', [heldItem(8, 1, { itemId: LICENSE })], [part(1, 2)], 0],
    ['several parts just reach it', [], [part(1, 1), part(2, 1), part(3, 1)], 0],
    ['it holds another license of the product', [heldItem(8, 3)], [part(1, 2)], 0],
  ])('where %s', async (_, there, holdings, refused) => {
    const seen = await preview(holdings, ALL, { there });
    expect(seen.obstacles.map(({ failure }) => failure)).toEqual(refused === 0 ? [] : [limitOf]);
    expect([seen.refusal, seen.entries]).toEqual([null, { all: holdings.length, refused }]);
  });
});

describe('the entries of an order are foreseen', () => {
  it('with as many licenses of a firm in one as fit', async () => {
    const licenses = (count: number) => Array.from({ length: count }, (_, at) => heldItem(at + 1, 1));
    const entries = async (count: number) => (await preview(licenses(count), ALL)).entries.all;
    expect([await entries(FORMAT.entryItems), await entries(FORMAT.entryItems + 1)]).toEqual([1, 2]);
  });

  it('without a license that an unfinished move was planned from and that is gone by now', async () => {
    const order = items([1001, 2]);
    const before = new FakeIssuer(heldItem(1, 5));
    const planned = planMove(await before.list(), { key: TARGET_KEY }, order);
    if (!planned.ok) throw new Error('it can be planned');
    const [orderId, certificate] = ['0d'.repeat(16) as OrderId, 'ab'.repeat(32)];
    const unfinished = {
      ...{ isNew: false, context: null, issued: null, answered: null, entries: [], deferral: null, failure: null },
      order,
      planned: { plan: planned.plan, orderId, certificate },
    };
    expect(previewMove(await new FakeIssuer().list(), TARGET, order, unfinished)).toMatchObject({
      plan: planned.plan,
      changes: [],
      obstacles: [],
      entries: { all: 0, refused: 0 },
    });
  });
});
