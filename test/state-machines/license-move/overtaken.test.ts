import { describe, expect, it } from 'vitest';
import { explain, FerryError } from '../../../container/errors.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import {
  containerIssuer,
  containerTarget,
  MemoryRecordStore,
  type MoveIssuer,
  type MoveOrder,
  type MoveProgress,
  moveId,
  resumeLicenseMove,
  runLicenseMove,
} from '../../../state-machines/index.ts';
import type { MoveResult } from '../../../state-machines/license-move/move-run.ts';
import { wasOvertaken } from '../../../state-machines/license-move/overtaken.ts';
import { load, makeContainer, order as orderByHand, seats, TestFirm } from '../../world/parties.ts';
import { MoveWorld } from '../move-world.ts';

const TWO: MoveOrder = { kind: 'items', items: [{ firmCode: 6000010, productCode: 1001, quantity: 2 }] };

/** A dongle with lots of the given quantities, two devices, and what somebody else does before the dongle is asked to issue. */
function world(lots: readonly number[]) {
  const [dongle, device, other] = [makeContainer('dongle', 1), makeContainer('soft', 2), makeContainer('soft', 3)];
  const firm = new TestFirm();
  for (const quantity of lots) load(firm, dongle, { quantity });
  const { store, blobs, random } = new MoveWorld();
  const told: MoveProgress[] = [];
  const own = containerIssuer(dongle.container.client());
  const target = containerTarget(device.container.client());
  const asked = { target, store, blobs, random, onProgress: (one: MoveProgress) => told.push(one) };
  const issuerAfter = (meanwhile: () => void): MoveIssuer => ({
    ...own,
    issue: async (request) => {
      meanwhile();
      return own.issue(request);
    },
  });
  const lotsHeld = () => dongle.container.run('list', {}).holdings;
  const held = () => seats(device, lotsHeld()[0]?.itemId ?? '').held;
  return { dongle, device, other, told, asked, issuerAfter, lotsHeld, held };
}

describe('an order that another one overtakes', () => {
  it('between its plan and its issue is planned anew, from what is left', async () => {
    const { dongle, device, other, told, asked, issuerAfter } = world([2, 5]);
    const [exact] = dongle.container.run('list', {}).holdings;
    let isTaken = false;
    const issuer = issuerAfter(() => {
      if (!isTaken) orderByHand(dongle, other, [{ holding: exact?.id ?? 0, quantity: 2 }]);
      isTaken = true;
    });
    expect(await runLicenseMove({ ...asked, issuer, order: TWO })).toMatchObject({ state: 'moved', earlier: null });
    expect(device.container.run('list', {}).holdings.map(({ quantity }) => quantity)).toEqual([2]);
    expect(told.filter(({ kind }) => kind === 'overtaken')).toHaveLength(1);
  });

  it('of the same two containers is made behind it', async () => {
    const { dongle, device, asked, issuerAfter, lotsHeld } = world([5]);
    let isTaken = false;
    const issuer = issuerAfter(() => {
      if (!isTaken) orderByHand(dongle, device, [{ holding: lotsHeld()[0]?.id ?? 0, quantity: 1 }]);
      isTaken = true;
    });
    expect(await runLicenseMove({ ...asked, issuer, order: TWO })).toMatchObject({
      state: 'moved',
      plan: { first: 2 },
    });
    const { holdings } = device.container.run('list', {});
    expect(holdings.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(3);
  });

  it('by another one just like it, for the same target, is made as well', async () => {
    const { dongle, device, told, asked, issuerAfter, lotsHeld, held } = world([5]);
    let isTaken = false;
    const issuer = issuerAfter(() => {
      if (!isTaken) orderByHand(dongle, device, [{ holding: lotsHeld()[0]?.id ?? 0, quantity: 2 }]);
      isTaken = true;
    });
    expect(await runLicenseMove({ ...asked, issuer, order: TWO })).toMatchObject({
      state: 'moved',
      plan: { first: 2, last: null },
    });
    expect(told.filter(({ kind }) => kind === 'overtaken')).toHaveLength(1);
    expect(held()).toBe(4);
  });

  it('by another one just like it while it lay interrupted is made as well when it is given again, and ended when resumed', async () => {
    const { dongle, device, asked, issuerAfter, lotsHeld, held } = world([7]);
    const issuer = issuerAfter(() => {});
    const context = async () => Promise.reject(new FerryError('NO_CONTAINER', { where: 'sim:device' }));
    const notes = {
      notebook: new MemoryRecordStore<never>(),
      beginning: { from: 'sim:dongle', to: 'sim:device', firm: null },
      now: () => 0,
    };
    const same = { ...asked, issuer, order: TWO, notes };
    const cutOff = async (): Promise<void> => {
      const { state } = await runLicenseMove({ ...same, target: { ...asked.target, context } });
      expect(state).toBe('interrupted');
      orderByHand(dongle, device, [{ holding: lotsHeld()[0]?.id ?? 0, quantity: 2 }]);
    };
    await cutOff();
    expect(await runLicenseMove(same)).toMatchObject({ state: 'moved', plan: { first: 2, last: null } });
    expect(held()).toBe(4);
    await cutOff();
    expect(await resumeLicenseMove({ ...same, id: moveId(dongle.key, device.key) })).toMatchObject({
      state: 'refused',
      inTransit: [],
      failure: { code: 'ORDER_OVERTAKEN' },
    });
  });

  it('that leaves too little is refused for what is held now', async () => {
    const { dongle, other, told, asked, issuerAfter, lotsHeld } = world([5]);
    let isTaken = false;
    const issuer = issuerAfter(() => {
      if (!isTaken) orderByHand(dongle, other, [{ holding: lotsHeld()[0]?.id ?? 0, quantity: 4 }]);
      isTaken = true;
    });
    const result = await runLicenseMove({ ...asked, issuer, order: TWO });
    expect(result).toMatchObject({ state: 'refused', plan: null, failure: { code: 'QUANTITY_NOT_HELD' } });
    expect(told.filter(({ kind }) => kind === 'overtaken')).toHaveLength(1);
  });

  it('again and again is given up after eight plans, with nothing moved', async () => {
    const { dongle, device, asked, issuerAfter, lotsHeld } = world([50]);
    let orders = 0;
    const issuer = issuerAfter(() => {
      orderByHand(dongle, device, [{ holding: lotsHeld()[0]?.id ?? 0, quantity: 3 }]);
      orders += 1;
    });
    const result = await runLicenseMove({ ...asked, issuer, order: TWO });
    expect(result).toMatchObject({ state: 'refused', entries: [], failure: { code: 'ORDER_OVERTAKEN' } });
    expect(orders).toBe(8);
  });

  it('is not planned anew when the container refuses a plan that nothing has changed', async () => {
    const { told, asked, lotsHeld, issuerAfter } = world([5]);
    const refusal = new FerryError('NOT_HELD', { here: '3-1', item: `holding ${lotsHeld()[0]?.id ?? 0}` });
    const issuer = { ...issuerAfter(() => {}), issue: async () => Promise.reject(refusal) };
    const result = await runLicenseMove({ ...asked, issuer, order: TWO });
    expect(result).toMatchObject({ state: 'refused', failure: { code: 'NOT_HELD' } });
    expect(told.filter(({ kind }) => kind === 'overtaken')).toHaveLength(1);
  });

  it('while it lay interrupted is ended by its resumption, which orders nothing', async () => {
    const { dongle, device, other, asked, issuerAfter, lotsHeld, held } = world([2, 5]);
    const [exact] = lotsHeld();
    const issuer = issuerAfter(() => {});
    const notes = {
      notebook: new MemoryRecordStore<never>(),
      beginning: { from: 'sim:dongle', to: 'sim:device', firm: null },
      now: () => 0,
    };
    const context = async () => Promise.reject(new FerryError('NO_CONTAINER', { where: 'sim:device' }));
    const cutOff = { ...asked, issuer, order: TWO, notes, target: { ...asked.target, context } };
    expect((await runLicenseMove(cutOff)).state).toBe('interrupted');
    orderByHand(dongle, other, [{ holding: exact?.id ?? 0, quantity: 2 }]);
    const resumed = () => resumeLicenseMove({ ...asked, issuer, notes, id: moveId(dongle.key, device.key) });
    const why = explain('QUANTITY_NOT_HELD', { wanted: 2, item: '6000010:1001', held: 0 }).happened;
    expect(await resumed()).toMatchObject({
      state: 'refused',
      entries: [],
      failure: { code: 'ORDER_OVERTAKEN', details: { why } },
    });
    expect(held()).toBe(0);
    expect(await resumed()).toBeNull();
  });
});

describe('whether an order was overtaken', () => {
  const refused: MoveResult = {
    state: 'refused',
    order: TWO,
    plan: { targetKey: 'aa'.repeat(32) as PublicKey, first: 1, last: null, parts: [{ holding: 1, quantity: 2 }] },
    entries: [],
    along: [],
    inTransit: [],
    unheard: false,
    deferral: null,
    failure: { code: 'NOT_HELD', details: {} },
    resumed: false,
    earlier: null,
  };

  it('is for certain only when it was planned, and refused for what was planned, and nothing of it was issued', () => {
    const codes = ['ISSUED_OTHERWISE', 'NOT_HELD', 'QUANTITY_NOT_HELD', 'MOVES_WHOLE', 'ITEM_DISABLED'] as const;
    for (const code of codes) expect(wasOvertaken({ ...refused, failure: { code, details: {} } })).toBe(true);
    const others: Partial<MoveResult>[] = [
      { state: 'interrupted' },
      { plan: null },
      { entries: [{ sequence: 1, state: 'waiting', reason: 0 }] },
      { failure: { code: 'SEQUENCE_AHEAD', details: {} } },
      { failure: null },
    ];
    for (const other of others) expect(wasOvertaken({ ...refused, ...other })).toBe(false);
  });
});
