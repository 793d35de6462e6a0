import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unarmor } from '../../container/files/armor.ts';
import { FerryHere } from './ferry-here.ts';

describe('the command line', () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => {
    await loaded.setUp();
    const stays = ['--item', '6000010:1002', '--target-kind', 'dongle', '-o', 'folder:sent'];
    await loaded.must('central', 'issue', 'vendor', '--to', '3-1234567', ...stays);
    await loaded.must('move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all');
  });
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  const hashes = async (): Promise<unknown[]> =>
    (await world.json('list')).containers.map(({ stateHash }: { readonly stateHash: string }) => stateHash);
  const move = (...more: readonly string[]): string[] => [
    'move',
    '--from',
    'sim:dongle',
    '--to',
    'sim:device',
    ...more,
  ];

  it('shows with --dry-run what would be moved, and changes nothing anywhere', async () => {
    const before = await hashes();
    const { plan, dryRun } = await world.json(...move('--item', world.item(2), '--dry-run'));
    expect([dryRun, plan.parts]).toEqual([true, [{ holding: 1, quantity: 2 }]]);
    expect(await world.must(...move('--all', '--dry-run'))).toContain('nothing was moved');
    expect(await hashes()).toEqual(before);
  });

  it('moves nothing of an order of which a part may not move to the target', async () => {
    const answer = await world.run(...move('--item', world.item(2), '--item', '6000010:1002'));
    expect(answer).toMatchObject({ exit: 3, stderr: expect.stringContaining('MAY_NOT_ISSUE') });
    expect([await world.seats('dongle'), await world.seats('device')]).toEqual([
      { held: 6, pending: 0 },
      { held: 0, pending: 0 },
    ]);
  });

  it('moves in part what the target takes in part, says why, and ends with exit code 6', async () => {
    await world.must('central', 'init', 'second', '--firm', '6000011:Second');
    const grant = [
      'central',
      'issue',
      'second',
      '--to',
      'sim:dongle',
      '--item',
      '6000011:1x5',
      '--most-per-target',
      '2',
    ];
    await world.must(...grant, '-o', 'second.ferry-update');
    await world.must('apply', 'sim:dongle', 'second.ferry-update');
    await world.must(...move('--item', '6000011:1x2'));
    const answer = await world.run(...move('--item', world.item(1), '--item', '6000011:1x1'));
    expect(answer).toMatchObject({
      exit: 6,
      stdout: expect.stringContaining('1 seat of 6000010:1001 moved, 1 of 2 entries'),
    });
    expect(answer.stdout).toMatch(/refused: The target would hold more .* for one target\. \[TARGET_LIMIT\]/);
    expect(await world.seats('device')).toEqual({ held: 3, pending: 0 });
    expect(await world.seats('dongle')).toEqual({ held: 8, pending: 0 });
  });

  it('keeps the receipts for several issuers apart, and refuses one file name for them', async () => {
    await world.must('central', 'init', 'second', '--firm', '6000011:Second');
    await world.must('central', 'issue', 'second', '--to', 'sim:dongle', '--item', '6000011:1', '-o', 'folder:both');
    await world.must('central', 'issue', 'vendor', '--to', '3-1234567', '--item', '6000010:1', '-o', 'folder:both');
    const refused = await world.run('apply', 'sim:dongle', 'folder:both', '-o', 'one.ferry-context');
    expect(refused).toMatchObject({ exit: 2, stderr: expect.stringContaining('name a folder') });
    fs.mkdirSync(path.join(world.folder, 'receipts'));
    await world.must('apply', 'sim:dongle', 'folder:both', '-o', 'receipts');
    await world.must('settle', 'central:second', 'receipts/3-1234567-for-firm-6000011-receipt.ferry-context');
    await world.must('settle', 'central:vendor', 'receipts/3-1234567-for-firm-6000010-receipt.ferry-context');
  });

  it.each([
    ['apply', ['apply', 'sim:device', 'folder:both', '-o', 'folder:both']],
    ['device import', ['device', 'import', 'device', 'both']],
  ])('keeps the receipts for two vendors of one Firm Code apart with %s, again and again', async (_, take) => {
    await world.must('central', 'init', 'twin', '--firm', '6000010:Twin');
    fs.mkdirSync(path.join(world.folder, 'both'));
    for (const vendor of ['vendor', 'twin'])
      await world.must('central', 'issue', vendor, '--to', 'sim:device', '--item', '6000010:7', '-o', `both/${vendor}`);
    for (const vendor of ['vendor', 'twin'])
      fs.renameSync(path.join(world.folder, `both/${vendor}`), path.join(world.folder, `both/${vendor}.ferry-update`));
    for (let time = 0; time < 2; time++) {
      await world.must(...take);
      const names = fs.readdirSync(path.join(world.folder, 'both')).filter((name) => name.includes('-receipt.'));
      expect(names).toHaveLength(2);
      expect(names).toContain('130-2459324738-for-firm-6000010-receipt.ferry-context');
    }
    for (const vendor of ['vendor', 'twin']) {
      const { receipts } = await world.json('settle', `central:${vendor}`, 'folder:both');
      expect(receipts).toHaveLength(1);
    }
  });

  it('tells in the history of both sides what moved, until its vendor knows', async () => {
    await world.must(...move('--item', world.item(2)));
    for (const name of ['dongle', 'device']) {
      const { transfers } = await world.json('history', `sim:${name}`);
      expect(transfers).toMatchObject([{ fromName: '3-1234567', toName: '130-2459324738', sequence: 1 }]);
      expect(await world.must('history', `sim:${name}`)).toContain('1 transfer(s)');
    }
    for (const told of ['device', 'dongle', 'device']) {
      await world.must('context', `sim:${told}`, '--for', 'central:vendor', '-o', `${told}.ferry-context`);
      await world.must('settle', 'central:vendor', `${told}.ferry-context`);
    }
    await world.must('context', 'sim:dongle', '--for', 'central:vendor', '-o', 'last.ferry-context');
    await world.must(
      'issue',
      'central:vendor',
      '--context',
      'last.ferry-context',
      '--item',
      '6000010:7',
      '-o',
      'new.ferry-update',
    );
    await world.must('apply', 'sim:dongle', 'new.ferry-update');
    expect((await world.json('history', 'sim:dongle')).transfers).toEqual([]);
  });

  it('goes on behind an update that it cannot take, and ends with exit code 6', async () => {
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context');
    const issue = ['issue', 'sim:dongle', '--context', 'device.ferry-context', '--item'];
    fs.mkdirSync(path.join(world.folder, 'stick'));
    await world.must(...issue, world.item(1), '-o', 'stick/b.ferry-update');
    fs.writeFileSync(path.join(world.folder, 'stick/a.ferry-update'), 'damaged');
    const answer = await world.run('apply', 'sim:device', 'folder:stick', '--json');
    expect(answer.exit).toBe(6);
    expect(JSON.parse(answer.stdout)).toMatchObject({
      files: [{ skipped: 0 }],
      failures: [{ code: 'FILE_MALFORMED' }],
    });
    expect((await world.seats('device')).held).toBe(1);
  });

  it('takes from a folder what is for it, and leaves what is for others alone', async () => {
    for (const issuer of ['sim:dongle', 'central:vendor'])
      await world.must('context', 'sim:device', '--for', issuer, '-o', 'folder:stick');
    const answer = await world.json('settle', 'central:vendor', 'folder:stick');
    expect(answer).toMatchObject({ receipts: [{ target: '130-2459324738' }], failures: [] });
    expect(answer.foreign).toEqual([path.join('stick', '130-2459324738-for-3-1234567.ferry-context')]);
    expect(await world.run('settle', 'central:vendor', answer.foreign[0])).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('NOT_ADDRESSED'),
    });
  });

  it('moves by way of a folder: parks for whose context lies there, takes what is parked, and settles', async () => {
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'folder:stick');
    await world.must('context', 'sim:device', '--for', 'central:vendor', '-o', 'folder:stick');
    await world.must('move', '--from', 'sim:dongle', '--to', 'folder:stick', '--item', world.item(2));
    await world.must('move', '--from', 'folder:stick', '--to', 'sim:device', '--all');
    await world.must('settle', 'sim:dongle', 'folder:stick');
    expect([await world.seats('dongle'), await world.seats('device')]).toEqual([
      { held: 4, pending: 0 },
      { held: 2, pending: 0 },
    ]);
  });

  it.each([
    ['for single items out of it', ['--from', 'folder:.', '--to', 'sim:device', '--item', '6000010:1001']],
    ['as both sides', ['--from', 'folder:.', '--to', 'folder:.', '--all']],
    ['for a dry run', ['--from', 'folder:.', '--to', 'sim:device', '--all', '--dry-run']],
  ])('does not move by a folder %s', async (_, args) => {
    expect(await world.run('move', ...args)).toMatchObject({ exit: 2, stderr: expect.stringContaining('USAGE_WRONG') });
  });

  it('shows by inspect whose a certificate is, and that it is not certified when it was altered', async () => {
    await world.must('certificate', 'sim:dongle', '-o', 'dongle.ferry-certificate');
    await world.must('certificate', 'central:vendor', '-o', 'firm.ferry-certificate');
    const [{ key, words }] = (await world.json('list', 'sim:dongle')).containers;
    const shown = { kind: 'certificate', of: '3-1234567', container: 'dongle', key, words, root: 'TEST', valid: true };
    expect(await world.json('inspect', 'dongle.ferry-certificate')).toMatchObject({
      ...shown,
      root: expect.stringContaining('TEST'),
    });
    expect(await world.must('inspect', 'firm.ferry-certificate')).toMatch(
      /Of +firm 6000010\nName +Example Automation\n/,
    );
    const file = path.join(world.folder, 'dongle.ferry-certificate');
    const raw = fs.readFileSync(file);
    raw[raw.length - 1] = (raw.at(-1) ?? 0) ^ 1;
    fs.writeFileSync(file, raw);
    const altered = await world.run('inspect', 'dongle.ferry-certificate');
    expect([altered.exit, altered.stdout]).toEqual([4, expect.stringContaining('NOT VALID')]);
    expect(altered.stdout).toContain('3-1234567');
  });

  it('says by inspect, in words and by exit code 4, when a file is not signed as it says', async () => {
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context');
    expect(await world.must('inspect', 'device.ferry-context')).toContain('valid, certified by the TEST root');
    const file = path.join(world.folder, 'device.ferry-context');
    const { value: raw } = unarmor(new Uint8Array(fs.readFileSync(file))) as { value: Uint8Array };
    raw[raw.length - 1] = (raw.at(-1) ?? 0) ^ 1;
    fs.writeFileSync(file, raw);
    const answer = await world.run('inspect', 'device.ferry-context', '--json');
    expect([answer.exit, JSON.parse(answer.stdout)]).toMatchObject([4, { valid: false }]);
  });

  it('writes the files of what is in transit again, without an order', async () => {
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context');
    const issue = ['issue', 'sim:dongle', '--context', 'device.ferry-context'];
    expect(await world.run(...issue)).toMatchObject({ exit: 3, stderr: expect.stringContaining('NOTHING_IN_TRANSIT') });
    await world.must(...issue, '--item', world.item(2), '-o', 'lost.ferry-update');
    await world.must(...issue, '-o', 'again.ferry-update');
    await world.must('apply', 'sim:device', 'again.ferry-update');
    expect(await world.seats('device')).toEqual({ held: 2, pending: 0 });
  });

  it('leaves out of an order for everything what may not go to the kind of container that the context is of', async () => {
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context');
    await world.must('issue', 'sim:dongle', '--context', 'device.ferry-context', '--all', '-o', 'all.ferry-update');
    await world.must('apply', 'sim:device', 'all.ferry-update');
    expect([await world.seats('dongle'), await world.seats('device')]).toMatchObject([{ held: 1 }, { held: 5 }]);
  });

  it('tells of a cancellation that came too late', async () => {
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context');
    const issue = ['issue', 'sim:dongle', '--context', 'device.ferry-context', '--item', world.item(2)];
    await world.must(...issue, '-o', 'a.ferry-update');
    await world.must('cancel', 'sim:dongle', '--to', '130-2459324738', '-o', 'b.ferry-update');
    await world.must('apply', 'sim:device', 'a.ferry-update', '-o', 'receipt.ferry-context');
    const settled = await world.must('settle', 'sim:dongle', 'receipt.ferry-context');
    expect(settled).toContain('Sequence 1 was applied before its cancellation arrived: it stays with 130-2459324738.');
  });

  it('makes a context for an issuer out of reach by its certificate, or by a Firm Code that the device has licenses of', async () => {
    await world.must('certificate', 'sim:dongle', '-o', 'folder:stick');
    await world.must(
      'context',
      'sim:device',
      '--for',
      'stick/3-1234567.ferry-certificate',
      '-o',
      'device.ferry-context',
    );
    await world.must(
      'issue',
      'sim:dongle',
      '--context',
      'device.ferry-context',
      '--item',
      world.item(1),
      '-o',
      'a.ferry-update',
    );
    await world.must('apply', 'sim:device', 'a.ferry-update');
    await world.must('context', 'sim:device', '--for', '6000010', '-o', 'home.ferry-context');
    await world.must('settle', 'central:vendor', 'home.ferry-context');
  });

  it('does not move from a container to itself, however it is named', async () => {
    const same = await world.run('move', '--from', 'sim:dongle', '--to', 'sim:./dongle', '--all');
    expect(same).toMatchObject({ exit: 2, stderr: expect.stringContaining('the same container') });
  });

  it('keeps what it issued when the update file cannot be written, and writes it when told again', async () => {
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context');
    const issue = ['issue', 'sim:dongle', '--context', 'device.ferry-context', '--item', world.item(2), '-o'];
    const failed = await world.run(...issue, 'device.ferry-context/below-a-file.ferry-update');
    expect(failed).toMatchObject({ exit: 5, stderr: expect.stringContaining('UPDATE_UNWRITTEN') });
    expect(failed.stderr).toContain('What was asked for was done, but its update file');
    expect(failed.stderr).toContain('ferry issue sim:dongle --context device.ferry-context -o PLACE');
    expect(await world.seats('dongle')).toEqual({ held: 4, pending: 2 });
    expect(await world.must(...issue, 'a.ferry-update')).toContain(
      'Sequence 1 was in transit already to 130-2459324738, with just what was ordered: nothing new was given.',
    );
    await world.must('apply', 'sim:device', 'a.ferry-update');
    expect(await world.seats('device')).toEqual({ held: 2, pending: 0 });
  });

  it('does not grant twice when the update file cannot be written and the advice is followed', async () => {
    const grant = ['central', 'issue', 'vendor', '--to', '3-1234567', '--item', '6000010:5'];
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'a-file');
    const failed = await world.run(...grant, '-o', 'a-file/x.ferry-update');
    expect(failed).toMatchObject({ exit: 5, stderr: expect.stringContaining('UPDATE_UNWRITTEN') });
    expect(failed.stderr).toContain('ferry central issue vendor --to 3-1234567 -o PLACE');
    await world.must('central', 'issue', 'vendor', '--to', '3-1234567', '-o', 'x.ferry-update');
    const [{ ledger }] = (await world.json('list', 'central:vendor')).centrals;
    expect(ledger.filter(({ productCode }: { readonly productCode: number }) => productCode === 5)).toHaveLength(1);
  });

  it('numbers the update files of one order when they are to have one name', async () => {
    const items = Array.from({ length: 100 }, (_, at) => ['--item', `6000010:${at + 100}`]).flat();
    const text = 'x'.repeat(256);
    await world.must(
      'central',
      'issue',
      'vendor',
      '--to',
      '3-1234567',
      ...items,
      '--text',
      text,
      '-o',
      'many.ferry-update',
    );
    const files = fs.readdirSync(world.folder).filter((name) => name.startsWith('many'));
    expect(files.length).toBeGreaterThan(1);
    expect(files).toContain('many-2.ferry-update');
    await world.must('apply', 'sim:dongle', ...files.sort());
    expect((await world.seats('dongle')).held).toBe(106);
  });

  it('says what is in transit when the target does not take it, instead of that nothing was changed', async () => {
    const device = path.join(world.folder, 'device');
    fs.cpSync(device, `${device}-before`, { recursive: true });
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'device.ferry-context');
    const parked = ['issue', 'sim:dongle', '--context', 'device.ferry-context', '--item', world.item(2)];
    await world.must(...parked, '-o', 'a.ferry-update');
    fs.rmSync(device, { recursive: true });
    fs.renameSync(`${device}-before`, device);
    const answer = await world.run(...move('--item', world.item(2)));
    expect(answer).toMatchObject({ exit: 6, stderr: expect.stringContaining('LEFT_IN_TRANSIT') });
    expect(answer.stderr).toContain(
      'The order is in transit from sim:dongle (sequences 1), but sim:device does not take it',
    );
    expect(answer.stderr).not.toContain('Nothing was changed');
    expect(await world.seats('dongle')).toEqual({ held: 4, pending: 2 });
  });

  it('sums the seats of a product that is there in several holdings, when it lists, checks and uses', async () => {
    await world.must(...move('--item', world.item(2)));
    await world.must(...move('--item', world.item(1)));
    const listed = await world.must('list', 'sim:device', 'sim:dongle');
    expect(listed.match(/^ +1001 +all 2 holdings +3 +0$/gm)).toHaveLength(1);
    const { containers } = await world.json('list', 'sim:device');
    expect(containers[0].products).toEqual([
      { firmCode: 6000010, productCode: 1001, holdings: 2, quantity: 3, pending: 0 },
    ]);
    const said =
      '6000010:1001 may be used in sim:device: 3 seats in 2 holdings; the first that may be used: 2 seats.\n';
    for (const command of ['check', 'use']) {
      expect(await world.must(command, 'sim:device', '6000010:1001')).toBe(said);
      const document = await world.json(command, 'sim:device', '6000010:1001');
      expect(document).toMatchObject({ seats: 2, seatsHeld: 3, holdings: 2 });
    }
  });

  it('uses a product where it may be used: counts units, begins periods, and says why not elsewhere', async () => {
    const terms = ['--units', '10', '--usage-days', '30', '--maintenance', '2026-01-01..2026-12-31'];
    await world.must(
      'central',
      'issue',
      'vendor',
      '--to',
      'sim:device',
      '--item',
      '6000010:9',
      ...terms,
      '-o',
      'a.ferry-update',
    );
    await world.must('apply', 'sim:device', 'a.ferry-update');
    expect(await world.must('check', 'sim:device', '6000010:9')).toContain('1 seat, 10 units left');
    expect(await world.json('use', 'sim:device', '6000010:9', '--units', '4')).toMatchObject({ units: 6 });
    expect((await world.json('check', 'sim:device', '6000010:9')).usableUntil).toBeGreaterThan(0);
    const refusals: [string, string[]][] = [
      ['UNITS_EXHAUSTED', ['use', 'sim:device', '6000010:9', '--units', '7']],
      ['MAINTENANCE_OVER', ['check', 'sim:device', '6000010:9', '--released', '2027-01-01']],
      ['NOT_USABLE_HERE', ['check', 'sim:dongle', '6000010:1001']],
      ['NOT_HELD', ['use', 'sim:other', '6000010:9']],
    ];
    for (const [code, args] of refusals)
      expect(await world.run(...args)).toMatchObject({ exit: 3, stderr: expect.stringContaining(code) });
    expect(await world.run('check', 'sim:device', 'x')).toMatchObject({ exit: 2 });
  });

  it('lists what it can and ends with exit code 6 when an address fails beside others', async () => {
    const answer = await world.run('list', 'sim:dongle', 'sim:nowhere', '--json');
    expect(answer.exit).toBe(6);
    expect(JSON.parse(answer.stdout)).toMatchObject({
      containers: [{ serial: '3-1234567' }],
      failures: [{ address: 'sim:nowhere', code: 'NO_CONTAINER' }],
    });
  });
});
