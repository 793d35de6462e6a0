import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
    expect(await world.must('central', 'revoked', 'vendor')).toContain('3-1234567');
    await bring();
    const refused = (await move()).stdout;
    for (const part of ['SENDER_REVOKED', 'stays with the sender', 'Bring the sender and its receipt to the vendor'])
      expect(refused).toContain(part);
    expect(await world.must('central', 'revoke', 'vendor', '3-1234567', '--lift')).toContain('is not on the list');
    await bring();
    expect((await move()).exit).toBe(0);
    const { lists } = await world.json('central', 'revoked', 'vendor');
    expect(lists).toMatchObject([{ firmCode: 6000010, containers: [] }]);
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

  it('are of one keeper: a firm or the root', async () => {
    expect(await world.run('central', 'revoke', 'vendor', '3-1234567', '--root', '--firm', '6000010')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('USAGE_WRONG'),
    });
  });
});
