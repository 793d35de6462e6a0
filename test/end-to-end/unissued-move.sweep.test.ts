import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { moveStores } from '../../host/cli/move-places.adapter.ts';
import { FerryHere } from './ferry-here.ts';
import { interrupt, keptIn, spoil, stateOf } from './interrupted-move.ts';

const loaded = new FerryHere();
let world: FerryHere;
beforeAll(async () => await loaded.setUp());
afterAll(() => loaded.remove());
beforeEach(() => {
  world = loaded.copy();
});
afterEach(() => world.remove());

async function expectSeats(dongle: number, device: number): Promise<void> {
  expect([await world.seats('dongle'), await world.seats('device')]).toEqual([
    { held: dongle, pending: 0 },
    { held: device, pending: 0 },
  ]);
}

describe('ferry move', () => {
  const order = (seats: number) => ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(seats)];

  it('takes the place of an unfinished one that has issued nothing, says so, and foresees it', async () => {
    await interrupt(world, 'context');
    const dry = await world.must(...order(1), '--dry-run');
    expect(dry).toContain('An unfinished move of 6000010:1001x2 has issued nothing; this order takes its place.');
    expect(dry).toMatch(/ 5 +4 +0 +1\n/);
    expect(await world.json(...order(1), '--dry-run')).toMatchObject({
      unfinished: { step: 'planned', isReplaced: true },
    });
    const { exit, stderr, stdout } = await world.run(...order(1));
    expect([exit, stdout]).toEqual([0, expect.stringContaining('1 seat of 6000010:1001 moved, 1 entry.')]);
    expect(stderr).toContain('An unfinished move of 6000010:1001x2 had issued nothing; this order takes its place.');
    await expectSeats(4, 1);
    expect(keptIn(world)).toEqual({});
  });

  it('finishes first what its issuer shows to be issued, though the answer was lost and only a plan is kept', async () => {
    await interrupt(world, 'issue');
    expect((await world.json('status')).unfinished).toMatchObject([{ step: 'planned', standing: 'open' }]);
    expect(await world.must(...order(1), '--dry-run')).toMatch(/ 3 +2 +2 +0 +3\n/);
    expect((await world.run(...order(1))).stderr).toContain('another order is finished first');
    await expectSeats(2, 3);
  });
});

describe('ferry resume --forget', () => {
  it.each(['context', 'apply'] as const)(
    'forgets a move cut off at %s without reaching anybody, and moves nothing',
    async (step) => {
      await interrupt(world, step);
      for (const name of ['dongle', 'device'])
        fs.renameSync(path.join(world.folder, name), path.join(world.folder, `${name}-away`));
      const { id } = (await world.json('status')).unfinished[0];
      const said = await world.must('resume', id, '--forget');
      expect(said).toContain(`Forgotten: ${id}.`);
      expect(said).toContain(`ferry status sim:${path.join(world.folder, 'dongle')}`);
      expect(keptIn(world)).toEqual({});
      expect((await world.json('status')).unfinished).toEqual([]);
      for (const name of ['dongle', 'device'])
        fs.renameSync(path.join(world.folder, `${name}-away`), path.join(world.folder, name));
      expect(await world.seats('dongle')).toEqual(
        step === 'context' ? { held: 5, pending: 0 } : { held: 3, pending: 2 },
      );
    },
  );

  it('forgets what cannot be read, too', async () => {
    await interrupt(world, 'apply');
    spoil(world, '.json', '{');
    spoil(world, '.note', '{');
    const { id } = (await world.json('status')).unfinished[0];
    expect(await world.json('resume', id, '--forget')).toEqual({ moves: [{ id, state: 'forgotten' }] });
    expect(keptIn(world)).toEqual({});
  });

  it('needs the move to be named, and leaves one alone that another program makes', async () => {
    await interrupt(world, 'apply');
    const { id } = (await world.json('status')).unfinished[0];
    for (const wrong of [['--forget'], ['--all', '--forget'], [id, '--forget', '--to', 'sim:other']])
      expect(await world.run('resume', ...wrong)).toMatchObject({ exit: 2 });
    const [name = ''] = fs.readdirSync(path.join(stateOf(world), 'moves')).filter((file) => file.endsWith('.note'));
    const claim = moveStores(stateOf(world)).claim(path.basename(name, '.note'));
    const { exit, stderr } = await world.run('resume', id, '--forget');
    claim.release();
    expect([exit, stderr]).toEqual([5, expect.stringContaining('MOVE_UNDER_WAY')]);
    expect(keptIn(world)).not.toEqual({});
  });

  it('is what ferry status offers of a move that has issued nothing', async () => {
    await interrupt(world, 'context');
    const { unfinished } = await world.json('status');
    expect(unfinished).toMatchObject([{ standing: 'unissued' }]);
    const said = await world.must('status');
    expect(said).toContain('Nothing of it was issued.');
    expect(said).toContain(
      `\nWhere ${unfinished[0].id} is not wanted any more: ferry resume ${unfinished[0].id} --forget\n`,
    );
    await interrupt(world, 'apply', 'other');
    expect((await world.must('status')).match(/--forget/g)).toHaveLength(1);
  });
});

describe('an unfinished move whose note cannot be read', () => {
  it('is finished by both its addresses, which ferry status says, as far as it knows them', async () => {
    await interrupt(world, 'apply');
    spoil(world, '.note', '{');
    const { id } = (await world.json('status', 'sim:dongle')).unfinished[0];
    fs.renameSync(path.join(world.folder, 'device'), path.join(world.folder, 'state', 'device'));
    expect(await world.must('status')).toContain(
      `Once it is known where its two sides are: ferry resume ${id} --from sim:dongle --to NEW-ADDRESS`,
    );
    expect(await world.run('resume', id)).toMatchObject({ exit: 3, stderr: expect.stringContaining('NOTE_WRONG') });
    fs.renameSync(path.join(world.folder, 'state', 'device'), path.join(world.folder, 'device'));
    await world.must('resume', id, '--from', 'sim:dongle', '--to', 'sim:device');
    expect(await world.seats('dongle')).toEqual({ held: 3, pending: 0 });
    expect(keptIn(world)).toEqual({});
  });

  it('and whose snapshot cannot either, is forgotten by what ferry status says', async () => {
    await interrupt(world, 'context');
    for (const suffix of ['.note', '.json']) spoil(world, suffix, '{');
    for (const name of ['device', 'dongle'])
      fs.renameSync(path.join(world.folder, name), path.join(world.folder, 'state', name));
    const [, command = ''] = /is forgotten by: ferry (resume \S+ --forget)/.exec(await world.must('status')) ?? [];
    await world.must(...command.split(' '));
    expect(keptIn(world)).toEqual({});
  });
});
