import { describe, expect, it } from 'vitest';
import { unfinishedMove, unfinishedMoves } from '../../../state-machines/index.ts';
import { SNAPSHOT_ID } from '../move-world.ts';
import { PowerCut } from '../power-cut.ts';
import { BEGINNING, FIVE, NotedWorld, unreachable } from './noted-world.ts';

describe('an unfinished move', () => {
  it.each(['before', 'after'] as const)(
    'cut off %s any step is resumed without its order, moves once, and leaves neither snapshot nor note',
    async (when) => {
      let [at, resumed] = [1, 0];
      for (; ; at++) {
        const world = new NotedWorld();
        if ((await world.beginUntil(new PowerCut(at, when))) !== 'cut') break;
        const [found] = await world.unfinished();
        const begun = world.issuer.issued > 0;
        const result = await world.resume();
        expect(result === null).toBe(found === undefined);
        if (found !== undefined) {
          expect(found).toMatchObject({ failure: null, note: { ...BEGINNING, begunAt: 100 } });
          expect(found.work?.context.order).toEqual(FIVE);
          expect(result).toMatchObject({ state: 'moved', resumed: true });
          resumed += 1;
        }
        expect(world.target.seats()).toEqual(begun || found !== undefined ? { 1: 5 } : {});
        expect(world.issuer.pending).toEqual([]);
        expect(await world.unfinished()).toEqual([]);
        if (found !== undefined) expect(await world.notebook.ids()).toEqual([]);
      }
      expect([at > 20, resumed > 10]).toEqual([true, true]);
    },
  );

  it('is over for whoever resumes it second: nothing is ordered again', async () => {
    const world = new NotedWorld();
    await world.beginCutOff();
    expect(await world.resume()).toMatchObject({ state: 'moved' });
    expect(await world.resume()).toBeNull();
    expect([world.issuer.issued, world.target.seats()]).toEqual([1, { 1: 5 }]);
  });

  it('resumed by two at the same time moves once', async () => {
    const world = new NotedWorld();
    await world.beginCutOff();
    const [one, other] = await Promise.all([world.resume(), world.resume()]);
    for (const result of [one, other]) if (result !== null) expect(result.state).toBe('moved');
    expect([world.issuer.issued, world.target.seats()]).toEqual([1, { 1: 5 }]);
    expect([await world.unfinished(), await world.notebook.ids()]).toEqual([[], []]);
  });

  it('is told with its order, its step, since when, and why its last run ended', async () => {
    const world = new NotedWorld();
    expect(await world.beginCutOff()).toMatchObject({ state: 'interrupted' });
    expect(await world.unfinished()).toMatchObject([
      {
        id: SNAPSHOT_ID,
        work: { step: 'issued', context: { order: FIVE, issued: { first: 1, last: 1 } } },
        note: { ...BEGINNING, begunAt: 100, lastFailure: { code: 'NO_CONTAINER', at: 101 } },
        failure: null,
      },
    ]);
  });

  it('keeps when it was begun, and is found where its sides are now, when the same order goes on from elsewhere', async () => {
    const world = new NotedWorld();
    await world.beginCutOff();
    const elsewhere = { ...world.notes, beginning: { ...BEGINNING, from: 'sim:/moved' } };
    const target = Object.assign(Object.create(world.target), { apply: unreachable });
    await world.run(FIVE, { notes: elsewhere, target });
    const [found] = await world.unfinished();
    expect(found?.note).toMatchObject({ from: 'sim:/moved', begunAt: 100 });
  });

  it('that ended by hand is ended, and not made afresh', async () => {
    const world = new NotedWorld();
    await world.run(FIVE, {
      notes: world.notes,
      target: Object.assign(Object.create(world.target), { context: unreachable }),
    });
    world.issuer.holdings = [];
    expect(await world.resume()).toMatchObject({ state: 'refused', failure: { code: 'ORDER_OVERTAKEN' } });
    expect([await world.unfinished(), await world.notebook.ids()]).toEqual([[], []]);
  });

  it('is not touched where somebody else answers', async () => {
    const world = new NotedWorld();
    await world.beginCutOff();
    for (const [side, address, expected] of [
      ['issuer', BEGINNING.from, 'the key aaaaaaaa'],
      ['target', BEGINNING.to, 'the key bbbbbbbb'],
    ] as const) {
      const listed = (of: 'issuer' | 'target', key: string) =>
        Object.assign(Object.create(world[of]), { list: async () => ({ ...(await world[of].list()), key }) });
      const known = { issuer: listed('issuer', `${'a'.repeat(32)}${'e'.repeat(32)}`) };
      await expect(world.resume({ ...known, [side]: listed(side, 'c'.repeat(64)) })).rejects.toMatchObject({
        code: 'PEER_UNEXPECTED',
        details: {
          address,
          found: 'the key cccccccc',
          expected,
          stands: 'The move stays unfinished as it was.',
          more: '',
        },
      });
    }
    expect(await world.unfinished()).toHaveLength(1);
  });
});

describe('the unfinished moves', () => {
  it('leave out what another program finishes while they are read', async () => {
    const world = new NotedWorld();
    await world.beginCutOff();
    const { store, notebook } = world;
    const over = (loads: number) => {
      let left = loads;
      return { ids: () => store.ids(), load: async (id: string) => (left-- > 0 ? store.load(id) : undefined) };
    };
    for (const loads of [0, 1]) {
      const seen = Object.assign(Object.create(store), over(loads));
      const empty = { load: async () => undefined, save: notebook.save, delete: notebook.delete };
      expect(await unfinishedMoves(seen, empty)).toEqual([]);
    }
  });

  it('are told in the order of their ids', async () => {
    const { store, notebook } = new NotedWorld();
    for (const id of ['move-c', 'move-a', 'move-b']) await store.save(id, { machine: 'x', version: 1, snapshot: {} });
    const found = await unfinishedMoves(store, notebook);
    expect(found.map(({ id }) => id)).toEqual(['move-a', 'move-b', 'move-c']);
  });

  it('are none where only a note was left', async () => {
    const world = new NotedWorld();
    await world.beginCutOff();
    await world.store.delete(SNAPSHOT_ID);
    expect(await unfinishedMove(world.store, world.notebook, SNAPSHOT_ID)).toBeUndefined();
  });

  it('are never made of a defect', async () => {
    const world = new NotedWorld();
    await world.beginCutOff();
    const broken = { load: fail, save: fail, delete: fail };
    await expect(unfinishedMoves(world.store, broken)).rejects.toThrow('broken');
    await expect(world.run(FIVE, { notes: { ...world.notes, notebook: broken } })).rejects.toThrow();
  });
});

const fail = async () => Promise.reject(new Error('broken'));
