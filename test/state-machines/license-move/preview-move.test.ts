import { describe, expect, it } from 'vitest';
import type { ListedHolding } from '../../../container/commands/list.ts';
import type { OrderId, PublicKey } from '../../../container/model/ids.ts';
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
const TARGET: TargetListing = {
  serial: serialFromParts(130, 1),
  key: TARGET_KEY,
  kind: 'soft',
  locked: false,
  holdings: [],
  channels: [],
};

async function preview(
  holdings: ListedHolding[],
  order: MoveOrder,
  { issuer, target }: { issuer?: Partial<IssuerListing>; target?: Partial<TargetListing> } = {},
) {
  const listing = { ...(await new FakeIssuer(...holdings).list()), ...issuer };
  return previewMove(listing, { ...TARGET, ...target }, order, null);
}

const entry = (sequence: number, quantity: number, cancelled = false) => ({
  target: TARGET_KEY,
  serial: serialFromParts(130, 1),
  sequence,
  firmCode: 10,
  cancelled,
  writtenOff: false,
  holdings: [1],
  quantities: [quantity],
});

describe('the preview of a move', () => {
  it.each([
    ['without a PIN', null, 0, false, null, false],
    ['with the PIN at hand', 1, 0, true, null, false],
    ['without the PIN at hand', 8, 0, false, 'OWNER_NEEDED', false],
    ['whose PIN is blocked', 0, 0, true, 'PIN_BLOCKED', false],
    ['without the PIN at hand, but with a work order', 8, 1, false, null, true],
    ['whose PIN is blocked, but with a work order', 0, 1, true, null, true],
  ])(
    'of an issuer %s tells whether its owner is missing',
    async (_, pinTries, armedOrders, isPin, code, needsWorkOrder) => {
      const issuer = { ...(await new FakeIssuer(heldItem(1, 5)).list()), pinTries, armedOrders };
      const seen = previewMove(issuer, TARGET, items([1001, 2]), null, isPin);
      expect([seen.refusal?.code ?? null, seen.needsWorkOrder, seen.changes.length]).toEqual([
        code,
        needsWorkOrder,
        code === null ? 1 : 0,
      ]);
    },
  );

  it('shows the seats of both sides, now and after', async () => {
    const there = heldItem(9, 1, { itemId: '77'.repeat(16) as never });
    const seen = await preview([heldItem(1, 5)], items([1001, 2]), { target: { holdings: [there] } });
    expect(seen).toMatchObject({
      changes: [{ firmCode: 10, productCode: 1001, giver: { now: 5, after: 3 }, getter: { now: 1, after: 3 } }],
      obstacles: [],
      refusal: null,
      entries: { all: 1, refused: 0 },
    });
  });

  it.each<[string, ListedHolding[], MoveOrder, object[], string | null]>([
    [
      'items that cannot be had, each with its reason',
      [heldItem(1, 5), heldItem(2, 3, { productCode: 2, enabled: false })],
      items([1001, 9], [2, 3], [7, 1]),
      [
        { productCode: 2, seats: 3, failure: { code: 'ITEM_DISABLED' } },
        { productCode: 7, seats: 1, failure: { code: 'NOT_HELD' } },
        { productCode: 1001, seats: 9, failure: { code: 'QUANTITY_NOT_HELD' } },
      ],
      'ITEM_DISABLED',
    ],
    [
      'of everything, what stays: by its terms, its kinds and its depth',
      [
        heldItem(1, 5),
        heldItem(2, 3, { productCode: 2, transfer: 'none' }),
        heldItem(3, 3, { productCode: 3, targetKinds: ['dongle'] }),
        heldItem(4, 3, { productCode: 4, hops: 2 }),
      ],
      ALL,
      [2, 3, 4].map((productCode) => ({ productCode, seats: 3, failure: { code: 'MAY_NOT_ISSUE' } })),
      null,
    ],
    [
      'more at once than one target may hold, for which the issuer refuses the order',
      [heldItem(1, 5, { mostPerTarget: 2 })],
      items([1001, 3]),
      [{ productCode: 1001, seats: 3, failure: { code: 'MAY_NOT_ISSUE' } }],
      'MAY_NOT_ISSUE',
    ],
    [
      'a license that came as far as its way can be told',
      [heldItem(1, 5, { depth: 30, hops: 16 })],
      ALL,
      [{ productCode: 1001, failure: { code: 'CUSTODY_FULL' } }],
      'CUSTODY_FULL',
    ],
  ])('names %s', async (_, holdings, order, obstacles, refusal) => {
    const seen = await preview(holdings, order);
    expect(seen.obstacles).toMatchObject(obstacles);
    expect(seen.obstacles).toHaveLength(obstacles.length);
    expect(seen.refusal?.code ?? null).toBe(refusal);
  });

  it('foresees that the target refuses what exceeds its limit, and what goes in the same entry', async () => {
    const limited = heldItem(1, 5, { mostPerTarget: 2 });
    const others = [heldItem(2, 4, { productCode: 2 }), heldItem(3, 4, { firmCode: 11, productCode: 3 })];
    const seen = await preview(
      [limited, ...others],
      {
        kind: 'items',
        items: [1001, 2]
          .map((productCode) => ({ firmCode: 10, productCode, quantity: 1 }))
          .concat([{ firmCode: 11, productCode: 3, quantity: 4 }]),
      },
      { target: { holdings: [heldItem(8, 2, { itemId: limited.itemId })] } },
    );
    expect(seen.obstacles).toMatchObject([{ productCode: 1001, seats: 1, failure: { code: 'TARGET_LIMIT' } }]);
    expect([seen.refusal, seen.entries]).toEqual([null, { all: 2, refused: 1 }]);
    expect(seen.changes.map(({ productCode }) => productCode)).toEqual([3]);
  });

  it('names sides without a serial number by their keys, and says of everything what is disabled or limited', async () => {
    const disabled = heldItem(2, 3, { productCode: 2, enabled: false });
    const limited = heldItem(3, 3, { productCode: 3, mostPerTarget: 1 });
    const stays = heldItem(4, 3, { productCode: 4, transfer: 'none' });
    const unnamed = { issuer: { serial: null }, target: { serial: null } };
    const { obstacles } = await preview([disabled, limited, stays], ALL, unnamed);
    expect(obstacles.map(({ productCode, failure: { code, details } }) => [productCode, code, details.here])).toEqual([
      [2, 'ITEM_DISABLED', undefined],
      [4, 'MAY_NOT_ISSUE', ISSUER_KEY],
      [3, 'MAY_NOT_ISSUE', ISSUER_KEY],
    ]);
    for (const locked of [{ issuer: { serial: null, locked: true } }, { target: { serial: null, locked: true } }])
      expect((await preview([heldItem(1, 5)], ALL, locked)).refusal).not.toBeNull();
  });

  it('foresees no limit of the terms for what may go back to where it came from', async () => {
    const channels = [{ partner: TARGET_KEY, name: '130-1', applied: 3, issued: 0, settled: 0 }];
    const back = heldItem(1, 5, { hops: 1, depth: 30, mostPerTarget: 2 });
    expect(await preview([back], ALL, { issuer: { channels, issues: 'return' } })).toMatchObject({
      obstacles: [],
      refusal: null,
      changes: [{ giver: { now: 5, after: 0 } }],
    });
  });

  it('lists the products in order, and of the same license what its parts make together', async () => {
    const twice = [2, 3].map((id) =>
      heldItem(id, 2, { productCode: 9, itemId: '55'.repeat(16) as never, mostPerTarget: 3 }),
    );
    const seen = await preview([...twice, heldItem(1, 1, { productCode: 4 }), heldItem(4, 1, { firmCode: 2 })], ALL);
    expect(seen.changes.map(({ firmCode, productCode }) => [firmCode, productCode])).toEqual([
      [2, 1001],
      [10, 4],
      [10, 9],
    ]);
    expect(seen.entries).toEqual({ all: 3, refused: 1 });
    expect(seen.obstacles).toMatchObject([{ productCode: 9, seats: 2, failure: { code: 'TARGET_LIMIT' } }]);
  });

  it.each([
    ['the target', { target: { locked: true } }, 'TARGET_LOCKED'],
    ['the issuer', { issuer: { locked: true } }, 'CONTAINER_LOCKED'],
  ] as const)('is refused where %s is locked', async (_, locked, code) => {
    expect(await preview([heldItem(1, 5)], ALL, locked)).toMatchObject({ refusal: { code }, changes: [] });
  });

  it('delivers what is in transit, and counts once what has arrived, and back what was cancelled', async () => {
    const transit = [entry(1, 1), entry(2, 2), entry(3, 4, true)];
    const channels = [{ partner: ISSUER_KEY, name: '3-1', applied: 1, issued: 0, settled: 0 }];
    const seen = await preview([heldItem(1, 5, { pending: 7 })], items([1001, 3]), {
      issuer: { transit },
      target: { channels, holdings: [heldItem(1, 1)] },
    });
    expect(seen).toMatchObject({
      plan: { first: 1, last: 2, parts: [] },
      changes: [{ inTransit: 7, giver: { now: 5, after: 9 }, getter: { now: 1, after: 3 } }],
      inTransit: transit,
    });
  });

  it('leaves out of what is in transit what another target gets and what was written off', async () => {
    const own = entry(2, 2);
    const others = { ...entry(1, 1), target: 'cc'.repeat(32) as PublicKey };
    const transit = [others, own, { ...entry(3, 4), writtenOff: true }];
    const seen = await preview([heldItem(1, 5, { pending: 7 })], ALL, { issuer: { transit } });
    expect(seen).toMatchObject({ inTransit: [{ sequence: 2 }], changes: [{ inTransit: 2, getter: { after: 7 } }] });
    expect(seen.inTransit).toHaveLength(1);
  });

  it('shows no change where the order is refused, whatever is in transit', async () => {
    const seen = await preview([heldItem(1, 5)], items([4711, 1]), { issuer: { transit: [entry(1, 1)] } });
    expect(seen).toMatchObject({ refusal: { code: 'NOT_HELD' }, changes: [], inTransit: [{ sequence: 1 }] });
  });

  it('takes the PIN for being at hand unless it is said that it is not', async () => {
    const guarded = { ...(await new FakeIssuer(heldItem(1, 5)).list()), pinTries: 8 };
    expect(previewMove(guarded, TARGET, ALL, null).refusal).toBeNull();
  });
});

describe('the preview of an unfinished move', () => {
  /** A move that was planned, and what its issuer shows before and after it has issued. */
  async function planned(order: MoveOrder) {
    const issuer = new FakeIssuer(heldItem(1, 5));
    const made = planMove(await issuer.list(), { key: TARGET_KEY }, order);
    if (!made.ok) throw new Error('it can be planned');
    const { plan } = made;
    const unfinished = { ...EMPTY, order, planned: { plan, orderId: ORDER_ID, certificate: 'ab'.repeat(32) } };
    const context = new TextEncoder().encode('{"applied":0,"refused":[]}');
    return { issuer, plan, unfinished, issue: () => issuer.issue({ context, plan, orderId: ORDER_ID }) };
  }

  it('shows of the same order what is left of it, not the order once more', async () => {
    const order = items([1001, 2]);
    const { issuer, plan, unfinished, issue } = await planned(order);
    expect(previewMove(await issuer.list(), TARGET, order, unfinished).plan).toEqual(plan);
    await issue();
    const guarded = { ...(await issuer.list()), pinTries: 8 };
    expect(previewMove(guarded, TARGET, order, unfinished, false).refusal).toBeNull();
    expect(previewMove(await issuer.list(), TARGET, order, unfinished)).toMatchObject({
      plan: { first: 1, last: 1, parts: [] },
      changes: [{ giver: { now: 3, after: 3 }, getter: { now: 0, after: 2 }, inTransit: 2 }],
    });
    const other = items([1001, 1]);
    expect(previewMove(await issuer.list(), TARGET, other, unfinished).plan?.parts).toEqual([
      { holding: 1, quantity: 1 },
    ]);
  });

  it('names nothing that cannot be had when all of it is in transit by now', async () => {
    const order = items([1001, 5]);
    const { issuer, unfinished, issue } = await planned(order);
    await issue();
    expect(previewMove(await issuer.list(), TARGET, order, unfinished)).toMatchObject({ obstacles: [], refusal: null });
  });

  it('needs the owner as long as nothing of it is issued to that target, whatever others got', async () => {
    const order = items([1001, 2]);
    const { issuer, plan, unfinished } = await planned(order);
    const listing = await issuer.list();
    const others = { partner: 'cc'.repeat(32) as PublicKey, name: '130-9', applied: 0, issued: 9, settled: 9 };
    const guarded = { ...listing, channels: [others], pinTries: 8 };
    expect(previewMove(guarded, TARGET, order, unfinished, false)).toMatchObject({
      plan,
      refusal: { code: 'OWNER_NEEDED', details: { what: 'issue' } },
    });
  });

  it('is that of the order alone where nothing was planned yet', async () => {
    const order = items([1001, 2]);
    const listing = await new FakeIssuer(heldItem(1, 5)).list();
    const seen = previewMove(listing, TARGET, order, { ...EMPTY, order, planned: null });
    expect(seen).toEqual(previewMove(listing, TARGET, order, null));
  });
});

const ORDER_ID = '0d'.repeat(16) as OrderId;
const EMPTY = { isNew: false, context: null, issued: null, answered: null, entries: [], deferral: null, failure: null };
