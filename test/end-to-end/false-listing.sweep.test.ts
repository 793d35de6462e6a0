import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Listing } from '../../container/commands/list.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import { FerryHere } from './ferry-here.ts';
import { serveLying, shownBy } from './lying-server.ts';

const DEVICE = '130-2459324738' as SerialNumber;

const loaded = new FerryHere();
let world: FerryHere;
beforeAll(async () => await loaded.setUp());
afterAll(() => loaded.remove());
beforeEach(() => {
  world = loaded.copy();
  // Behind the servers of its folders.
  onTestFinished(() => world.remove());
});

const orderTo = (address: string) => ['move', '--from', 'sim:dongle', '--to', address, '--item', world.item(2)];

/** Where everything is that nobody has moved. */
async function expectNothingMoved(): Promise<void> {
  expect(await world.seats('dongle')).toEqual({ held: 5, pending: 0 });
}

describe('somebody who shows what its certificate does not say', () => {
  const LIES: readonly [what: string, lie: (own: Listing, meant: Listing) => Partial<Listing>][] = [
    ['the serial number of another one', (_, { serial }) => ({ serial })],
    ['another kind', () => ({ kind: 'dongle' })],
    ['the key of another one', (_, { key }) => ({ key })],
    ['a serial number without a certificate', (_, { serial }) => ({ serial, certificate: null })],
  ];

  it.each(LIES)('such as %s, is nobody to any command', async (_, lie) => {
    const meant = shownBy(world, 'device');
    const { address, asked } = await serveLying(world, 'other', (own) => ({ ...own, ...lie(own, meant) }));
    const commands = [
      ['list', address],
      ['status', address],
      [...orderTo(address), '--dry-run'],
      [...orderTo(address), '--expect', DEVICE],
      ['context', address, '--for', 'sim:dongle'],
      ['pin', 'set', address],
      ['central', 'issue', 'vendor', '--to', address, '--item', world.item(1)],
    ];
    for (const command of commands) {
      const { exit, stdout, stderr } = await world.run(...command);
      expect([command[0], exit, stderr]).toEqual([command[0], 4, expect.stringContaining('[LISTING_FALSE]')]);
      expect(stdout).not.toContain(DEVICE);
    }
    expect(asked.filter((name) => name !== 'list' && name !== 'context')).toEqual([]);
    await expectNothingMoved();
  });
});

describe('somebody who shows the listing of another one, certificate and all', () => {
  it('gets nothing, neither by the serial number nor by the words that were expected', async () => {
    const meant = shownBy(world, 'device');
    const [{ words }] = (await world.json('list', 'sim:device')).containers;
    const { address } = await serveLying(world, 'other', () => meant);
    for (const expected of [DEVICE, words]) {
      const { exit, stderr } = await world.run(...orderTo(address), '--expect', expected);
      expect([exit, stderr]).toEqual([3, expect.stringContaining('[TARGET_OTHER]')]);
    }
    await expectNothingMoved();
  });
});

describe('somebody without a certificate who shows the key of another one', () => {
  it('is shown as not certified, and is not whoever was expected by the words of that key', async () => {
    const meant = shownBy(world, 'device');
    const [{ words }] = (await world.json('list', 'sim:device')).containers;
    const { address } = await serveLying(world, 'other', () => ({ ...meant, serial: null, certificate: null }));
    expect(await world.must('list', address)).toContain('CmContainer (not certified)');
    const { exit, stderr } = await world.run(...orderTo(address), '--expect', words);
    expect([exit, stderr]).toEqual([3, expect.stringContaining('[PEER_UNEXPECTED]')]);
    expect(stderr).toContain('not certified');
    await expectNothingMoved();
  });
});

describe('the PIN of a container', () => {
  const PIN = '4711-blue';
  const dongle = '3-1234567' as SerialNumber;

  it('is neither asked for nor shown where somebody else calls itself by its serial number', async () => {
    const { address, asked } = await serveLying(world, 'other', (own) => ({ ...own, serial: dongle, pinTries: 8 }));
    for (const command of [
      ['pin', 'change', address],
      ['history', address],
      ['move', '--from', address, '--to', 'sim:device', '--all'],
    ]) {
      world.answers.push(PIN, PIN, PIN);
      const { exit, stderr } = await world.run(...command);
      expect([exit, stderr]).toEqual([4, expect.stringContaining('[LISTING_FALSE]')]);
      expect(world.answers.splice(0)).toEqual([PIN, PIN, PIN]);
    }
    expect(asked).not.toContain('unlock');
  });

  it('is sealed to the container whose name was shown with the question, whoever shows itself afterwards', async () => {
    world.variables.FERRY_NEW_PIN = PIN;
    await world.must('pin', 'set', 'sim:other');
    delete world.variables.FERRY_NEW_PIN;
    const meant = shownBy(world, 'device');
    const { address, asked } = await serveLying(world, 'other', (own, before) => {
      const isFirst = before.filter((name) => name === 'list').length === 1;
      return isFirst ? { ...meant, pinTries: 8 } : own;
    });
    world.answers.push(PIN);
    // Who it was not meant for knows the same PIN, and would take it.
    expect(await world.run('history', address)).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('[CHALLENGE_MISSING]'),
    });
    expect(asked).toContain('unlock');
  });
});
