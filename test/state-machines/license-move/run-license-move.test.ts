import { describe, expect, it } from 'vitest';
import { CATALOGUE, Defect, type ErrorCode, FerryError } from '../../../container/errors.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import type { BlobStore, MoveIssuer, MoveTarget, SnapshotStore } from '../../../state-machines/index.ts';
import type { PlannedOrder } from '../../../state-machines/license-move/license-move-context.ts';
import { FakeIssuer, FakeTarget, FORBIDDEN_PRODUCT, heldItem, ISSUER_KEY, TARGET_KEY } from '../fake-parties.ts';
import { failing, items, MoveWorld, portOf, SNAPSHOT_ID } from '../move-world.ts';

const ALL_STATES = [
  'planning',
  'planned',
  'contexting',
  'issuing',
  'issued',
  'applying',
  'applied',
  'settling',
  'moved',
];

function portOfFiles(blobs: BlobStore): BlobStore {
  return {
    put: (bytes) => blobs.put(bytes),
    get: (hash) => blobs.get(hash),
    keepOnly: (hashes) => blobs.keepOnly(hashes),
    part: (id) => blobs.part(id),
  };
}

const unreachable = new FerryError('NO_CONTAINER', { where: 'sim:device' });
const locked = new FerryError('CONTAINER_LOCKED', { here: '130-1' });

describe('a move', () => {
  it('goes through its states and leaves neither snapshot nor files behind', async () => {
    const world = new MoveWorld(heldItem(1, 5));
    const result = await world.run(items([1001, 2]));
    expect(result).toMatchObject({
      state: 'moved',
      resumed: false,
      earlier: null,
      failure: null,
      deferral: null,
      plan: { first: 1, last: null, parts: [{ holding: 1, quantity: 2 }] },
      entries: [{ sequence: 1, state: 'applied', reason: 0 }],
    });
    expect(world.states()).toEqual(ALL_STATES);
    expect(world.target.seats()).toEqual({ 1: 2 });
    expect(await world.snapshot()).toBeUndefined();
    const receipt = await world.target.context(new Uint8Array());
    const hash = await new MoveWorld().blobs.put(receipt);
    await expect(world.blobs.part(SNAPSHOT_ID).get(hash)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('needs nobody to listen', async () => {
    const world = new MoveWorld(heldItem(1, 5));
    const { issuer, target, store, blobs, random } = world;
    const { runLicenseMove } = await import('../../../state-machines/index.ts');
    const result = await runLicenseMove({ issuer, target, store, blobs, random, order: { kind: 'all' } });
    expect(result.state).toBe('moved');
  });

  it('moves in part what the target has room for; the rest waits and is delivered by the same order', async () => {
    const world = new MoveWorld(heldItem(1, 5), heldItem(2, 4), heldItem(3, 3));
    world.target.room = 1;
    expect(await world.run({ kind: 'all' })).toMatchObject({
      state: 'movedInPart',
      deferral: { sequence: 2, reason: CATALOGUE.MEMORY_FULL.number, needed: 100 },
      entries: [
        { sequence: 1, state: 'applied' },
        { sequence: 2, state: 'waiting', reason: CATALOGUE.MEMORY_FULL.number },
        { sequence: 3, state: 'waiting', reason: CATALOGUE.MEMORY_FULL.number },
      ],
    });
    world.target.room = 9;
    expect(await world.run({ kind: 'all' })).toMatchObject({ state: 'moved', plan: { first: 2, last: 3, parts: [] } });
    expect(world.target.seats()).toEqual({ 1: 5, 2: 4, 3: 3 });
  });

  it('is refused when the target refuses every entry, and the issuer has all of it again', async () => {
    const world = new MoveWorld(heldItem(1, 5, { productCode: FORBIDDEN_PRODUCT }));
    expect(await world.run({ kind: 'all' })).toMatchObject({ state: 'refused', failure: null });
    expect(world.issuer.holdings[0]?.quantity).toBe(5);
    expect(await world.snapshot()).toBeUndefined();
  });

  it.each<[string, ErrorCode, Parameters<typeof items>[0]]>([
    ['nothing of it is held', 'NOT_HELD', [4711, 1]],
    ['less is held', 'QUANTITY_NOT_HELD', [1001, 9]],
  ])('is refused when %s, and nobody is asked for anything', async (_, code, part) => {
    const world = new MoveWorld(heldItem(1, 5));
    const result = await world.run(items(part));
    expect(result).toMatchObject({ state: 'refused', failure: { code }, plan: null, entries: [] });
    expect(world.states()).toEqual(['planning', 'refused']);
  });

  it.each([
    ['nothing of it was issued', 0, []],
    ['only the first entry of it is settled', 2, [{ sequence: 1, settled: true, reason: 0 }]],
  ])('is refused when the issuer has no file to deliver, though %s', async (_, last, entries) => {
    const world = new MoveWorld(heldItem(1, 5));
    const issue = async () => ({ first: 1, last, repeated: false, updates: [], entries });
    const issuer: MoveIssuer = { ...portOf(world.issuer), issue };
    expect(await world.run({ kind: 'all' }, { issuer })).toMatchObject({
      failure: { code: 'ORDER_EMPTY', details: { why: 'nothing is in transit to the target' } },
    });
  });

  it('is moved in part when a later file is refused: what came before it is settled', async () => {
    const world = new MoveWorld(heldItem(1, 5), heldItem(2, 4), heldItem(3, 3));
    let files = 0;
    const target: MoveTarget = {
      list: () => world.target.list(),
      context: (certificate) => world.target.context(certificate),
      apply: async (update) => {
        files += 1;
        if (files > 1) throw new FerryError('SIGNATURE_WRONG', { what: 'the update' });
        return world.target.apply(update);
      },
    };
    expect(await world.run({ kind: 'all' }, { target })).toMatchObject({
      state: 'movedInPart',
      failure: { code: 'SIGNATURE_WRONG' },
      entries: [{ state: 'applied' }, { state: 'applied' }, { sequence: 3, state: 'waiting', reason: 0 }],
    });
    expect(world.issuer.settled).toBe(2);
  });

  it('is moved in part when the receipt is refused at home', async () => {
    const world = new MoveWorld(heldItem(1, 5));
    const issuer = failing(world.issuer, 'settle', new FerryError('SELF_ROLLED_BACK', { partner: '130-1' }));
    expect(await world.run({ kind: 'all' }, { issuer })).toMatchObject({
      state: 'movedInPart',
      failure: { code: 'SELF_ROLLED_BACK' },
      entries: [{ state: 'applied' }],
    });
  });

  it('says that an outcome is unknown when it is settled and nobody remembers it', async () => {
    const world = new MoveWorld(heldItem(1, 5));
    world.issuer.remembers = false;
    const interrupted = await world.run({ kind: 'all' }, { target: failing(world.target, 'apply', unreachable) });
    expect(interrupted.state).toBe('interrupted');
    const [update] = (await world.issuer.issue(await planOf(world))).updates;
    const { receipt } = await world.target.apply(update ?? new Uint8Array());
    await world.issuer.settle(receipt);
    expect(await world.run({ kind: 'all' })).toMatchObject({ state: 'movedInPart', entries: [{ state: 'unknown' }] });
  });
});

/** What the interrupted move of the world has planned, with a context made anew. */
async function planOf(world: MoveWorld): Promise<Parameters<MoveIssuer['issue']>[0]> {
  const stored = (await world.snapshot()) as { snapshot: { context: { planned: never } } };
  const { plan, orderId }: PlannedOrder = stored.snapshot.context.planned;
  return { plan, orderId, context: await world.target.context(new Uint8Array()) };
}

describe('a failing step', () => {
  const steps = [
    ['issuer', 'certificate', undefined],
    ['target', 'context', 'planned'],
    ['issuer', 'issue', 'planned'],
    ['target', 'apply', 'issued'],
    ['issuer', 'settle', 'applied'],
  ] as const;

  it.each(steps)('of the %s, %s, interrupts a move when it was unreachable; it goes on from %s', async (...step) => {
    const [side, name, from] = step;
    const world = new MoveWorld(heldItem(1, 5));
    const port = failing<MoveIssuer & MoveTarget>(world[side] as never, name, unreachable);
    const interrupted = await world.run({ kind: 'all' }, { [side]: port });
    expect(interrupted).toMatchObject({ state: 'interrupted', failure: { code: 'NO_CONTAINER' } });
    world.told.length = 0;
    const result = await world.run({ kind: 'all' });
    expect(result).toMatchObject({ state: 'moved', failure: null, resumed: from !== undefined });
    if (from !== undefined) expect(world.told[0]).toMatchObject({ kind: 'resumed', from });
    expect(world.target.seats()).toEqual({ 1: 5 });
  });

  it.each(steps.slice(0, 4))('of the %s, %s, ends a move when it was refused', async (side, name) => {
    const world = new MoveWorld(heldItem(1, 5));
    const port = failing<MoveIssuer & MoveTarget>(world[side] as never, name, locked);
    const result = await world.run({ kind: 'all' }, { [side]: port });
    expect(result).toMatchObject({
      state: 'refused',
      failure: { code: 'CONTAINER_LOCKED', details: { here: '130-1' } },
    });
    expect(await world.snapshot()).toBeUndefined();
  });

  it.each(steps)('of the %s, %s, rejects when it met a defect, and the last checkpoint stays', async (...step) => {
    const [side, name, from] = step;
    const world = new MoveWorld(heldItem(1, 5));
    const port = failing<MoveIssuer & MoveTarget>(world[side] as never, name, new Defect('broken'));
    await expect(world.run({ kind: 'all' }, { [side]: port })).rejects.toThrow(Defect);
    if (from === undefined) expect(await world.snapshot()).toBeUndefined();
    else expect(await world.snapshot()).toMatchObject({ snapshot: { value: from } });
  });

  it('of the snapshot store interrupts the move before anything behind the checkpoint has begun', async () => {
    const world = new MoveWorld(heldItem(1, 5));
    const error = new FerryError('STORE_WRITE_FAILED', { where: 'x', why: 'the disk is full' });
    const store: SnapshotStore = failing(world.store, 'save', error);
    expect(await world.run({ kind: 'all' }, { store })).toMatchObject({
      state: 'interrupted',
      failure: { code: 'STORE_WRITE_FAILED' },
    });
    expect(world.states()).toEqual(['planning', 'planned', 'interrupted']);
    expect(world.issuer.issued).toBe(0);
  });

  it('of the file store before the first checkpoint leaves no file behind', async () => {
    const world = new MoveWorld(heldItem(1, 5));
    const part = world.blobs.part(SNAPSHOT_ID);
    const put = async (bytes: Uint8Array) => {
      await part.put(bytes);
      throw new FerryError('STORE_WRITE_FAILED', { where: 'x', why: 'the disk is full' });
    };
    const blobs = Object.assign(Object.create(world.blobs), { part: () => ({ ...portOfFiles(part), put }) });
    expect(await world.run({ kind: 'all' }, { blobs })).toMatchObject({ state: 'interrupted', plan: null });
    const certificate = await new MoveWorld().blobs.put(await world.issuer.certificate());
    await expect(part.get(certificate)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('of the clearing up at the end changes nothing of the result', async () => {
    const world = new MoveWorld(heldItem(1, 5));
    const error = new FerryError('STORE_WRITE_FAILED', { where: 'x', why: 'the disk is full' });
    const uncleared = (reason: Error) => {
      const part = failing(world.blobs.part(SNAPSHOT_ID), 'keepOnly', reason);
      const { blobs } = world;
      const get = (hash: string) => blobs.get(hash);
      return { put: (bytes: Uint8Array) => blobs.put(bytes), get, keepOnly: async () => {}, part: () => part };
    };
    const blobs = uncleared(error);
    expect(await world.run({ kind: 'all' }, { blobs })).toMatchObject({ state: 'moved' });
    const broken = uncleared(new Defect('broken'));
    world.issuer.holdings = [heldItem(2, 1)];
    await expect(world.run({ kind: 'all' }, { blobs: broken })).rejects.toThrow(Defect);
  });
});

describe('an unfinished move', () => {
  async function unfinished(): Promise<MoveWorld> {
    const world = new MoveWorld(heldItem(1, 5), heldItem(2, 3, { productCode: 1002 }));
    await world.run(items([1001, 5]), { target: failing(world.target, 'apply', unreachable) });
    world.told.length = 0;
    return world;
  }

  it('of another order is finished first, and then the new one is made', async () => {
    const world = await unfinished();
    const result = await world.run(items([1002, 3]));
    expect(world.told[0]).toEqual({ kind: 'finishingEarlier', order: items([1001, 5]), from: 'issued' });
    expect(result).toMatchObject({ state: 'moved', order: items([1002, 3]), resumed: false });
    expect(result.earlier).toMatchObject({ state: 'moved', order: items([1001, 5]), resumed: true });
    expect(world.target.seats()).toEqual({ 1: 5, 2: 3 });
  });

  it.each(['context', 'issue'] as const)(
    'of another order that was cut off at %s before anything was issued gives way to the new one',
    async (step) => {
      const world = new MoveWorld(heldItem(1, 5), heldItem(2, 3, { productCode: 1002 }));
      const side = step === 'context' ? 'target' : 'issuer';
      const port = failing<MoveIssuer & MoveTarget>(world[side] as never, step, unreachable);
      await world.run(items([1001, 5]), { [side]: port });
      expect(await world.snapshot()).toBeDefined();
      world.told.length = 0;
      expect(await world.run(items([1002, 3]))).toMatchObject({ state: 'moved', earlier: null, resumed: false });
      expect(world.told[0]).toEqual({ kind: 'replacing', order: items([1001, 5]) });
      expect(world.target.seats()).toEqual({ 2: 3 });
      expect(await world.snapshot()).toBeUndefined();
    },
  );

  it('of another order that gives way is gone even when the new one is refused or cut off at once', async () => {
    for (const [order, issuer] of [
      [items([1002, 9]), {}],
      [items([1002, 1]), { certificate: async () => Promise.reject(unreachable) }],
    ] as const) {
      const world = new MoveWorld(heldItem(1, 5), heldItem(2, 3, { productCode: 1002 }));
      await world.run(items([1001, 5]), { target: failing(world.target, 'context', unreachable) });
      const { list, issue, settle, certificate } = portOf(world.issuer);
      await world.run(order, { issuer: { list, issue, settle, certificate, ...issuer } });
      expect(await world.snapshot()).toBeUndefined();
      expect(world.issuer.issued).toBe(0);
    }
  });

  it('of another order whose issue was carried out and not answered is finished first', async () => {
    const world = new MoveWorld(heldItem(1, 5), heldItem(2, 3, { productCode: 1002 }));
    const issuer = {
      ...portOf(world.issuer),
      issue: async (input: Parameters<MoveIssuer['issue']>[0]) => {
        await world.issuer.issue(input);
        throw unreachable;
      },
    };
    await world.run(items([1001, 5]), { issuer });
    expect(await world.snapshot()).toMatchObject({ snapshot: { value: 'planned' } });
    world.told.length = 0;
    expect(await world.run(items([1002, 3]))).toMatchObject({ earlier: { state: 'moved', order: items([1001, 5]) } });
    expect(world.told[0]).toEqual({ kind: 'finishingEarlier', order: items([1001, 5]), from: 'planned' });
    expect(world.target.seats()).toEqual({ 1: 5, 2: 3 });
  });

  it('of another order that is interrupted again keeps the new one from being begun', async () => {
    const world = await unfinished();
    const target = failing(world.target, 'apply', unreachable);
    const result = await world.run(items([1002, 3]), { target });
    expect(result).toMatchObject({
      state: 'interrupted',
      order: items([1002, 3]),
      plan: null,
      entries: [],
      along: [],
      inTransit: [],
      resumed: false,
      failure: { code: 'NO_CONTAINER' },
      unheard: false,
      earlier: { state: 'interrupted', order: items([1001, 5]) },
    });
    expect(world.issuer.issued).toBe(1);
  });

  it.each([8, 31])('is left alone by a move of parties whose keys begin with the same %i digits', async (length) => {
    const keyLike = (key: string) => key.slice(0, length).padEnd(64, 'c') as PublicKey;
    class OtherIssuer extends FakeIssuer {
      override list = async () => ({ ...(await super.list()), key: keyLike(ISSUER_KEY) });
    }
    class OtherTarget extends FakeTarget {
      override list = async () => ({ key: keyLike(TARGET_KEY) });
    }
    for (const others of [{ issuer: new OtherIssuer(heldItem(1, 5)) }, { target: new OtherTarget() }]) {
      const world = await unfinished();
      expect(await world.run(items([1002, 1]), others)).toMatchObject({ resumed: false, earlier: null });
      expect(world.told[0]).toEqual({ kind: 'entered', state: 'planning' });
      expect(await world.snapshot()).toBeDefined();
      expect(await world.run(items([1001, 5]))).toMatchObject({ state: 'moved', resumed: true });
    }
  });

  it('whose order is written in another way is the same', async () => {
    const world = await unfinished();
    expect(await world.run(items([1001, 2], [1001, 3]))).toMatchObject({ state: 'moved', resumed: true });
    expect(world.target.seats()).toEqual({ 1: 5 });
  });

  it('whose snapshot was lost is found in transit and moved once', async () => {
    const world = await unfinished();
    await world.store.delete(SNAPSHOT_ID);
    const result = await world.run(items([1001, 5]));
    expect(result).toMatchObject({ state: 'moved', resumed: false, plan: { first: 1, last: 1, parts: [] } });
    expect(world.target.seats()).toEqual({ 1: 5 });
  });

  it('that has moved is told as moved although what is kept of it cannot be removed', async () => {
    const world = await unfinished();
    const full = new FerryError('STORE_WRITE_FAILED', { where: 'x', why: 'y' });
    const result = await world.run(items([1001, 5]), { store: failing(world.store, 'delete', full) });
    expect(result).toMatchObject({ state: 'moved', inTransit: [], failure: { code: 'STORE_WRITE_FAILED' } });
    expect(world.target.seats()).toEqual({ 1: 5 });
  });

  it('that cannot be read for another reason is not started over', async () => {
    const world = await unfinished();
    const store = failing(world.store, 'load', new FerryError('FILE_UNREADABLE', { file: 'x', why: 'y' }));
    await expect(world.run(items([1001, 5]), { store, badSnapshot: 'startOver' })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
    const broken = failing(world.store, 'load', new Defect('broken'));
    await expect(world.run(items([1001, 5]), { store: broken })).rejects.toThrow(Defect);
  });
});
