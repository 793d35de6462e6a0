import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';

const DEVICE = '130-2459324738';
const WRITE_OFF = `ferry central write-off DIR --from 3-1234567 --target ${DEVICE} --through 2 --firm 6000010 --dry-run`;

describe('ferry status of what is not delivered', () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => {
    await loaded.setUp();
    await loaded.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', loaded.item(1));
    fs.cpSync(path.join(loaded.folder, 'device'), path.join(loaded.folder, 'backup'), { recursive: true });
    await loaded.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'c.ferry-context');
    const order = ['--context', 'c.ferry-context', '--item', loaded.item(2)];
    await loaded.must('issue', 'sim:dongle', ...order, '-o', 'folder:sent');
  });
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  const status = async (...asked: readonly string[]) => ({
    text: await world.must('status', ...asked),
    ...(await world.json('status', ...asked)),
  });

  it('says of what the target refused that it was refused and why, and what brings it home', async () => {
    await world.must('central', 'revoke', 'vendor', '3-1234567');
    await world.must('central', 'issue', 'vendor', '--to', 'sim:device', '-o', 'list.ferry-update');
    await world.must('apply', 'sim:device', 'list.ferry-update', '-o', 'list.ferry-context');
    expect((await world.run('apply', 'sim:device', 'folder:sent', '-o', 'folder:back')).exit).toBe(3);
    const before = await world.must('list', 'sim:device');
    const { text, transit, next } = await status('sim:dongle', 'sim:device');
    expect(text).toContain('refused, waits for the receipt');
    expect(text).toContain('The vendor refuses what the sender passes on');
    expect(text).not.toContain('arrived');
    expect(text).toContain(`# brings home the receipt of ${DEVICE}`);
    expect(transit[0].entries).toMatchObject([
      { arrived: false, standing: 'refused', reason: 321, code: 'SENDER_REVOKED' },
    ]);
    expect(await world.must('list', 'sim:device')).toBe(before);
    await world.run(...next[0].command.split(' ').slice(1));
    expect(await world.seats('dongle')).toEqual({ held: 4, pending: 0 });
  });

  it('says of a grant that its target took in that it was applied or refused, since only its receipt tells which', async () => {
    await world.must(
      'central',
      'issue',
      'vendor',
      '--to',
      'sim:device',
      '--item',
      world.item(1),
      '-o',
      'granted.ferry-update',
    );
    await world.must('apply', 'sim:device', 'granted.ferry-update', '-o', 'taken.ferry-context');
    const { text, transit } = await status('central:vendor', 'sim:device');
    expect(text).toContain('applied or refused, waits for the receipt');
    expect(transit[0].entries).toMatchObject([{ arrived: null, standing: 'decided' }]);
  });

  it('names the write-off for a target that was not asked, for when it is lost for good', async () => {
    const { text, transit } = await status('sim:dongle');
    expect(text).toContain(`Where ${DEVICE} is lost for good, its vendor writes off what is in transit to it:`);
    expect(text).toContain(`  ${WRITE_OFF}\n`);
    expect(transit[0].writeOff).toEqual([WRITE_OFF]);
    const here = await status('sim:dongle', 'central:vendor');
    expect(here.transit[0].writeOff).toEqual([WRITE_OFF.replace('DIR --from 3-1234567', 'vendor --from sim:dongle')]);
    expect((await status('sim:dongle', 'sim:device')).transit[0].writeOff).toEqual([]);
  });

  it('names nothing but the write-off for a target that is used as it was set back, and first what unlocks a locked one', async () => {
    await world.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2));
    fs.rmSync(path.join(world.folder, 'device'), { recursive: true });
    fs.renameSync(path.join(world.folder, 'backup'), path.join(world.folder, 'device'));
    await world.must(
      'issue',
      'sim:dongle',
      '--context',
      'c.ferry-context',
      '--item',
      world.item(1),
      '-o',
      'folder:sent',
    );
    const locked = await status('sim:dongle', 'sim:device');
    const through = WRITE_OFF.replace('--through 2', '--through 3');
    expect([locked.next, locked.transit[0].writeOff]).toEqual([[], [through]]);
    expect(locked.text).toContain(`${DEVICE} is locked and takes nothing. Where its latest state cannot be put back,`);
    await world.must('context', 'sim:device', '--for', 'central:vendor', '-o', 'locked.ferry-context');
    await world.must('central', 'accept', 'vendor', 'locked.ferry-context', '-o', 'accepted.ferry-update');
    await world.must('apply', 'sim:device', 'accepted.ferry-update', '-o', 'receipt.ferry-context');
    const retired = await status('sim:dongle', 'sim:device');
    expect([retired.next, retired.transit[0].writeOff]).toEqual([[], [through]]);
    expect(retired.text).toContain(`${DEVICE} was set back and takes nothing any more: its vendor writes off what is`);
    await world.must('context', 'sim:dongle', '--for', 'central:vendor', '-o', 'dongle.ferry-context');
    await world.must('settle', 'central:vendor', 'dongle.ferry-context');
    const typed = through.replace(' DIR ', ' vendor ').replace(' --dry-run', '').split(' ').slice(1);
    await world.must(...typed, '-o', 'off.ferry-update');
    await world.must('apply', 'sim:dongle', 'off.ferry-update', '-o', 'off.ferry-context');
    const done = await status('sim:dongle', 'sim:device');
    expect([done.next, done.transit[0].writeOff]).toEqual([[], []]);
    expect(done.text).toContain('There is nothing to do about what was written off.');
  });
});
