import { describe, expect, it } from 'vitest';
import { CATALOGUE, FerryError } from '../../../container/errors.ts';
import {
  containerIssuer,
  containerTarget,
  type MoveIssuer,
  type MoveOrder,
  type MoveProgress,
  type MoveTarget,
  runLicenseMove,
} from '../../../state-machines/index.ts';
import { load, makeContainer, order as orderByHand, seats, TestFirm } from '../../world/parties.ts';
import { MoveWorld } from '../move-world.ts';

const TWO: MoveOrder = { kind: 'items', items: [{ firmCode: 6000010, productCode: 1001, quantity: 2 }] };
const CANCELLED = { sequence: 1, state: 'refused', reason: CATALOGUE.CANCELLED.number };
const unreachable = async () => Promise.reject(new FerryError('NO_CONTAINER', { where: 'sim:device' }));

/** A dongle with five seats, a device, and a move of two of them that was cut off at a step; at `issue`, before its answer was heard. */
async function cutOffAt(step: 'context' | 'issue' | 'apply') {
  const [dongle, device] = [makeContainer('dongle', 1), makeContainer('soft', 2)];
  const [grant] = load(new TestFirm(), dongle, { quantity: 5 });
  const itemId = grant?.itemId ?? '';
  const { store, blobs, random } = new MoveWorld();
  const told: MoveProgress[] = [];
  const issuer = containerIssuer(dongle.container.client());
  const target = containerTarget(device.container.client());
  const issueUnheard: MoveIssuer['issue'] = async (request) => {
    await issuer.issue(request);
    return unreachable();
  };
  const move = (over: Partial<MoveTarget & Pick<MoveIssuer, 'issue'>> = {}) =>
    runLicenseMove({
      issuer: { ...issuer, issue: over.issue ?? issuer.issue },
      target: { ...target, ...over },
      store,
      blobs,
      random,
      order: TWO,
      onProgress: (one) => told.push(one),
    });
  expect((await move({ [step]: step === 'issue' ? issueUnheard : unreachable })).state).toBe('interrupted');
  const held = () => [seats(dongle, itemId), seats(device, itemId).held];
  const holding = dongle.container.run('list', {}).holdings[0]?.id ?? 0;
  const cancel = () => dongle.container.run('cancel', { target: device.key, sequences: [1] }).updates;
  const apply = (update: Uint8Array) => device.container.run('apply', { update }).receipt;
  const settle = (context: Uint8Array) => dongle.container.run('settle', { context });
  return { dongle, device, move, told, held, holding, cancel, apply, settle };
}

describe('an interrupted move that was, by hand,', () => {
  it('cancelled and settled is made afresh by the same order', async () => {
    const { move, told, held, cancel, apply, settle } = await cutOffAt('apply');
    for (const update of cancel()) settle(apply(update));
    expect(held()).toEqual([{ held: 5, pending: 0 }, 0]);
    const result = await move();
    expect(result).toMatchObject({
      state: 'moved',
      resumed: false,
      plan: { first: 2 },
      entries: [{ sequence: 2, state: 'applied' }],
      earlier: { state: 'refused', entries: [{ sequence: 1, reason: CATALOGUE.CANCELLED.number }] },
    });
    expect(told).toContainEqual({ kind: 'endedByHand', order: TWO, failure: null });
    expect(held()).toEqual([{ held: 3, pending: 0 }, 2]);
  });

  it('cancelled, and refused by the target, is brought home; only the next order is a new one', async () => {
    const { move, held, cancel, apply } = await cutOffAt('apply');
    for (const update of cancel()) apply(update);
    expect(await move()).toMatchObject({ state: 'refused', resumed: true, earlier: null, entries: [CANCELLED] });
    expect(held()).toEqual([{ held: 5, pending: 0 }, 0]);
    expect(await move()).toMatchObject({ state: 'moved', resumed: false, plan: { first: 2 } });
    expect(held()).toEqual([{ held: 3, pending: 0 }, 2]);
  });

  it.each(['issue', 'apply'] as const)(
    'cut off at %s, issued and cancelled before the target heard of it, stays cancelled and is brought home',
    async (step) => {
      const { move, told, held, cancel } = await cutOffAt(step);
      expect(cancel()).toHaveLength(1);
      expect(await move()).toMatchObject({ state: 'refused', resumed: true, earlier: null, entries: [CANCELLED] });
      expect(told).not.toContainEqual(expect.objectContaining({ kind: 'endedByHand' }));
      expect(held()).toEqual([{ held: 5, pending: 0 }, 0]);
      expect(await move()).toMatchObject({ state: 'moved', resumed: false, plan: { first: 2 } });
      expect(held()).toEqual([{ held: 3, pending: 0 }, 2]);
    },
  );

  it('cancelled in part delivers what is left of it', async () => {
    const { dongle, device, move, held, holding } = await cutOffAt('apply');
    orderByHand(dongle, device, [{ holding, quantity: 1 }]);
    dongle.container.run('cancel', { target: device.key, sequences: [2] });
    expect(await move()).toMatchObject({ state: 'moved', resumed: true, entries: [{ sequence: 1, state: 'applied' }] });
    expect(held()).toEqual([{ held: 3, pending: 0 }, 2]);
    expect(dongle.container.run('list', {}).transit).toEqual([]);
  });

  it('cancelled stays cancelled when it is cut off once more', async () => {
    const { move, held, cancel } = await cutOffAt('apply');
    cancel();
    for (const step of ['apply', 'apply'] as const)
      expect((await move({ [step]: unreachable })).state).toBe('interrupted');
    expect(await move()).toMatchObject({ state: 'refused', entries: [CANCELLED] });
    expect(held()).toEqual([{ held: 5, pending: 0 }, 0]);
  });

  it('cancelled too late, since the target had applied it, is reported as moved', async () => {
    const { dongle, device, move, held, cancel, apply } = await cutOffAt('apply');
    for (const update of dongle.container.run('transit', { target: device.key }).updates) apply(update);
    expect(cancel()).toHaveLength(1);
    expect(await move()).toMatchObject({ state: 'moved', resumed: true, entries: [{ state: 'applied' }] });
    expect(held()).toEqual([{ held: 3, pending: 0 }, 2]);
  });

  it('delivered and settled is reported as moved, and nothing is moved again', async () => {
    const { dongle, device, move, held, apply, settle } = await cutOffAt('apply');
    for (const update of dongle.container.run('transit', { target: device.key }).updates) settle(apply(update));
    expect(await move()).toMatchObject({ state: 'moved', resumed: true, entries: [{ state: 'applied' }] });
    expect(held()).toEqual([{ held: 3, pending: 0 }, 2]);
  });

  it('overtaken by another order for the same target is made after it', async () => {
    const { dongle, device, move, held, holding } = await cutOffAt('context');
    orderByHand(dongle, device, [{ holding, quantity: 1 }]);
    expect(await move()).toMatchObject({
      state: 'moved',
      plan: { first: 2 },
      earlier: { state: 'refused', failure: { code: 'ISSUED_OTHERWISE' } },
    });
    expect(held()).toEqual([{ held: 2, pending: 0 }, 3]);
  });

  it('deprived of its seats before anything was issued is refused for what is held now', async () => {
    const { dongle, move, held, holding } = await cutOffAt('context');
    orderByHand(dongle, makeContainer('soft', 3), [{ holding, quantity: 4 }]);
    expect(await move()).toMatchObject({ state: 'refused', resumed: false, failure: { code: 'QUANTITY_NOT_HELD' } });
    expect(held()).toEqual([{ held: 1, pending: 4 }, 0]);
  });

  it('refused by the target for another reason than a cancellation is not tried again', async () => {
    const [dongle, device] = [makeContainer('dongle', 1), makeContainer('soft', 2)];
    const terms = {
      type: 'quantity',
      targetKinds: [],
      targetKeys: [],
      mostPerTarget: 2,
      returnable: true,
      depth: 2,
    } as const;
    load(new TestFirm(), dongle, { quantity: 5, terms });
    const { store, blobs, random } = new MoveWorld();
    const parties = { issuer: containerIssuer(dongle.container.client()), store, blobs, random, order: TWO };
    const target = containerTarget(device.container.client());
    expect((await runLicenseMove({ ...parties, target })).state).toBe('moved');
    expect((await runLicenseMove({ ...parties, target: { ...target, apply: unreachable } })).state).toBe('interrupted');
    const result = await runLicenseMove({ ...parties, target });
    expect(result).toMatchObject({ state: 'refused', resumed: true, earlier: null, entries: [{ state: 'refused' }] });
    expect(dongle.container.run('list', {}).holdings[0]).toMatchObject({ quantity: 3, pending: 0 });
  });
});
