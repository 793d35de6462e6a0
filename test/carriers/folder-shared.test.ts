import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { armor } from '../../container/files/armor.ts';
import { openSoftContainer } from '../../device-side/index.ts';
import { FerryHere } from '../end-to-end/ferry-here.ts';
import { type TestContainer, TestFirm } from '../world/parties.ts';

const FOLDER = 'folder:stick';
const RECEIPT = '130-2459324738-for-firm-6000011-receipt.ferry-context';

describe('a folder that several write to', () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => {
    await loaded.setUp();
    for (const name of ['device', 'other'])
      await loaded.must('context', `sim:${name}`, '--for', 'sim:dongle', '-o', FOLDER);
  });
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  const at = (name: string) => path.join(world.folder, 'stick', name);
  const issue = (serial: string, seats: number) =>
    world.must(
      'issue',
      'sim:dongle',
      '--context',
      `stick/${serial}-for-3-1234567.ferry-context`,
      '--item',
      world.item(seats),
      '-o',
      FOLDER,
    );

  /** Three update files of a vendor for the device, one sequence in each; by name the last comes first. */
  function putThree(): void {
    const { container, close } = openSoftContainer(path.join(world.folder, 'device'));
    const { key, certified } = container.state.identity;
    const device = { container, key, certificate: certified?.raw } as TestContainer;
    const firm = new TestFirm(6000011);
    for (const sequence of [1, 2, 3]) {
      firm.issue(device, { kind: 'add', grants: [firm.grant(key, { quantity: 1 }).raw] });
      const update = firm.update(device, { first: sequence, last: sequence });
      fs.writeFileSync(at(`${4 - sequence} (COPY) Ü.FERRY-UPDATE`), armor(update));
    }
    close();
  }

  it('serves two technicians: each takes what is for his device, and both receipts go home together', async () => {
    await issue('130-2459324738', 2);
    await issue('130-1000000001', 1);
    for (const name of ['device', 'other']) {
      const { exit, stderr } = await world.run('apply', `sim:${name}`, FOLDER, '-o', FOLDER);
      expect([exit, stderr]).toEqual([0, expect.stringContaining('1 file(s) for others were left alone.')]);
    }
    await world.must('settle', 'sim:dongle', FOLDER);
    expect(await world.seats('dongle')).toEqual({ held: 2, pending: 0 });
    expect([(await world.seats('device')).held, (await world.seats('other')).held]).toEqual([2, 1]);
  });

  it('is not asked to guess between the contexts of two devices', async () => {
    const args = ['move', '--from', 'sim:dongle', '--to', FOLDER, '--item', world.item(1)];
    expect(await world.run(...args)).toMatchObject({ exit: 2, stderr: expect.stringContaining('several containers') });
    fs.rmSync(at('130-1000000001-for-3-1234567.ferry-context'));
    await world.must(...args);
    expect(await world.seats('dongle')).toEqual({ held: 4, pending: 1 });
  });

  it('serves one move after the other, with the receipt of the last one lying in it', async () => {
    fs.rmSync(at('130-1000000001-for-3-1234567.ferry-context'));
    for (const held of [4, 3]) {
      await world.must('move', '--from', 'sim:dongle', '--to', FOLDER, '--item', world.item(1));
      await world.must('move', '--from', FOLDER, '--to', 'sim:device', '--all');
      await world.must('settle', 'sim:dongle', FOLDER);
      expect(await world.seats('dongle')).toEqual({ held, pending: 0 });
    }
    expect(await world.seats('device')).toEqual({ held: 2, pending: 0 });
  });

  it.each<[string, readonly string[]]>([
    ['ferry apply', ['apply', 'sim:device', FOLDER, '-o', FOLDER]],
    ['ferry device import', ['device', 'import', 'device', 'stick']],
  ])('is taken in by %s whatever the names, capitals and order of the files, in one run', async (_, take) => {
    putThree();
    await world.must(...take);
    expect(await world.seats('device')).toEqual({ held: 3, pending: 0 });
    expect(await world.json('inspect', `stick/${RECEIPT}`)).toMatchObject({ valid: true });
  });

  it('from which one update is missing gives those before it, and names the gap', async () => {
    putThree();
    fs.rmSync(at('2 (COPY) Ü.FERRY-UPDATE'));
    const { exit, stdout } = await world.run('apply', 'sim:device', FOLDER, '-o', FOLDER, '--json');
    expect(exit).toBe(6);
    expect(JSON.parse(stdout).failures).toMatchObject([{ file: 'stick/1 (COPY) Ü.FERRY-UPDATE', code: 'UPDATE_GAP' }]);
    expect(await world.seats('device')).toEqual({ held: 1, pending: 0 });
  });

  it('is searched among 10,000 files of others, and they are left alone', async () => {
    await issue('130-2459324738', 2);
    for (let number = 0; number < 10_000; number++) fs.writeFileSync(at(`IMG_${number}.JPG`), '');
    fs.writeFileSync(at('IMG_9.JPG'), 'a picture');
    const before = fs.readdirSync(at('.')).length;
    expect((await world.json('list', FOLDER)).files).toHaveLength(3);
    await world.must('move', '--from', FOLDER, '--to', 'sim:device', '--all');
    await world.must('settle', 'sim:dongle', FOLDER);
    expect([await world.seats('dongle'), (await world.seats('device')).held]).toEqual([{ held: 3, pending: 0 }, 2]);
    expect(fs.readdirSync(at('.'))).toHaveLength(before + 1);
    expect(fs.readFileSync(at('IMG_9.JPG'), 'utf8')).toBe('a picture');
  });
});
