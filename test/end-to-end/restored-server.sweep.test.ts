import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';

describe('a License Central whose folder was restored from a backup', () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => await loaded.setUp());
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
    fs.cpSync(at('vendor'), at('backup'), { recursive: true });
  });
  afterEach(() => world.remove());

  const at = (name: string): string => path.join(world.folder, name);
  const grant = (seats: number) =>
    world.must(
      'central',
      'issue',
      'vendor',
      '--to',
      '3-1234567',
      '--item',
      `6000010:1002x${seats}`,
      '-o',
      'folder:new',
    );
  const deliver = () => world.must('move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all');
  const restore = (): void => {
    fs.rmSync(at('vendor'), { recursive: true });
    fs.cpSync(at('backup'), at('vendor'), { recursive: true });
  };
  const tell = async (): Promise<string> => {
    await world.must('context', 'sim:dongle', '--for', 'central:vendor', '-o', 'told.ferry-context');
    return world.must('settle', 'central:vendor', 'told.ferry-context');
  };
  const central = async () => (await world.json('list', 'central:vendor')).centrals[0];

  it('gives nothing that it forgot twice, and goes on after a context of the container', async () => {
    await grant(2);
    await deliver();
    restore();
    expect(await world.must('central', 'restored', 'vendor')).toContain('Firm 6000010 goes on');
    const early = ['central', 'issue', 'vendor', '--to', '3-1234567', '--item', '6000010:1003'];
    expect(await world.run(...early)).toMatchObject({ exit: 3, stderr: expect.stringContaining('EPOCH_NEEDED') });
    expect(await tell()).toContain('begins anew behind this, in epoch 1');
    const { unknown } = await central();
    expect(unknown).toMatchObject([{ firmCode: 6000010, places: [{ serial: '3-1234567', quantity: 2 }] }]);
    expect(await world.must('list', 'central:vendor')).toMatch(/was granted and forgotten: 2 in 3-1234567/);
    await grant(4);
    await deliver();
    expect((await world.seats('dongle')).held).toBe(5 + 2 + 4);
  });

  it('is found out by a context, stops, and goes on once the vendor says so', async () => {
    await grant(2);
    await deliver();
    restore();
    await world.must('context', 'sim:dongle', '--for', 'central:vendor', '-o', 'told.ferry-context');
    const proof = await world.run('settle', 'central:vendor', 'told.ferry-context');
    expect(proof.stderr).toContain('[CENTRAL_ROLLED_BACK]');
    expect(proof.stderr).toContain('`ferry central restored DIR --firm 6000010`');
    expect(proof.stderr).toContain('nothing is wrong with 3-1234567');
    expect(proof.stderr).not.toContain('ferry history');
    await world.must('central', 'restored', 'vendor', '--firm', '6000010');
    await tell();
    await grant(4);
    await deliver();
    expect((await world.seats('dongle')).held).toBe(5 + 2 + 4);
  });

  it('says of what had arrived before the loss that only the receipt was missing, and not that it moved', async () => {
    await grant(3);
    fs.cpSync(at('vendor'), at('backup'), { recursive: true });
    await deliver();
    restore();
    await world.must('central', 'restored', 'vendor');
    const said = await deliver();
    expect(said).toContain('3 seats of 6000010:1002, 1 entry, which had arrived before: only the receipt was missing.');
    expect(said).not.toContain('moved');
    expect((await world.seats('dongle')).held).toBe(5 + 3);
  });

  it('says in status and after a move what its vendor has to say first, and of nothing that it arrived', async () => {
    await grant(2);
    await deliver();
    restore();
    await grant(4);
    const moved = await world.run('move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all');
    expect(moved).toMatchObject({ exit: 6, stderr: expect.stringContaining('LEFT_WITH_RESTORED') });
    expect(moved.stderr).toContain('say so: `ferry central restored vendor`');
    const status = await world.must('status', 'central:vendor', 'sim:dongle');
    expect(status).toContain('on its way, as far as is known');
    expect(status).not.toContain('arrived');
    expect(status).toContain('ferry central restored vendor --firm 6000010');
    await world.must('central', 'restored', 'vendor');
    expect(await world.must('central', 'revoked', 'vendor')).toContain('No list is known here since the restoring.');
  });

  it('is named by a container that finds it out with what its vendor says then', async () => {
    await grant(2);
    await deliver();
    restore();
    const issue = ['central', 'issue', 'vendor', '--to', '3-1234567', '--item', world.item(1)];
    await world.must(...issue, '-o', 'other.ferry-update');
    const { exit, stderr } = await world.run('apply', 'sim:dongle', 'other.ferry-update');
    expect([exit, stderr]).toEqual([3, expect.stringContaining('firm 6000010 was set back')]);
    expect(stderr).toContain('the server of a vendor goes on after `ferry central restored`');
  });

  it('names the firm in what is to be typed after the restoring, where there are several', async () => {
    await world.must('central', 'init', 'two', '--firm', '6000010:One', '--firm', '6000011:Other');
    const { stderr } = await world.run('central', 'restored', 'two', '--firm', '6000010');
    expect(stderr).toContain('ferry context ADDRESS --for central:two --firm 6000010');
  });

  it('says of a grant that was in transit at the backup that it is unsure, as long as no container shows it', async () => {
    await grant(3);
    fs.cpSync(at('vendor'), at('backup'), { recursive: true });
    await world.must('cancel', 'central:vendor', '--to', '3-1234567', '-o', 'folder:cancelled');
    await grant(1);
    expect((await world.run('move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all')).exit).toBe(6);
    restore();
    await world.must('central', 'restored', 'vendor');
    expect(await tell()).toContain('Sequence 2 was applied or refused before the server was restored');
    expect((await central()).ledger).toMatchObject([{ status: 'active' }, { status: 'unsure', held: 0 }]);
    expect(await world.must('list', 'central:vendor')).toContain(
      '3-1234567 applied or refused it before the restoring',
    );
  });

  it('delivers what was in transit at the backup by a move, which brings the context itself', async () => {
    await grant(3);
    fs.cpSync(at('vendor'), at('backup'), { recursive: true });
    restore();
    await world.must('central', 'restored', 'vendor');
    await deliver();
    expect((await world.seats('dongle')).held).toBe(5 + 3);
    expect((await central()).ledger).toMatchObject([{ status: 'active' }, { status: 'active' }]);
  });
});
