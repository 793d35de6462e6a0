import { describe, expect, it } from 'vitest';
import { Defect, FerryError } from '../../../container/errors.ts';
import type { MoveNotebook, MoveNoteRecord } from '../../../state-machines/index.ts';
import { heldItem } from '../fake-parties.ts';
import { portOf, SNAPSHOT_ID } from '../move-world.ts';
import { BEGINNING, FIVE, NotedWorld, unreachable } from './noted-world.ts';

describe('what is noted of an unfinished move', () => {
  const FAILURE = { code: 'NO_CONTAINER', details: {} };
  const noted = { version: 1, note: { ...BEGINNING, begunAt: 1, lastFailure: null } };

  it.each<[string, unknown, string]>([
    ['is missing', undefined, 'none was kept'],
    ['is no record', 'sim:', 'it is damaged'],
    ['is of a newer program', { ...noted, version: 2 }, 'it has version 2; this program reads version 1'],
    ['has no address', { version: 1, note: { ...noted.note, from: '' } }, 'its field from does not fit'],
    ['has another shape', { version: 1, note: 7 }, 'its field note does not fit'],
    [
      'has an address that is too long',
      { version: 1, note: { ...noted.note, to: 'x'.repeat(4097) } },
      'its field to does not fit',
    ],
    [
      'has a Firm Code of too many digits',
      { version: 1, note: { ...noted.note, firm: '12345678901' } },
      'its field firm does not fit',
    ],
    [
      'has a Firm Code that begins with a letter',
      { version: 1, note: { ...noted.note, firm: 'x10' } },
      'its field firm does not fit',
    ],
    [
      'has a Firm Code that ends with a letter',
      { version: 1, note: { ...noted.note, firm: '10x' } },
      'its field firm does not fit',
    ],
    [
      'was begun before there was any time',
      { version: 1, note: { ...noted.note, begunAt: -1 } },
      'its field begunAt does not fit',
    ],
    [
      'was begun between two seconds',
      { version: 1, note: { ...noted.note, begunAt: 0.5 } },
      'its field begunAt does not fit',
    ],
    [
      'failed at no time',
      { version: 1, note: { ...noted.note, lastFailure: FAILURE } },
      'its field lastFailure.at does not fit',
    ],
  ])('and %s is told by name, and the same order still finishes the move', async (_, record, why) => {
    const world = new NotedWorld();
    await world.beginCutOff();
    await world.notebook.delete(SNAPSHOT_ID);
    if (record !== undefined) await world.notebook.save(SNAPSHOT_ID, record as MoveNoteRecord);
    expect(await world.unfinished()).toMatchObject([
      { note: null, work: { step: 'issued' }, failure: { code: 'NOTE_WRONG', details: { id: SNAPSHOT_ID, why } } },
    ]);
    expect(await world.begin()).toMatchObject({ state: 'moved', resumed: true });
    expect(await world.notebook.ids()).toEqual([]);
  });

  it('is read with the longest address, a Firm Code, and how its last run failed', async () => {
    const world = new NotedWorld();
    await world.beginCutOff();
    for (const firm of ['7', '6000010', '4294967295']) {
      const lastFailure = { code: 'NO_CONTAINER', details: { where: 'sim:x' }, at: 0 } as const;
      const note = { ...BEGINNING, to: 'x'.repeat(4096), firm, begunAt: 0, lastFailure };
      await world.notebook.save(SNAPSHOT_ID, { version: 1, note });
      expect(await world.unfinished()).toMatchObject([{ note, failure: null }]);
    }
  });

  it('stays when the snapshot beside it cannot be used, and both are told', async () => {
    const world = new NotedWorld();
    await world.beginCutOff();
    await world.store.save(SNAPSHOT_ID, { machine: 'licenseMove', version: 999, snapshot: {} });
    expect(await world.unfinished()).toMatchObject([
      { note: BEGINNING, work: null, failure: { code: 'SNAPSHOT_WRONG' } },
    ]);
    await expect(world.resume()).rejects.toMatchObject({ code: 'SNAPSHOT_WRONG' });
  });

  it('is not needed: a move whose failure cannot be noted is interrupted all the same', async () => {
    const world = new NotedWorld();
    let writes = 0;
    const full: MoveNotebook = {
      load: (id) => world.notebook.load(id),
      save: async (id, record) => {
        writes += 1;
        if (writes > 1) throw new FerryError('STORE_WRITE_FAILED', { where: 'state', why: 'full' });
        await world.notebook.save(id, record);
      },
      delete: (id) => world.notebook.delete(id),
    };
    const target = Object.assign(Object.create(world.target), { apply: unreachable });
    expect(await world.run(FIVE, { notes: { ...world.notes, notebook: full }, target })).toMatchObject({
      state: 'interrupted',
      failure: { code: 'NO_CONTAINER' },
    });
    expect((await world.unfinished())[0]?.note).toMatchObject({ lastFailure: null });
  });

  it('goes with a move that is planned anew, too', async () => {
    const world = new NotedWorld();
    let plans = 0;
    const issue = async () => {
      plans += 1;
      if (plans > 1) return unreachable();
      world.issuer.holdings = [heldItem(7, 6)];
      throw new FerryError('NOT_HELD', { here: '3-1', item: '10:1001' });
    };
    const issuer = { ...portOf(world.issuer), issue };
    expect(await world.run(FIVE, { notes: world.notes, issuer })).toMatchObject({ state: 'interrupted' });
    expect(world.told).toContainEqual(expect.objectContaining({ kind: 'overtaken' }));
    expect(await world.unfinished()).toMatchObject([{ note: BEGINNING, failure: null }]);
  });

  it('means nothing without a snapshot: it tells no other move when it was begun, and goes with what is interrupted', async () => {
    const stale = { version: 1, note: { ...BEGINNING, begunAt: 1, lastFailure: null } };
    const world = new NotedWorld();
    await world.notebook.save(SNAPSHOT_ID, stale);
    await world.beginCutOff();
    expect(await world.unfinished()).toMatchObject([{ note: { begunAt: 100 } }]);
    const early = new NotedWorld();
    await early.notebook.save(SNAPSHOT_ID, stale);
    const issuer = { ...portOf(early.issuer), certificate: unreachable };
    expect(await early.run(FIVE, { notes: early.notes, issuer })).toMatchObject({ state: 'interrupted' });
    expect(await early.notebook.ids()).toEqual([]);
  });

  it('by a newer program meanwhile is not written over', async () => {
    const world = new NotedWorld();
    const newer = { version: 2, note: 'written otherwise' } as never;
    const apply = async () => {
      await world.notebook.save(SNAPSHOT_ID, newer);
      return unreachable();
    };
    const target = Object.assign(Object.create(world.target), { apply });
    expect(await world.run(FIVE, { notes: world.notes, target })).toMatchObject({ state: 'interrupted' });
    expect(await world.notebook.load(SNAPSHOT_ID)).toEqual(newer);
  });

  it.each(['when the move goes on', 'when it is interrupted'])(
    'and meets a defect %s ends the run with it',
    async (at) => {
      const world = new NotedWorld();
      await world.beginCutOff();
      let loads = 0;
      const load = async (id: string) => {
        loads += 1;
        if (loads === (at === 'when the move goes on' ? 1 : 2)) throw new Defect('broken');
        return world.notebook.load(id);
      };
      const notebook: MoveNotebook = {
        load,
        save: (id, record) => world.notebook.save(id, record),
        delete: (id) => world.notebook.delete(id),
      };
      const target = Object.assign(Object.create(world.target), { apply: unreachable });
      await expect(world.run(FIVE, { notes: { ...world.notes, notebook }, target })).rejects.toThrow('broken');
    },
  );

  it('and cannot be written for a defect ends the run with it', async () => {
    const world = new NotedWorld();
    const failed = async (_: string, { note }: MoveNoteRecord) => {
      if (note.lastFailure !== null) throw new Defect('broken');
    };
    const load = async () => ({ version: 1, note: { ...BEGINNING, begunAt: 1, lastFailure: null } });
    const notebook: MoveNotebook = { load, save: failed, delete: async () => {} };
    const target = Object.assign(Object.create(world.target), { apply: unreachable });
    await expect(world.run(FIVE, { notes: { ...world.notes, notebook }, target })).rejects.toThrow('broken');
  });
});
