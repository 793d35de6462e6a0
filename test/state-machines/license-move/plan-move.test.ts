import { describe, expect, it } from 'vitest';
import type { ListedHolding } from '../../../container/commands/list.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import { type IssuerListing, type MoveOrder, planMove } from '../../../state-machines/index.ts';
import { FakeIssuer, heldItem, TARGET_KEY } from '../fake-parties.ts';
import { items } from '../move-world.ts';

async function plan(holdings: ListedHolding[], order: MoveOrder, other: Partial<IssuerListing> = {}) {
  const planned = planMove({ ...(await new FakeIssuer(...holdings).list()), ...other }, { key: TARGET_KEY }, order);
  return planned.ok ? planned.plan.parts.map(({ holding, quantity }) => [holding, quantity]) : planned;
}

const seats = (quantities: number[]) => quantities.reduce((sum, quantity) => sum + quantity, 0);
const OTHER_KEY = 'cc'.repeat(32) as PublicKey;
const channel = { partner: TARGET_KEY, name: 't', applied: 0, issued: 0, settled: 0 };
const entry = (sequence: number, holdings: number[], quantities: number[], target: PublicKey = TARGET_KEY) => ({
  target,
  serial: '130-1' as never,
  sequence,
  firmCode: 10,
  cancelled: false,
  writtenOff: false,
  holdings,
  quantities,
});

describe('items of a product', () => {
  it.each<[string, ListedHolding[], number, unknown]>([
    ['come from the holding of exactly that quantity', [heldItem(1, 9), heldItem(2, 4)], 4, [[2, 4]]],
    ['come from the oldest of several such', [heldItem(2, 4), heldItem(1, 4)], 4, [[1, 4]]],
    ['come from the largest where none fits', [heldItem(1, 3), heldItem(2, 9)], 4, [[2, 4]]],
    [
      'come from as few as possible',
      [heldItem(1, 3), heldItem(2, 9), heldItem(3, 3)],
      12,
      [
        [1, 3],
        [2, 9],
      ],
    ],
    ['leave disabled holdings alone', [heldItem(1, 3, { enabled: false }), heldItem(2, 9)], 3, [[2, 3]]],
    [
      'take whole what moves whole only',
      [heldItem(1, 3, { transfer: 'complete' }), heldItem(2, 2, { units: 7 }), heldItem(3, 2, { usagePeriod: 9 })],
      4,
      [
        [2, 2],
        [3, 2],
      ],
    ],
    [
      'take whole ones and split another',
      [heldItem(1, 3, { transfer: 'complete' }), heldItem(2, 2)],
      4,
      [
        [1, 3],
        [2, 1],
      ],
    ],
    [
      'take the fewest whole ones that make the sum',
      [1, 1, 2, 2, 4].map((quantity, at) => heldItem(at + 1, quantity, { transfer: 'complete' })),
      6,
      [
        [3, 2],
        [5, 4],
      ],
    ],
    [
      'take fewer whole ones even where more are found first',
      [10, 4, 4, 4, 2].map((quantity, at) => heldItem(at + 1, quantity, { transfer: 'complete' })),
      12,
      [
        [1, 10],
        [5, 2],
      ],
    ],
    [
      'take a whole one too where that makes fewer parts',
      [2, 2, 2].map((quantity, at) => heldItem(at + 2, quantity)).concat(heldItem(1, 5, { transfer: 'complete' })),
      6,
      [
        [1, 5],
        [2, 1],
      ],
    ],
    [
      'take no whole one where that makes more parts',
      [heldItem(1, 1, { transfer: 'complete' }), heldItem(2, 7)],
      6,
      [[2, 6]],
    ],
    [
      'leave whole ones alone where they make no fewer parts',
      [heldItem(1, 4, { transfer: 'complete' }), heldItem(2, 3), heldItem(3, 2)],
      5,
      [
        [2, 3],
        [3, 2],
      ],
    ],
  ])('%s', async (_, holdings, quantity, parts) => {
    expect(await plan(holdings, items([1001, quantity]))).toEqual(parts);
  });

  it.each<[string, ListedHolding[], number, object]>([
    ['no such product', [heldItem(1, 3, { productCode: 9 })], 1, { code: 'NOT_HELD', details: { item: '10:1001' } }],
    ['fewer seats', [heldItem(1, 3)], 4, { code: 'QUANTITY_NOT_HELD', details: { wanted: 4, held: 3 } }],
    ['none that is free', [heldItem(1, 0, { pending: 3 })], 1, { code: 'QUANTITY_NOT_HELD', details: { held: 0 } }],
    [
      'fewer seats, of which not all may move',
      [heldItem(1, 3), heldItem(2, 3, { transfer: 'none' })],
      7,
      { code: 'QUANTITY_NOT_HELD', details: { wanted: 7, held: 3 } },
    ],
    [
      'seats that cannot be split',
      [heldItem(1, 3, { transfer: 'complete' }), heldItem(2, 1)],
      2,
      { code: 'MOVES_WHOLE', details: { quantity: '3' } },
    ],
    [
      'only whole ones that do not add up',
      [heldItem(1, 2, { transfer: 'complete' }), heldItem(2, 5, { transfer: 'complete' })],
      4,
      { code: 'MOVES_WHOLE', details: { quantity: '5, 2' } },
    ],
  ])('are refused where there are: %s', async (_, holdings, quantity, refusal) => {
    expect(await plan(holdings, items([1001, quantity]))).toMatchObject({ ok: false, ...refusal });
  });

  const came = { channels: [{ ...channel, applied: 1 }] };
  it.each<[string, ListedHolding[], Partial<IssuerListing>, string]>([
    ['may not be moved', [heldItem(1, 3, { transfer: 'none' })], {}, 'it may not be moved at all'],
    ['went as far as it may', [heldItem(1, 3, { depth: 1, hops: 1 })], {}, 'it has made 1 of 1 hops'],
    [
      'went as far as it may and has no way back',
      [heldItem(1, 3, { depth: 1, hops: 1, returnable: false })],
      came,
      'it has made 1 of 1 hops, and it may not be given back',
    ],
    ['came from elsewhere', [heldItem(1, 3)], { issues: 'return' }, 'the container may only give licenses back'],
    [
      'has no way back',
      [heldItem(1, 3, { hops: 1, returnable: false })],
      { ...came, issues: 'return' },
      'the container may only give licenses back, and it may not be given back',
    ],
    ['is where nothing is issued', [heldItem(1, 3)], { issues: 'nothing' }, 'the container may not issue'],
    [
      'may move in part only',
      [heldItem(1, 1), heldItem(2, 1, { enabled: false }), heldItem(3, 1, { transfer: 'none' }), heldItem(4, 0)],
      {},
      'only 1 of 3 may; of the others, it is disabled by its vendor; or it may not be moved at all',
    ],
  ])('that are free are refused with the true reason where the license %s', async (_, holdings, other, why) => {
    expect(await plan(holdings, items([1001, 3]), other)).toEqual({
      ok: false,
      code: 'MAY_NOT_ISSUE',
      details: { here: '3-1', item: '10:1001', target: other.channels === undefined ? 'bbbbbbbb' : 't', why },
    });
  });

  it('none of which may move are refused with the reason, however many are wanted', async () => {
    const refused = await plan([heldItem(1, 3, { transfer: 'none' })], items([1001, 4]));
    expect(refused).toMatchObject({ code: 'MAY_NOT_ISSUE', details: { why: 'it may not be moved at all' } });
  });

  it('that only their vendor holds back are refused as disabled', async () => {
    const disabled = [heldItem(1, 3, { enabled: false })];
    const refused = { ok: false, code: 'ITEM_DISABLED', details: { item: '10:1001' } };
    expect(await plan(disabled, items([1001, 2]))).toEqual(refused);
    expect(await plan([...disabled, heldItem(2, 1)], items([1001, 2]))).toEqual(refused);
  });

  it('names the issuer by its key before it has a serial number', async () => {
    const refused = await plan([], items([1001, 1]), { serial: null });
    expect(refused).toMatchObject({ code: 'NOT_HELD', details: { here: 'aa'.repeat(32) } });
  });

  it('that need more sums of whole holdings than are looked at are refused, not answered late', async () => {
    const quantities = Array.from({ length: 14 }, (_, at) => 2 ** 20 + 2 ** at).reverse();
    const holdings = quantities.map((quantity, at) => heldItem(at + 1, quantity, { transfer: 'complete' }));
    const sumOf = (count: number) => seats(quantities.slice(0, count));
    expect(await plan(holdings, items([1001, sumOf(12)]))).toHaveLength(12);
    expect(await plan(holdings, items([1001, sumOf(13)]))).toMatchObject({ code: 'MOVES_WHOLE' });
  });

  it('take fewer whole ones also when no further sum is looked at', async () => {
    const hundreds = Array.from({ length: 9 }, (_, at) => 100 * 2 ** at);
    const quantities = [...hundreds.reverse(), 10, 4, 4, 4, 3, 2];
    const holdings = quantities.map((quantity, at) => heldItem(at + 1, quantity, { transfer: 'complete' }));
    const parts = await plan(holdings, items([1001, seats(hundreds) + 12]));
    expect(parts).toEqual([...hundreds, 10, 2].map((quantity) => [quantities.indexOf(quantity) + 1, quantity]));
  });

  it('of no product at all are an empty order', async () => {
    expect(await plan([heldItem(1, 3)], { kind: 'items', items: [] })).toMatchObject({ code: 'ORDER_EMPTY' });
  });

  it('go firm by firm, then by holding', async () => {
    const holdings = [heldItem(1, 1, { firmCode: 20 }), heldItem(3, 1, { productCode: 2 }), heldItem(2, 1)];
    const order: MoveOrder = {
      kind: 'items',
      items: [
        { firmCode: 20, productCode: 1001, quantity: 1 },
        { firmCode: 10, productCode: 1001, quantity: 1 },
        { firmCode: 10, productCode: 2, quantity: 1 },
      ],
    };
    expect(await plan(holdings, order)).toEqual([
      [2, 1],
      [3, 1],
      [1, 1],
    ]);
  });

  it('expect the next free sequence of the channel to the target', async () => {
    const listing = await new FakeIssuer(heldItem(1, 3)).list();
    const planned = planMove(
      { ...listing, channels: [{ ...channel, issued: 7 }] },
      { key: TARGET_KEY },
      items([1001, 1]),
    );
    expect(planned).toMatchObject({ plan: { targetKey: TARGET_KEY, first: 8, last: null } });
  });
});

describe('everything that can be moved', () => {
  it('is what is enabled, free and allowed another hop', async () => {
    const holdings = [
      heldItem(1, 3),
      heldItem(2, 0),
      heldItem(3, 1, { enabled: false }),
      heldItem(4, 1, { transfer: 'none' }),
      heldItem(5, 1, { hops: 2 }),
    ];
    expect(await plan(holdings, { kind: 'all' })).toEqual([[1, 3]]);
  });

  it('is, towards a container that has sent something, also what may be returned', async () => {
    const holdings = [heldItem(1, 1, { hops: 2 }), heldItem(2, 1, { hops: 2, returnable: false }), heldItem(3, 1)];
    const channels = [{ ...channel, applied: 1 }];
    expect(await plan(holdings, { kind: 'all' }, { channels })).toEqual([
      [1, 1],
      [3, 1],
    ]);
    expect(await plan(holdings, { kind: 'all' }, { channels, issues: 'return' })).toEqual([[1, 1]]);
    expect(await plan(holdings, { kind: 'all' }, { channels, issues: 'nothing' })).toMatchObject({
      code: 'ORDER_EMPTY',
    });
  });

  it('is not what may only be returned, where it was another container that has sent something', async () => {
    const channels = [
      { ...channel, partner: OTHER_KEY, applied: 1 },
      { ...channel, issued: 1 },
    ];
    expect(await plan([heldItem(1, 1, { hops: 2 }), heldItem(2, 1)], { kind: 'all' }, { channels })).toEqual([[2, 1]]);
  });

  it('is also what may go on though it may not be given back, and what may go to some kinds only', async () => {
    const holdings = [heldItem(1, 1, { hops: 1, returnable: false }), heldItem(2, 1, { targetKinds: ['dongle'] })];
    expect(await plan(holdings, { kind: 'all' }, { channels: [{ ...channel, applied: 1 }] })).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it('is nothing where no license may move, and each one says why', async () => {
    const holdings = [
      heldItem(1, 0, { pending: 3 }),
      heldItem(2, 1, { productCode: 2, hops: 2 }),
      heldItem(3, 1, { productCode: 2, hops: 2 }),
      heldItem(4, 1, { productCode: 3, enabled: false }),
    ];
    const why = '10:1001: all of it is in transit; 10:2: it has made 2 of 2 hops; 10:3: it is disabled by its vendor';
    expect(await plan(holdings, { kind: 'all' })).toEqual({
      ok: false,
      code: 'ORDER_EMPTY',
      details: { why: `none of what is here may go to bbbbbbbb (${why})` },
    });
    const listing = await new FakeIssuer(...holdings).list();
    const called = { key: TARGET_KEY, serial: serialFromParts(130, 7) };
    expect(planMove(listing, called, { kind: 'all' })).toMatchObject({
      details: { why: `none of what is here may go to 130-7 (${why})` },
    });
  });

  it('is nothing where many may not move, of which the first say why', async () => {
    const holdings = Array.from({ length: 9 }, (_, at) => heldItem(at + 1, 1, { productCode: at, transfer: 'none' }));
    expect(await plan(holdings, { kind: 'all' })).toMatchObject({
      details: { why: expect.stringMatching(/10:0: it may not be moved at all; .*10:5: [^:]*; 3 more\)$/) },
    });
  });

  it('is nothing where nothing is held', async () => {
    const channels = [{ ...channel, partner: OTHER_KEY, name: 'other' }, channel];
    expect(await plan([], { kind: 'all' }, { channels })).toMatchObject({
      details: { why: 'no license is held here, and none is in transit to t' },
    });
  });

  it('is, when nothing is left, the delivery of what is in transit, in order', async () => {
    const transit = [entry(5, [1], [1]), entry(4, [1], [2]), entry(1, [1], [9], OTHER_KEY)];
    const listing = { ...(await new FakeIssuer().list()), transit };
    expect(planMove(listing, { key: TARGET_KEY }, { kind: 'all' })).toEqual({
      ok: true,
      plan: { targetKey: TARGET_KEY, first: 4, last: 5, parts: [] },
    });
  });
});

describe('an order that is in transit to the target already', () => {
  const holdings = [heldItem(1, 9), heldItem(2, 9), heldItem(3, 9, { productCode: 2 })];
  const range = async (transit: IssuerListing['transit'], order: MoveOrder) => {
    const planned = planMove({ ...(await new FakeIssuer(...holdings).list()), transit }, { key: TARGET_KEY }, order);
    return planned.ok ? [planned.plan.first, planned.plan.last] : planned.code;
  };
  const NEW = [1, null];

  it('is delivered, from one entry or several, and among others', async () => {
    expect(await range([entry(4, [1, 2], [1, 2])], items([1001, 3]))).toEqual([4, 4]);
    expect(await range([entry(4, [1], [1]), entry(5, [3], [2])], items([2, 2], [1001, 1]))).toEqual([4, 5]);
    expect(await range([entry(4, [1], [1]), entry(5, [3], [2]), entry(6, [2], [3])], items([2, 2]))).toEqual([5, 5]);
  });

  it('is issued when what is in transit is more, less, other, cancelled or for another target', async () => {
    expect(await range([entry(4, [1], [2])], items([1001, 1]))).toEqual(NEW);
    expect(await range([entry(4, [1], [2])], items([1001, 3]))).toEqual(NEW);
    expect(await range([entry(4, [3], [2])], items([1001, 2]))).toEqual(NEW);
    expect(await range([entry(4, [99], [2])], items([1001, 2]))).toEqual(NEW);
    for (const code of [0, 1]) expect(await range([entry(4, [99], [2])], items([code, 2]))).toBe('NOT_HELD');
    expect(await range([entry(4, [1, 2], [2])], items([1001, 3]))).toEqual(NEW);
    expect(await range([{ ...entry(4, [1], [2]), cancelled: true }], items([1001, 2]))).toEqual(NEW);
    expect(await range([entry(4, [1], [2], OTHER_KEY)], items([1001, 2]))).toEqual(NEW);
  });
});
