import { expect, it } from 'vitest';
import type { ListedHolding } from '../../../container/commands/list.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import { serialFromParts } from '../../../container/model/serial-number.ts';
import { previewMove, type TargetListing } from '../../../state-machines/index.ts';
import { FakeIssuer, heldItem, ISSUER_KEY, TARGET_KEY } from '../fake-parties.ts';

const ALL = { kind: 'all' } as const;
const serial = serialFromParts(130, 1);
const TARGET: TargetListing = { serial, key: TARGET_KEY, kind: 'soft', locked: false, holdings: [], channels: [] };

/** What would change of seats when everything moves, and what is in transit, by its holding. */
async function changes(
  holdings: ListedHolding[],
  transit: readonly (readonly [holding: number, quantity: number])[],
  target: Partial<TargetListing> = {},
) {
  const inTransit = transit.map(([holding, quantity], at) => ({
    ...{ target: TARGET_KEY, serial, sequence: at + 1, firmCode: 10, cancelled: false, writtenOff: false },
    holdings: [holding],
    quantities: [quantity],
  }));
  const listing = { ...(await new FakeIssuer(...holdings).list()), transit: inTransit };
  return previewMove(listing, { ...TARGET, ...target }, ALL, null).changes;
}

it('changes of seats come by firm and product, whatever moves and whatever is in transit', async () => {
  const moving = [
    heldItem(1, 1, { firmCode: 10, productCode: 9 }),
    heldItem(2, 1, { firmCode: 10, productCode: 4 }),
    heldItem(3, 1, { firmCode: 12, productCode: 1 }),
  ];
  const left = [heldItem(4, 0, { firmCode: 2, productCode: 7 }), heldItem(5, 0, { firmCode: 11, productCode: 3 })];
  const seen = await changes(
    [...moving, ...left],
    [
      [5, 1],
      [4, 1],
    ],
  );
  expect(seen.map(({ firmCode, productCode }) => [firmCode, productCode])).toEqual([
    [2, 7],
    [10, 4],
    [10, 9],
    [11, 3],
    [12, 1],
  ]);
});

it('changes of seats count what both sides hold of that product of that firm, and nothing else', async () => {
  const others = (id: number) => [
    heldItem(id, 10, { productCode: 7, transfer: 'none' }),
    heldItem(id + 1, 20, { firmCode: 11, transfer: 'none' }),
  ];
  const seen = await changes([heldItem(1, 3), heldItem(2, 1, { transfer: 'none' }), ...others(3)], [], {
    holdings: [heldItem(1, 2), ...others(8)],
  });
  expect(seen).toMatchObject([{ productCode: 1001, giver: { now: 4, after: 1 }, getter: { now: 2, after: 5 } }]);
});

it('changes of seats count what has arrived by what the target has applied from this issuer', async () => {
  const others = { partner: 'cc'.repeat(32) as PublicKey, name: '3-9', applied: 9, issued: 0, settled: 0 };
  const own = { ...others, partner: ISSUER_KEY, name: '3-1', applied: 1 };
  const transit = [
    [1, 1],
    [1, 2],
  ] as const;
  const seen = await changes([heldItem(1, 0)], transit, { channels: [others, own], holdings: [heldItem(1, 1)] });
  expect(seen).toMatchObject([{ getter: { now: 1, after: 3 }, inTransit: 3 }]);
});

it('changes of seats leave out what is in transit from a license that is not shown', async () => {
  const transit = [
    [99, 1],
    [1, 2],
  ] as const;
  expect(await changes([heldItem(1, 0)], transit)).toMatchObject([{ productCode: 1001, inTransit: 2 }]);
});
