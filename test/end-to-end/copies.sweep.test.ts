import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';

const DEVICE = '130-2459324738';
const DONGLE = '3-1234567';

const loaded = new FerryHere();
let world: FerryHere;
beforeAll(async () => await loaded.setUp());
afterAll(() => loaded.remove());
beforeEach(() => {
  world = loaded.copy();
});
afterEach(() => world.remove());

function copyOf(name: string): void {
  fs.cpSync(path.join(world.folder, name), path.join(world.folder, 'backup'), { recursive: true });
}

/** Puts a seat in transit, by a context of the device that is made once. */
async function park(): Promise<void> {
  const context = path.join(world.folder, 'c.ferry-context');
  if (!fs.existsSync(context)) await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', context);
  await world.must('issue', 'sim:dongle', '--context', context, '--item', world.item(1), '-o', 'folder:s');
}

async function deliver(): Promise<void> {
  await world.must('apply', 'sim:device', 'folder:s', '-o', 'folder:s');
  await world.must('settle', 'sim:dongle', 'folder:s');
}

describe('a move with a copy of a container', () => {
  it('that gets says that only the container itself takes what is in transit, and that one does', async () => {
    await park();
    copyOf('device');
    await deliver();
    await park();
    const order = ['move', '--from', 'sim:dongle', '--item', world.item(1), '--to'];
    const { exit, stderr } = await world.run(...order, 'sim:backup');
    expect([exit, stderr]).toEqual([6, expect.stringContaining('LEFT_WITH_COPY')]);
    expect(stderr).toContain('sim:backup is not the container in its latest state');
    expect(stderr).not.toContain('Mend the cause');
    await world.must(...order, 'sim:device');
    expect([await world.seats('dongle'), await world.seats('device')]).toMatchObject([
      { held: 3, pending: 0 },
      { held: 2, pending: 0 },
    ]);
  });

  it('that gives says that it gives nothing any more, and the container itself does', async () => {
    await park();
    copyOf('dongle');
    await deliver();
    await park();
    await deliver();
    const order = ['move', '--item', world.item(2), '--to', 'sim:device', '--from'];
    const { exit, stderr } = await world.run(...order, 'sim:backup');
    expect([exit, stderr]).toEqual([3, expect.stringContaining('SELF_ROLLED_BACK')]);
    expect(stderr).toContain(`${DEVICE} has proof that ${DONGLE} was set back to an earlier state or copied.`);
    expect(stderr).toContain(`Where ${DONGLE} itself still is, in its latest state, use that one.`);
    await world.must(...order, 'sim:dongle');
  });

  it('that gives says that what it has in transit is not taken by somebody who knows that it went on otherwise', async () => {
    await park();
    copyOf('dongle');
    await deliver();
    await park();
    await deliver();
    await world.must('context', 'sim:other', '--for', 'sim:backup', '-o', 'o.ferry-context');
    const issue = ['issue', 'sim:backup', '--context', 'o.ferry-context', '-o', 'folder:t', '--item'];
    for (const seats of [1, 2]) await world.must(...issue, world.item(seats));
    for (const more of [[], ['--json']]) {
      const order = ['move', '--from', 'sim:backup', '--to', 'sim:device', '--item', world.item(1)];
      const { exit, stdout, stderr } = await world.run(...order, ...more);
      expect([exit, `${stdout}${stderr}`]).toEqual([6, expect.stringContaining('LEFT_WITH_COPY')]);
      expect(`${stdout}${stderr}`).toContain('sim:backup is not the container in its latest state');
    }
  });
});

describe.each(['list', 'status'])('ferry %s', (command) => {
  it('says which folders are copies of one container', async () => {
    copyOf('dongle');
    const said = `sim:backup and sim:dongle are copies of one container, ${DONGLE}`;
    expect(await world.must(command)).toContain(said);
    expect((await world.json(command)).copies).toEqual([
      { serial: DONGLE, firmCode: null, key: expect.any(String), addresses: ['sim:backup', 'sim:dongle'] },
    ]);
  });

  it('takes no folder for a copy that was only asked twice, or by another name', async () => {
    fs.symlinkSync(path.join(world.folder, 'device'), path.join(world.folder, 'linked'));
    const said = await world.must(command, 'sim:device', 'sim:./device', 'sim:linked');
    expect(said).not.toContain('copies');
    expect((await world.json(command, 'sim:device', 'sim:linked', 'sim:other')).copies).toEqual([]);
    expect((await world.json('list', 'sim:linked')).containers).toMatchObject([{ serial: DEVICE }]);
  });
});

describe('ferry status beside a copy', () => {
  it('says which folders are copies of one License Central, and proposes nothing from any of them', async () => {
    await world.must('central', 'issue', 'vendor', '--to', '3-1234567', '--item', world.item(1), '-o', 'folder:sent');
    copyOf('vendor');
    const said = await world.must('status');
    expect(said).toContain('central:backup and central:vendor are copies of one License Central');
    expect(said).toContain('ferry central restored');
    expect(said).not.toContain('--from central:');
    const { copies, next } = await world.json('status');
    const addresses = ['central:backup', 'central:vendor'];
    expect(copies).toEqual([{ serial: null, firmCode: 6000010, key: expect.any(String), addresses }]);
    expect(next).toEqual([]);
    expect(await world.must('status', 'central:vendor', 'sim:dongle')).toContain('ferry move --from central:vendor');
  });

  it('proposes nothing to or from a container of which a copy answered', async () => {
    await park();
    copyOf('device');
    expect(await world.must('status')).not.toContain('ferry move');
    expect(await world.must('status', 'sim:device', 'sim:dongle')).toContain('--to sim:device');
  });
});
