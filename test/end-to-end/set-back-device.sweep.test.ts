import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';

describe('a device whose files were put back from a backup, but not its anchor,', () => {
  let world: FerryHere;
  beforeEach(async () => {
    world = new FerryHere();
    await world.setUp();
    await world.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2));
    const files = path.join(world.folder, 'device');
    fs.cpSync(files, path.join(world.folder, 'backup'), { recursive: true });
    await world.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(1));
    fs.rmSync(files, { recursive: true });
    fs.renameSync(path.join(world.folder, 'backup'), files);
  });
  afterEach(() => world.remove());

  const use = () => world.run('use', 'sim:device', world.item(1).replace('x1', ''));
  const context = () => world.must('context', 'sim:device', '--for', 'central:vendor', '-o', 'locked.ferry-context');

  it('is locked until its vendor accepts its state, and then is used as it is', async () => {
    expect(await use()).toMatchObject({ exit: 3, stderr: expect.stringContaining('CONTAINER_LOCKED') });
    expect(await world.must('list', 'sim:device')).toContain('Locked are the licenses of: firm 6000010');
    const made = await world.run('context', 'sim:device', '--for', 'central:vendor', '-o', 'locked.ferry-context');
    expect(made.stderr).toContain('their vendor decides: ferry central accept DIR locked.ferry-context -o PLACE');
    expect(await world.must('settle', 'central:vendor', 'locked.ferry-context')).toContain(
      'may be used as they are after: ferry central accept vendor locked.ferry-context -o PLACE',
    );
    await world.must('central', 'accept', 'vendor', 'locked.ferry-context', '-o', 'accepted.ferry-update');
    const said = await world.must('apply', 'sim:device', 'accepted.ferry-update', '-o', 'receipt.ferry-context');
    expect(said).toContain("A vendor's word that its licenses may be used as they are here was taken.");
    expect((await use()).exit).toBe(0);
    await world.must('settle', 'central:vendor', 'receipt.ferry-context');
    const more = ['central', 'issue', 'vendor', '--to', 'sim:device', '--item', world.item(1)];
    expect((await world.run(...more)).stderr).toContain('or was set back and is used as it is. [TARGET_LOCKED]');
    const listed = await world.must('list', 'sim:device');
    expect(listed).toContain('Set back, and used as it is: it takes nothing and gives nothing on any more.');
    expect(listed).not.toContain('Locked');
  });

  it('is unlocked by the word of its vendor in a folder into which lists were written after it', async () => {
    await context();
    await world.must('central', 'revoke', 'vendor', '3-1234567');
    for (const _ of ['once', 'again']) {
      await world.must('central', 'accept', 'vendor', 'locked.ferry-context', '-o', 'folder:stick');
      await world.must('central', 'issue', 'vendor', '--to', '130-2459324738', '-o', 'folder:stick');
    }
    expect(fs.readdirSync(path.join(world.folder, 'stick')).sort()).toEqual([
      expect.stringMatching(/^firm-6000010-for-130-2459324738-accepted-[0-9a-f]{8}\.ferry-update$/),
      'firm-6000010-for-130-2459324738-none.ferry-update',
    ]);
    const { stdout } = await world.run('apply', 'sim:device', 'folder:stick');
    expect(stdout).toContain("A vendor's word that its licenses may be used as they are here was taken.");
    expect((await use()).exit).toBe(0);
  });

  it('gets nothing more, and gives nothing back', async () => {
    await context();
    await world.must('central', 'accept', 'vendor', 'locked.ferry-context', '-o', 'accepted.ferry-update');
    await world.must('apply', 'sim:device', 'accepted.ferry-update', '-o', 'receipt.ferry-context');
    const back = await world.run('move', '--from', 'sim:device', '--to', 'sim:dongle', '--all');
    expect(back).toMatchObject({ exit: 3, stderr: expect.stringContaining('KEY_RETIRED') });
    const more = await world.run('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(1));
    expect(more.exit).toBe(3);
    expect(await world.seats('dongle')).toEqual({ held: 2, pending: 0 });
  });

  it('is accepted by a word that says what is accepted with it, of which the ledger shows what is there twice', async () => {
    await context();
    const meant = await world.must('central', 'accept', 'vendor', 'locked.ferry-context', '--dry-run');
    expect(meant).toContain('Nothing was done. It would mean:');
    expect(meant).toContain(`  2 of ${world.item(2).replace('x2', '')}`);
    const said = await world.must('central', 'accept', 'vendor', 'locked.ferry-context', '-o', 'ok.ferry-update');
    expect(said).toContain(`  2 of ${world.item(2).replace('x2', '')}`);
    await world.must('apply', 'sim:device', 'ok.ferry-update', '-o', 'receipt.ferry-context');
    await world.must('settle', 'central:vendor', 'receipt.ferry-context');
    await world.must('context', 'sim:dongle', '--for', 'central:vendor', '-o', 'dongle.ferry-context');
    await world.must('settle', 'central:vendor', 'dongle.ferry-context');
    const listed = await world.must('list', 'central:vendor');
    expect(listed).toContain('it was set back, and its state was accepted');
    expect(listed).toContain('2 in 130-2459324738');
  });

  it('is not accepted by a context of before, which tells of no lock', async () => {
    await world.must('context', 'sim:dongle', '--for', 'central:vendor', '-o', 'open.ferry-context');
    const refused = await world.run('central', 'accept', 'vendor', 'open.ferry-context', '-o', 'no.ferry-update');
    expect(refused).toMatchObject({ exit: 3, stderr: expect.stringContaining('NOT_LOCKED') });
    expect(fs.existsSync(path.join(world.folder, 'no.ferry-update'))).toBe(false);
  });

  it('is said to be locked by ferry status, with what its vendors need', async () => {
    const said = await world.must('status', 'sim:device');
    expect(said).toContain('sim:device: Locked: its state does not match its anchor.');
    expect(said).toContain('ferry context sim:device --for 6000010 -o FILE, then ferry central accept');
    expect((await world.json('status', 'sim:device')).asked).toMatchObject([{ locked: true, lockedFirms: [6000010] }]);
  });

  it('needs no further word once its vendor has given it, and its receipt asks for none', async () => {
    await context();
    await world.must('central', 'accept', 'vendor', 'locked.ferry-context', '-o', 'accepted.ferry-update');
    await world.must('apply', 'sim:device', 'accepted.ferry-update', '-o', 'receipt.ferry-context');
    const said = await world.must('settle', 'central:vendor', 'receipt.ferry-context');
    expect(said).toContain('130-2459324738 was set back, and is used as it is');
    expect(said).not.toContain('ferry central accept');
    expect(await world.must('status', 'sim:device')).toContain('sim:device: Set back, and used as it is');
  });
});

describe('a device whose anchor is gone', () => {
  let world: FerryHere;
  const anchor = (folder: string): string => path.join(world.folder, folder, 'anchor.bin');
  beforeEach(async () => {
    world = new FerryHere();
    await world.setUp();
    await world.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2));
    fs.cpSync(path.join(world.folder, 'device-anchor'), path.join(world.folder, 'backup'), { recursive: true });
    await world.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(1));
    await world.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(1));
  });
  afterEach(() => world.remove());

  it.each(['missing', 'damaged'])('does not open where it is %s, and it is said what brings it back', async (how) => {
    if (how === 'missing') fs.rmSync(anchor('device-anchor'));
    else fs.writeFileSync(anchor('device-anchor'), 'nothing');
    for (const work of [['list'], ['context', '--for', 'central:vendor']]) {
      const { exit, stderr } = await world.run(work[0] ?? '', 'sim:device', ...work.slice(1));
      expect([exit, stderr]).toEqual([4, expect.stringContaining('ANCHOR_DAMAGED')]);
      expect(stderr).toContain('it makes no context');
      expect(stderr).toContain('an older one from a backup if need be');
    }
  });

  it('opens locked with an older one from a backup, so that its vendor can accept its state', async () => {
    fs.copyFileSync(anchor('backup'), anchor('device-anchor'));
    expect(await world.must('list', 'sim:device')).toContain('Locked are the licenses of: firm 6000010.');
    await world.must('context', 'sim:device', '--for', 'central:vendor', '-o', 'locked.ferry-context');
    await world.must('central', 'accept', 'vendor', 'locked.ferry-context', '-o', 'accepted.ferry-update');
    await world.must('apply', 'sim:device', 'accepted.ferry-update', '-o', 'receipt.ferry-context');
    await world.must('use', 'sim:device', '6000010:1001');
  });
});
