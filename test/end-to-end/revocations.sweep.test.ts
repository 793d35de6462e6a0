import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storeList } from '../host/license-central/stored-list.ts';
import { FerryHere } from './ferry-here.ts';

describe('the lists of revocations of a License Central', () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => {
    await loaded.setUp();
    await loaded.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', loaded.item(1));
    await loaded.must('context', 'sim:device', '--for', 'central:vendor', '-o', 'told.ferry-context');
    await loaded.must('settle', 'central:vendor', 'told.ferry-context');
  });
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  const move = () => world.run('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(1));
  const bring = async (): Promise<void> => {
    await world.must('central', 'issue', 'vendor', '--to', '130-2459324738', '-o', 'lists.ferry-update');
    await world.must('apply', 'sim:device', 'lists.ferry-update', '-o', 'receipt.ferry-context');
  };

  it('stop a dongle of a firm where they were brought, are shown, and are lifted', async () => {
    expect(await world.must('central', 'revoked', 'vendor')).toContain('Nobody was ever on a list');
    expect(await world.must('central', 'revoke', 'vendor', '3-1234567')).toContain('is on the list of firm 6000010');
    expect(await world.must('central', 'revoke', 'vendor', '3-1234567')).toContain('as before');
    expect(await world.must('central', 'revoked', 'vendor')).toContain('3-1234567');
    await bring();
    const refused = (await move()).stdout;
    for (const part of ['SENDER_REVOKED', 'stays with the sender', 'Bring the sender and its receipt to the vendor'])
      expect(refused).toContain(part);
    const lift = ['central', 'revoke', 'vendor', '3-1234567', '--lift'];
    expect(await world.run(...lift)).toMatchObject({
      stdout: expect.stringContaining('is not on the list of firm 6000010 any more'),
      stderr: expect.stringContaining('Containers that have the earlier list go by that until this one comes'),
    });
    expect(await world.must(...lift)).toContain('is not on the list of firm 6000010, as before');
    await bring();
    expect((await move()).exit).toBe(0);
    const { lists } = await world.json('central', 'revoked', 'vendor');
    expect(lists).toMatchObject([{ firmCode: 6000010, containers: [] }]);
  });

  it('end every command that takes or brings home what is refused by one exit code, in words that fit a stolen dongle', async () => {
    await world.must('central', 'revoke', 'vendor', '3-1234567');
    await bring();
    const stick = path.join(world.folder, 'stick');
    fs.mkdirSync(stick);
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'to.ferry-context');
    const order = ['issue', 'sim:dongle', '--context', 'to.ferry-context', '--item', world.item(1)];
    await world.must(...order, '-o', 'folder:stick');
    const refused = { exit: 3, stdout: expect.stringContaining('the sender is on the list of the vendor') };
    expect(await world.run('device', 'import', 'device', 'stick')).toMatchObject(refused);
    expect(await world.run('settle', 'sim:dongle', 'folder:stick')).toMatchObject(refused);
    await world.must(...order, '-o', 'again.ferry-update');
    expect(await world.run('apply', 'sim:device', 'again.ferry-update', '-o', 'no.ferry-context')).toMatchObject(
      refused,
    );
    expect(await world.run('settle', 'sim:dongle', 'no.ferry-context')).toMatchObject(refused);
    expect(await move()).toMatchObject(refused);
  });

  it('mark in the listing whoever has licenses or gets them, and what is in transit to it is called back', async () => {
    const grant = ['central', 'issue', 'vendor', '--to', '3-1234567', '--item', world.item(1)];
    await world.must(...grant, '-o', 'folder:sent');
    const { stdout, stderr } = await world.run('central', 'revoke', 'vendor', '3-1234567');
    expect(`${stdout}${stderr}`).toContain('ferry cancel central:vendor --to 3-1234567');
    const shown = await world.must('list', 'central:vendor');
    expect(shown).toMatch(/active: .*5 in 3-1234567 \(revoked\) \(/);
    expect(shown).toMatch(/\n +3-1234567 \(revoked\) +6000010/);
    const refused = { exit: 3, stderr: expect.stringContaining('[TARGET_REVOKED]') };
    const bring = ['move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all'];
    for (const command of [grant, grant.slice(0, 5), bring, [...bring, '--dry-run']])
      expect(await world.run(...command), command.join(' ')).toMatchObject(refused);
    await world.must('cancel', 'central:vendor', '--to', '3-1234567', '-o', 'folder:sent');
    expect((await world.run(...bring)).stdout).toContain('It was cancelled');
    expect(await world.seats('dongle')).toMatchObject({ held: 4 });
  });

  it('hold up no receipt of what had arrived before', async () => {
    await world.must(
      'central',
      'issue',
      'vendor',
      '--to',
      '3-1234567',
      '--item',
      world.item(2),
      '-o',
      'more.ferry-update',
    );
    await world.must('apply', 'sim:dongle', 'more.ferry-update', '-o', 'receipt.ferry-context');
    await world.must('central', 'revoke', 'vendor', '3-1234567');
    await world.must('move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all');
    expect((await world.json('list', 'central:vendor')).centrals[0]).toMatchObject({
      transit: [],
      lists: [{ firmCode: 6000010, containers: [{ serial: '3-1234567' }] }],
    });
  });

  it('keep whoever has one from giving anything to a dongle that is on it', async () => {
    await world.must('central', 'revoke', 'vendor', '3-1234567');
    await bring();
    const before = await world.seats('device');
    const back = await world.run('move', '--from', 'sim:device', '--to', 'sim:dongle', '--all');
    expect(back).toMatchObject({ exit: 3, stderr: expect.stringContaining('[TARGET_REVOKED]') });
    expect(await world.seats('device')).toEqual(before);
  });

  it('of the root make every file of a container a refused one, here and there', async () => {
    await world.must('context', 'sim:dongle', '--for', 'central:vendor', '-o', 'dongle.ferry-context');
    await world.must('central', 'revoke', 'vendor', '3-1234567', '--root');
    const revoked = { exit: 4, stderr: expect.stringContaining('CERTIFICATE_REVOKED') };
    expect(await world.run('settle', 'central:vendor', 'dongle.ferry-context')).toMatchObject(revoked);
    await bring();
    expect((await move()).stderr).toContain('CERTIFICATE_REVOKED');
  });

  it('show whole keys, by which also a container is put on and taken off that is not known here', async () => {
    const target = 'ab'.repeat(32);
    expect(await world.must('central', 'revoke', 'vendor', target)).toContain('is on the list of firm 6000010');
    expect(await world.must('central', 'revoked', 'vendor')).toContain(target);
    await world.must('central', 'revoke', 'vendor', '3-1234567');
    expect(await world.must('central', 'revoked', 'vendor')).toMatch(/3-1234567, key [0-9a-f]{64}/);
    expect(await world.must('central', 'revoke', 'vendor', target, '--lift')).toContain('is not on the list');
    expect(await world.must('central', 'revoked', 'vendor')).not.toContain(target);
  });

  it('that are full are said not to have gone to a small dongle, and not to name what was written off', async () => {
    await world.must('dongle', 'create', 'small', '--serial', '3-1000000002');
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'to.ferry-context');
    await world.must('issue', 'sim:dongle', '--context', 'to.ferry-context', '--item', world.item(1));
    await world.must('context', 'sim:dongle', '--for', 'central:vendor', '-o', 'dongle.ferry-context');
    await world.must('settle', 'central:vendor', 'dongle.ferry-context');
    storeList(path.join(world.folder, 'vendor'), 6000010, 1024);
    const issued = await world.run('central', 'issue', 'vendor', '--to', 'sim:small', '--item', world.item(1));
    expect(issued).toMatchObject({ exit: 0, stderr: expect.stringContaining('is too large for 3-1000000002') });
    const again = await world.json('central', 'issue', 'vendor', '--to', '3-1000000002');
    expect(again).toMatchObject({ leftOut: [6000010], failures: [] });
    const [from, target] = ['3-1234567', '130-2459324738'];
    const order = ['--from', from, '--target', target, '--through', '2'];
    expect(await world.run('central', 'write-off', 'vendor', ...order)).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining(`${target} is not on it, so only ${from} refuses`),
    });
  });

  it('are of one keeper: a firm or the root', async () => {
    expect(await world.run('central', 'revoke', 'vendor', '3-1234567', '--root', '--firm', '6000010')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('USAGE_WRONG'),
    });
  });
});
