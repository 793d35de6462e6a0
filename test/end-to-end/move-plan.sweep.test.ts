import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from './ferry-here.ts';
import { interrupt, keptIn } from './interrupted-move.ts';

const loaded = new FerryHere();
let world: FerryHere;
beforeAll(async () => {
  await loaded.setUp();
  const stays = ['--item', '6000010:1002', '--target-kind', 'dongle', '-o', 'folder:sent'];
  await loaded.must('central', 'issue', 'vendor', '--to', '3-1234567', ...stays);
  const limited = ['--item', '6000010:1003x4', '--most-per-target', '2', '-o', 'folder:sent'];
  await loaded.must('central', 'issue', 'vendor', '--to', '3-1234567', ...limited);
  await loaded.must('move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all');
});
afterAll(() => loaded.remove());
beforeEach(() => {
  world = loaded.copy();
});
afterEach(() => world.remove());

const MOVE = ['move', '--from', 'sim:dongle', '--to', 'sim:device'];

/** All that a dry run could have changed. */
async function everything(): Promise<unknown> {
  const { containers } = await world.json('list');
  const states = containers.map(({ stateHash, generation }: Record<string, unknown>) => [stateHash, generation]);
  return { states, kept: keptIn(world) };
}

async function wordsOf(name: string): Promise<string> {
  return (await world.json('list', `sim:${name}`)).containers[0].words;
}

describe('ferry move --dry-run', () => {
  it.each<[string, boolean, readonly string[], number]>([
    ['of items', false, ['--item', '6000010:1001x2'], 0],
    ['of what is not held', false, ['--item', '6000010:1001x9', '--item', '6000010:1002'], 3],
    ['of more than a target may hold', false, ['--item', '6000010:1003x3'], 3],
    ['of the order of an unfinished move', true, ['--item', '6000010:1001x2'], 0],
    ['of another order than that of an unfinished move', true, ['--item', '6000010:1001x1'], 0],
  ])('%s changes nothing anywhere, and ends as the move does', async (_, isBegun, order, exit) => {
    if (isBegun) await interrupt(world, 'apply');
    const before = await everything();
    for (const more of [[], ['--json']])
      expect((await world.run(...MOVE, ...order, '--dry-run', ...more)).exit).toBe(exit);
    expect(await everything()).toEqual(before);
    expect((await world.run(...MOVE, ...order)).exit).toBe(exit);
  });

  it('shows who gives and who gets by their words, and the seats of both sides now and after', async () => {
    const said = await world.must(...MOVE, '--item', world.item(2), '--dry-run');
    for (const part of ['3-1234567', '130-2459324738', await wordsOf('dongle'), await wordsOf('device')])
      expect(said).toContain(part);
    expect(said).toMatch(/Giver now {2}after {2}Getter now {2}after\n6000010 +1001 .* 5 +3 +0 +2\n/);
  });

  it('shows what moves after it as the move then does it, and names what stays with its reason', async () => {
    const order = ['--item', '6000010:1001x5', '--item', '6000010:1003x2'];
    const { changes, plan } = await world.json(...MOVE, ...order, '--dry-run');
    await world.must(...MOVE, ...order);
    const { containers } = await world.json('list', 'sim:device');
    expect(containers[0].holdings.map(({ quantity }: { readonly quantity: number }) => quantity).sort()).toEqual(
      changes.map(({ getter }: { readonly getter: { readonly after: number } }) => getter.after).sort(),
    );
    expect(plan.parts).toHaveLength(2);
    const all = await world.json(...MOVE, '--all', '--dry-run');
    expect(all.obstacles).toMatchObject([
      { productCode: 1002, seats: 1, failure: { code: 'MAY_NOT_ISSUE' } },
      { productCode: 1003, seats: 2, failure: { code: 'TARGET_LIMIT' } },
    ]);
  });

  it('foresees what the target refuses, and the exit code of it', async () => {
    await world.must(...MOVE, '--item', '6000010:1003x2');
    const order = ['--item', '6000010:1003x1'];
    const dry = await world.run(...MOVE, ...order, '--dry-run');
    expect(dry.stdout).toContain('[TARGET_LIMIT]');
    expect([dry.exit, (await world.run(...MOVE, ...order)).exit]).toEqual([3, 3]);
  });

  it('foresees that the owner has to show the PIN, and that it is blocked, and tries none', async () => {
    const order = [...MOVE, '--item', world.item(1)];
    const both = async () => [(await world.json(...order, '--dry-run')).refusal, (await world.json(...order)).error];
    world.variables.FERRY_NEW_PIN = '4711-blue';
    await world.must('pin', 'set', 'sim:dongle');
    const [foreseen, met] = await both();
    expect([foreseen, met]).toMatchObject([{ code: 'OWNER_NEEDED' }, { code: 'OWNER_NEEDED' }]);
    expect(foreseen.happened).toBe(met.happened);
    expect((await world.run(...order, '--dry-run')).exit).toBe(3);
    world.answers.push('4711-blue');
    expect((await world.run(...order, '--dry-run')).exit).toBe(0);
    expect(world.answers.splice(0)).toEqual(['4711-blue']);
    world.variables.FERRY_PIN = 'wrong';
    const before = await everything();
    expect((await world.run(...order, '--dry-run')).exit).toBe(0);
    expect(await everything()).toEqual(before);
    for (let tries = 8; tries > 0; tries--) await world.run(...order);
    world.variables.FERRY_PIN = '4711-blue';
    expect(await both()).toMatchObject([{ code: 'PIN_BLOCKED' }, { code: 'PIN_BLOCKED' }]);
    delete world.variables.FERRY_PIN;
    expect(await both()).toMatchObject([{ code: 'PIN_BLOCKED' }, { code: 'PIN_BLOCKED' }]);
  });

  it('says that without the PIN it depends on a work order, where one is armed', async () => {
    world.variables.FERRY_NEW_PIN = '4711-blue';
    await world.must('order', 'arm', 'sim:dongle', '--item', world.item(1), '--most', '1');
    await world.must('pin', 'set', 'sim:dongle');
    const order = [...MOVE, '--item', world.item(1)];
    expect(await world.must(...order, '--dry-run')).toContain(
      'Without the PIN of sim:dongle this is moved only as far as an armed work order covers it.',
    );
    await world.must(...order);
    world.variables.FERRY_PIN = '4711-blue';
    expect(await world.must(...order, '--dry-run')).not.toContain('Without the PIN');
  });

  it('shows what is in transit already and that an unfinished move goes on first', async () => {
    await interrupt(world, 'apply');
    const same = await world.must(...MOVE, '--item', world.item(2), '--dry-run');
    expect(same).toContain('An unfinished move of this order goes on: so far it is in transit.');
    expect(same).toContain('delivered with it: 1.');
    expect(await world.must(...MOVE, '--item', world.item(1), '--dry-run')).toContain(
      'another order is finished first',
    );
  });
});

describe('ferry move', () => {
  it('remarks the serial numbers and words of both sides, as ferry list shows them, and tells them with --json', async () => {
    const [giver, getter] = [await wordsOf('dongle'), await wordsOf('device')];
    expect(giver).toMatch(/^([a-z]+ ){4}[a-z]+$/);
    expect(await world.must('list', 'sim:device')).toContain(getter);
    const { stderr } = await world.run(...MOVE, '--item', world.item(1));
    expect(stderr).toBe(
      `From sim:dongle: 3-1234567, dongle, "${giver}"\nTo sim:device: 130-2459324738, soft, "${getter}"\n`,
    );
    expect(await world.json(...MOVE, '--item', world.item(1))).toMatchObject({
      giver: { serial: '3-1234567', words: giver },
      getter: { serial: '130-2459324738', kind: 'soft', words: getter },
    });
    const fromVendor = await world.json('move', '--from', 'central:vendor', '--to', 'sim:dongle', '--all', '--dry-run');
    expect(fromVendor).toMatchObject({ giver: { serial: null, kind: null }, refusal: { code: 'ORDER_EMPTY' } });
  });

  it('moves to whom is expected, by serial number or words, and nothing to somebody else', async () => {
    const before = await everything();
    const other = await wordsOf('other');
    for (const wrong of ['130-1000000001', other, 'device'])
      for (const more of [[], ['--dry-run']])
        expect(await world.run(...MOVE, '--item', world.item(1), '--expect', wrong, ...more)).toMatchObject({
          exit: 3,
          stderr: expect.stringContaining('PEER_UNEXPECTED'),
        });
    expect(await world.run(...MOVE, '--item', world.item(1), '--expect', '')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('--expect names nobody'),
    });
    expect(await everything()).toEqual(before);
    await world.must(...MOVE, '--item', world.item(1), '--expect', '130-2459324738');
    await world.must(...MOVE, '--item', world.item(1), '--expect', (await wordsOf('device')).toUpperCase());
    expect((await world.seats('device')).held).toBe(2);
    const parked = ['move', '--from', 'sim:dongle', '--to', 'folder:sent', '--all', '--expect', other];
    expect(await world.run(...parked)).toMatchObject({ exit: 2 });
  });
});
