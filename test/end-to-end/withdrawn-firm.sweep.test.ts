import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';

describe('a firm whose key the root has withdrawn', () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  let key: string;
  beforeAll(async () => {
    await loaded.setUp();
    await loaded.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', loaded.item(1));
    await loaded.must(
      'central',
      'issue',
      'vendor',
      '--to',
      'sim:device',
      '--item',
      loaded.item(2),
      '-o',
      'folder:lost',
    );
    const [{ firms }] = (await loaded.json('list', 'sim:dongle')).containers;
    key = firms[0].key;
    const put = await loaded.run('central', 'revoke', 'vendor', key, '--root');
    expect(put.stderr).toContain('That is the key of firm 6000010 here, which signs nothing any more');
  });
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  const refused = { exit: 3, stderr: expect.stringContaining('[FIRM_WITHDRAWN]') };

  it('is refused by every command that would grant, deliver or change something, which names a new License Central', async () => {
    const to = ['--to', '130-2459324738'];
    await world.must('context', 'sim:device', '--for', 'central:vendor', '-o', 'to.ferry-context');
    for (const command of [
      ['central', 'issue', 'vendor', ...to, '--item', world.item(1)],
      ['central', 'unblock', 'vendor', ...to],
      ['central', 'revoke', 'vendor', '3-1234567'],
      ['issue', 'central:vendor', ...to],
      ['issue', 'central:vendor', '--context', 'to.ferry-context', '--item', world.item(1)],
      ['issue', 'central:vendor', '--context', 'to.ferry-context', '--all'],
      ['move', '--from', 'central:vendor', '--to', 'sim:device', '--all'],
      ['move', '--from', 'central:vendor', '--to', 'sim:device', '--all', '--dry-run'],
    ])
      expect(await world.run(...command), command.join(' ')).toMatchObject(refused);
    const { stderr } = await world.run('central', 'issue', 'vendor', ...to, '--item', world.item(1));
    expect(stderr).toContain('Grant from a new License Central of this Firm Code');
    expect((await world.seats('device')).held).toBe(1);
  });

  it('is marked in the list of its License Central, and what it has in transit is said to be delivered no more', async () => {
    expect(await world.must('list', 'central:vendor')).toMatch(
      /Firm Item 6000010 .*\n +The root has withdrawn its key/,
    );
    const asked = ['central:vendor', 'sim:device'];
    const status = await world.must('status', ...asked);
    expect(status).toContain('The root has withdrawn the key of firm 6000010: what is in transit from it is not');
    expect([status.includes('ferry move'), (await world.json('status', ...asked)).next]).toEqual([false, []]);
  });

  it('signs again once its key is lifted, by a list that others have to bring', async () => {
    const { stderr } = await world.run('central', 'revoke', 'vendor', key, '--root', '--lift');
    expect(stderr).toContain('from files of others');
    await world.must('move', '--from', 'central:vendor', '--to', 'sim:device', '--all');
    expect((await world.seats('device')).held).toBe(3);
  });

  it('still brings the list of the root, by a file that is refused, and that is said on both sides', async () => {
    const written = await world.run('central', 'issue', 'vendor', '--to', '130-2459324738', '-o', 'list.ferry-update');
    expect(written).toMatchObject({ exit: 0, stdout: expect.stringContaining('no licenses, the list of the root.') });
    expect(written.stderr).toContain('The root has withdrawn the key of firm 6000010');
    const applied = await world.run('apply', 'sim:device', 'list.ferry-update');
    expect(applied).toMatchObject({ exit: 4, stderr: expect.stringContaining('[CERTIFICATE_REVOKED]') });
    expect(applied.stderr).not.toContain('Nothing was changed');
    expect(applied.stderr).toContain('that list was taken');
    const back = await world.run('move', '--from', 'sim:device', '--to', 'sim:dongle', '--all');
    expect(back).toMatchObject({ exit: 3, stdout: expect.stringContaining('or the root has withdrawn the key') });
    expect(back.stdout).toContain('[GRANT_WRONG]');
    expect((await world.seats('device')).held).toBe(1);
  });
});
