import { describe, expect, it } from 'vitest';
import { Defect, FerryError } from '../../../container/errors.ts';
import type { OrderId, PublicKey } from '../../../container/model/ids.ts';
import type { MoveIssuer, MoveTarget } from '../../../state-machines/index.ts';
import { FORBIDDEN_PRODUCT, heldItem } from '../fake-parties.ts';
import { items, MoveWorld } from '../move-world.ts';

const unreachable = new FerryError('NO_CONTAINER', { where: 'sim:device' });
const locked = new FerryError('CONTAINER_LOCKED', { here: '130-1' });
const fail = (error: unknown) => async () => Promise.reject(error);

function issuerOf({ issuer }: MoveWorld, over: Partial<MoveIssuer>): MoveIssuer {
  return {
    list: () => issuer.list(),
    certificate: () => issuer.certificate(),
    issue: (input) => issuer.issue(input),
    settle: (receipt) => issuer.settle(receipt),
    ...over,
  };
}

function targetOf({ target }: MoveWorld, over: Partial<MoveTarget>): MoveTarget {
  return {
    list: () => target.list(),
    context: (certificate) => target.context(certificate),
    apply: (update) => target.apply(update),
    ...over,
  };
}

const THREE = [heldItem(1, 5), heldItem(2, 4), heldItem(3, 3)];

describe('what a move has left in transit', () => {
  it.each<[string, (world: MoveWorld) => Parameters<MoveWorld['run']>[1], readonly number[]]>([
    ['was moved is nothing', () => ({}), []],
    [
      'was refused before it was issued is nothing',
      (world) => ({ target: targetOf(world, { context: fail(locked) }) }),
      [],
    ],
    ['the target refused is all of it', (world) => ({ target: targetOf(world, { apply: fail(locked) }) }), [1, 2, 3]],
    [
      'the target was cut off from is all of it',
      (world) => ({ target: targetOf(world, { apply: fail(unreachable) }) }),
      [1, 2, 3],
    ],
    [
      'could not be settled is all of it',
      (world) => ({ issuer: issuerOf(world, { settle: fail(locked) }) }),
      [1, 2, 3],
    ],
    [
      'was issued without an answer is all of it',
      (world) => ({
        issuer: issuerOf(world, {
          issue: async (input) => {
            await world.issuer.issue(input);
            throw unreachable;
          },
        }),
      }),
      [1, 2, 3],
    ],
  ])('that %s', async (_, over, inTransit) => {
    const world = new MoveWorld(...THREE);
    expect((await world.run({ kind: 'all' }, over(world))).inTransit).toEqual(inTransit);
  });

  it('is what the target has no room for', async () => {
    const world = new MoveWorld(...THREE);
    world.target.room = 1;
    expect(await world.run({ kind: 'all' })).toMatchObject({ state: 'movedInPart', inTransit: [2, 3] });
  });

  it('is nothing when the target refused every entry and the issuer has them again', async () => {
    const world = new MoveWorld(heldItem(1, 5, { productCode: FORBIDDEN_PRODUCT }));
    expect(await world.run({ kind: 'all' })).toMatchObject({ state: 'refused', inTransit: [] });
  });

  it('is that of an earlier run when its delivery is refused', async () => {
    const world = new MoveWorld(...THREE);
    await world.run({ kind: 'all' }, { target: targetOf(world, { apply: fail(locked) }) });
    const refused = await world.run({ kind: 'all' }, { target: targetOf(world, { context: fail(locked) }) });
    expect(refused).toMatchObject({ state: 'refused', entries: [], inTransit: [1, 2, 3] });
  });

  it('is nothing of other orders: neither to the same target nor to another one', async () => {
    const world = new MoveWorld(heldItem(1, 5), heldItem(2, 4, { productCode: 2 }));
    await world.run(items([1001, 5]), { target: targetOf(world, { apply: fail(locked) }) });
    const foreign = async () => {
      const listing = await world.issuer.list();
      const elsewhere = listing.transit.map((entry) => ({
        ...entry,
        target: 'cc'.repeat(32) as PublicKey,
        sequence: 2,
      }));
      return { ...listing, transit: [...elsewhere, ...listing.transit].reverse() };
    };
    const issuer = issuerOf(world, { list: foreign });
    const order = items([2, 4]);
    const second = await world.run(order, { issuer, target: targetOf(world, { apply: fail(locked) }) });
    expect(second.inTransit).toEqual([2]);
  });

  it('is nothing when somebody else took the sequence of an order that was never issued', async () => {
    const world = new MoveWorld(...THREE);
    await world.run(items([1001, 5]), { target: targetOf(world, { context: fail(unreachable) }) });
    const context = await world.target.context(new Uint8Array());
    const plan = {
      targetKey: 'bb'.repeat(32) as PublicKey,
      first: 1,
      last: null,
      parts: [{ holding: 2, quantity: 1 }],
    };
    await world.issuer.issue({ context, plan, orderId: '0d'.repeat(16) as OrderId });
    const result = await world.run(items([1001, 5]), { target: targetOf(world, { apply: fail(unreachable) }) });
    expect(result).toMatchObject({ inTransit: [2], earlier: { failure: { code: 'ISSUED_OTHERWISE' }, inTransit: [] } });
  });

  it('is what the issuer shows of it, where it takes what it issued for the order of somebody else when asked again', async () => {
    const world = new MoveWorld(...THREE);
    await world.run({ kind: 'all' }, { target: targetOf(world, { apply: fail(unreachable) }) });
    world.issuer.cancelled.add(1);
    const issuer = issuerOf(world, { issue: fail(new FerryError('ISSUED_OTHERWISE', { sequence: 1 })) });
    const result = await world.run({ kind: 'all' }, { issuer });
    expect(result).toMatchObject({ state: 'refused', failure: { code: 'ISSUED_OTHERWISE' }, inTransit: [1, 2, 3] });
  });

  it('is not asked for once all of it has moved', async () => {
    const world = new MoveWorld(...THREE);
    const asked: string[] = [];
    const list = async () => {
      asked.push(world.states().at(-1) ?? '');
      return world.issuer.list();
    };
    expect((await world.run({ kind: 'all' }, { issuer: issuerOf(world, { list }) })).state).toBe('moved');
    expect(asked).not.toContain('moved');
  });

  /** An issuer that issues, and is gone before its answer comes. */
  function goneAtIssue(world: MoveWorld): MoveIssuer {
    let isGone = false;
    return issuerOf(world, {
      list: async () => (isGone ? Promise.reject(unreachable) : world.issuer.list()),
      issue: async (input) => {
        await world.issuer.issue(input);
        isGone = true;
        throw unreachable;
      },
    });
  }

  it('is not known where the issuer was asked to issue it and is gone before its answer comes', async () => {
    const world = new MoveWorld(...THREE);
    const result = await world.run({ kind: 'all' }, { issuer: goneAtIssue(world) });
    expect(result).toMatchObject({ state: 'interrupted', entries: [], inTransit: [], unheard: true });
  });

  it('is not forgotten by a later run before which the issuer showed it', async () => {
    const world = new MoveWorld(...THREE);
    const issue = async (input: Parameters<MoveIssuer['issue']>[0]) =>
      world.issuer.issue(input).then(fail(unreachable));
    const first = await world.run({ kind: 'all' }, { issuer: issuerOf(world, { issue }) });
    expect(first).toMatchObject({ inTransit: [1, 2, 3], unheard: false });
    const second = await world.run({ kind: 'all' }, { issuer: goneAtIssue(world) });
    expect(second).toMatchObject({ state: 'interrupted', entries: [], inTransit: [1, 2, 3], unheard: true });
  });

  it('is nothing where the run was cut off before it was to be issued', async () => {
    const world = new MoveWorld(...THREE);
    let isGone = false;
    const list = async () => (isGone ? Promise.reject(unreachable) : world.issuer.list());
    const context = async () => {
      isGone = true;
      throw unreachable;
    };
    const parties = { issuer: issuerOf(world, { list }), target: targetOf(world, { context }) };
    const result = await world.run({ kind: 'all' }, parties);
    expect(result).toMatchObject({ state: 'interrupted', inTransit: [], unheard: false });
  });

  it('is what the run has heard of, when the issuer cannot be asked any more', async () => {
    const world = new MoveWorld(...THREE);
    let error: unknown;
    const list = async () => (error === undefined ? world.issuer.list() : Promise.reject(error));
    const settle = async () => {
      error = unreachable;
      throw unreachable;
    };
    world.target.room = 2;
    const issuer = issuerOf(world, { list, settle });
    expect(await world.run({ kind: 'all' }, { issuer })).toMatchObject({
      state: 'interrupted',
      inTransit: [3],
      unheard: false,
    });
    error = undefined;
    const broken = issuerOf(world, {
      list,
      settle: async () => {
        error = new Defect('a bug');
        throw unreachable;
      },
    });
    await expect(world.run({ kind: 'all' }, { issuer: broken })).rejects.toBeInstanceOf(Defect);
  });
});
