import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { moveStores } from '../../host/cli/move-places.adapter.ts';
import { FerryHere } from './ferry-here.ts';
import { type CutOff, interrupt, keptIn, seatsOrder, spoil, stateOf, typeWhatStatusSays } from './interrupted-move.ts';

const STEPS: readonly CutOff[] = ['context', 'apply', 'settle'];
const DEVICE = '130-2459324738';
const OTHER = '130-1000000001';

const loaded = new FerryHere();
let world: FerryHere;
beforeAll(async () => await loaded.setUp());
afterAll(() => loaded.remove());
beforeEach(() => {
  world = loaded.copy();
});
afterEach(() => world.remove());

const AT_DEVICE = () => `sim:${path.join(world.folder, 'device')}`;

async function expectSeats(dongle: number, device: number): Promise<void> {
  expect([await world.seats('dongle'), await world.seats('device')]).toEqual([
    { held: dongle, pending: 0 },
    { held: device, pending: 0 },
  ]);
}

describe('ferry resume', () => {
  it.each(STEPS)('finishes a move that lost its way at %s, without the order', async (step) => {
    await interrupt(world, step);
    expect(await world.must('resume')).toContain('2 seats of 6000010:1001 moved, 1 entry, after an interruption');
    await expectSeats(3, 2);
    expect(keptIn(world)).toEqual({});
  });

  it('takes another address of the move that is named, and finishes it only with whom it was begun', async () => {
    await interrupt(world, 'apply');
    fs.renameSync(path.join(world.folder, 'device'), path.join(world.folder, 'away'));
    const { id } = (await world.json('status')).unfinished[0];
    for (const wrong of [
      ['--to', 'sim:away'],
      ['--all', '--from', 'sim:dongle'],
    ])
      expect(await world.run('resume', ...wrong)).toMatchObject({ exit: 2 });
    expect(await world.run('resume', id, '--to', 'sim:other')).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining('PEER_UNEXPECTED'),
    });
    expect(await world.must('resume', id, '--from', 'sim:dongle', '--to', 'sim:away')).toContain('away: 2 seats');
    expect((await world.seats('away')).held).toBe(2);
  });

  it('says that both addresses are the same container where one is the other side’s, by whichever name', async () => {
    await interrupt(world, 'apply');
    fs.symlinkSync('dongle', path.join(world.folder, 'link'));
    const { id } = (await world.json('status', 'sim:dongle')).unfinished[0];
    for (const args of [
      ['resume', id, '--to', 'sim:dongle'],
      ['resume', id, '--to', 'sim:link'],
      ['move', '--from', 'sim:link', '--to', 'sim:dongle', '--all'],
    ])
      expect(await world.run(...args)).toMatchObject({
        exit: 2,
        stderr: expect.stringContaining('Both addresses are the same container'),
      });
  });

  it('says that nothing is unfinished, and orders nothing', async () => {
    expect(await world.must('resume')).toBe('Nothing is unfinished.\n');
    expect(await world.json('resume', '--all')).toEqual({ moves: [] });
    await expectSeats(5, 0);
  });

  it('finishes the one that is named, as ferry status names it', async () => {
    await interrupt(world, 'apply');
    await interrupt(world, 'apply', 'other');
    const { unfinished } = await world.json('status');
    const device = unfinished.find(({ to }: { readonly to: string }) => to.endsWith('/device'));
    expect((await world.json('resume', device.id)).moves).toMatchObject([
      { id: device.id, state: 'moved', getter: { serial: DEVICE } },
    ]);
    expect((await world.json('status')).unfinished).toHaveLength(1);
    for (const id of ['abc', device.id])
      expect(await world.run('resume', id)).toMatchObject({ exit: 3, stderr: expect.stringContaining('MOVE_UNKNOWN') });
    expect(await world.run('resume', device.id, '--all')).toMatchObject({ exit: 2 });
  });

  it('finishes those that it can, and ends with exit code 5 when one cannot be reached', async () => {
    await interrupt(world, 'apply', 'other');
    await interrupt(world, 'apply');
    fs.renameSync(path.join(world.folder, 'other'), path.join(world.folder, 'away'));
    const { exit, stdout, stderr } = await world.run('resume');
    expect([exit, stderr]).toEqual([5, expect.stringContaining('NO_CONTAINER')]);
    expect(stdout).toContain('2 seats of 6000010:1001 moved, 1 entry');
    expect((await world.seats('device')).held).toBe(2);
    fs.renameSync(path.join(world.folder, 'away'), path.join(world.folder, 'other'));
    await world.must('resume');
    expect((await world.seats('other')).held).toBe(2);
  });

  it('touches nothing where somebody else answers at an address', async () => {
    await interrupt(world, 'apply');
    fs.rmSync(path.join(world.folder, 'device'), { recursive: true });
    fs.cpSync(path.join(world.folder, 'other'), path.join(world.folder, 'device'), { recursive: true });
    const kept = keptIn(world);
    const { exit, stderr } = await world.run('resume');
    expect([exit, stderr]).toEqual([3, expect.stringContaining('PEER_UNEXPECTED')]);
    expect(stderr).toMatch(new RegExp(`is ${OTHER}, soft, "[a-z ]+"; ${DEVICE}, "[a-z ]+" was expected there`));
    expect(keptIn(world)).toEqual(kept);
    expect((await world.seats('device')).held).toBe(0);
  });

  it.each([
    ['context', 'planned', 'It may be in transit from '],
    ['apply', 'issued', 'unless it has arrived unheard: 2 seats of 6000010:1001 (sequence 1).'],
    ['settle', 'applied', 'Arrived: 2 seats of 6000010:1001 (sequence 1).'],
  ] as const)(
    'of a move cut off at %s says how far it is where a side is not there, and how another address finishes it',
    async (step, kept, stands) => {
      await interrupt(world, step);
      fs.renameSync(path.join(world.folder, 'device'), path.join(world.folder, 'away'));
      const { unfinished } = await world.json('status');
      expect(unfinished[0].step).toBe(kept);
      const order = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2)];
      for (const args of [['resume'], order, ['resume', '--json'], [...order, '--json']]) {
        const { exit, stdout, stderr } = await world.run(...args);
        expect(exit).toBe(5);
        const said = args.includes('--json') ? JSON.stringify(JSON.parse(stdout).error) : stderr;
        for (const part of ['MOVE_UNFINISHED', 'NO_CONTAINER', stands, `ferry resume ${unfinished[0].id}`])
          expect(said).toContain(part);
        expect(said).toContain(`ferry resume ${unfinished[0].id} --to NEW-ADDRESS`);
      }
      expect(await typeWhatStatusSays(world, 'sim:dongle', 'sim:away')).toEqual([
        `ferry resume ${unfinished[0].id} --to sim:away`,
      ]);
      expect([await world.seats('dongle'), await world.seats('away')]).toMatchObject([{ held: 3 }, { held: 2 }]);
      expect(keptIn(world)).toEqual({});
    },
  );

  it('may be in transit where its issuing was not heard of, and is shown to be once its giver is reached', async () => {
    await interrupt(world, 'issue');
    const stepsOf = async (): Promise<string> => (await world.run('status', 'sim:device')).stdout;
    expect(await stepsOf()).toMatch(/ UTC {2}in transit\n/);
    fs.renameSync(path.join(world.folder, 'dongle'), path.join(world.folder, 'away'));
    expect(await stepsOf()).toMatch(/ UTC {2}planned, perhaps in transit\n/);
    expect((await world.run('resume')).stderr).toMatch(
      /^It may be in transit from sim:.*dongle; `ferry status` says whether it is\./m,
    );
    fs.renameSync(path.join(world.folder, 'away'), path.join(world.folder, 'dongle'));
    await world.must('resume');
    await expectSeats(3, 2);
  });

  it.each(['tcp://:1', 'exec:exit 3'])(
    'says of a side at %s, too, that it may have another address now',
    async (to) => {
      await interrupt(world, 'apply');
      const moves = path.join(stateOf(world), 'moves');
      for (const name of fs.readdirSync(moves).filter((file) => file.endsWith('.note'))) {
        const stored = JSON.parse(fs.readFileSync(path.join(moves, name), 'utf8'));
        stored.note.to = to;
        fs.writeFileSync(path.join(moves, name), JSON.stringify(stored));
      }
      expect((await world.run('resume')).stderr).toMatch(/ferry resume \S+ --to NEW-ADDRESS/);
    },
  );

  it('is not what ferry status says where somebody else answers at an address: the new one finishes the move', async () => {
    await interrupt(world, 'apply');
    fs.renameSync(path.join(world.folder, 'device'), path.join(world.folder, 'away'));
    fs.renameSync(path.join(world.folder, 'other'), path.join(world.folder, 'device'));
    const [{ id, next, strangers, elsewhere }] = (await world.json('status', 'sim:dongle')).unfinished;
    expect([next, elsewhere]).toEqual([[], `ferry resume ${id} --to NEW-ADDRESS`]);
    expect(strangers).toMatchObject([{ address: AT_DEVICE(), found: { serial: OTHER }, expected: DEVICE }]);
    const said = await world.must('status', 'sim:dongle');
    expect(said).toContain(`At ${AT_DEVICE()} is ${OTHER}, "`);
    expect(said).not.toContain('What to do next');
    expect(await typeWhatStatusSays(world)).toEqual([`ferry resume ${id} --to sim:away`]);
    expect((await world.seats('away')).held).toBe(2);
  });

  it('leaves a move to the program that makes it, and says no more than that', async () => {
    await interrupt(world, 'apply');
    const [name = ''] = fs.readdirSync(path.join(stateOf(world), 'moves')).filter((file) => file.endsWith('.note'));
    const claim = moveStores(stateOf(world)).claim(path.basename(name, '.note'));
    const order = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', world.item(2)];
    for (const args of [['resume'], order]) {
      const { exit, stderr } = await world.run(...args);
      expect([exit, stderr]).toEqual([5, expect.stringContaining('MOVE_UNDER_WAY')]);
      expect(stderr).not.toContain('MOVE_UNFINISHED');
    }
    claim.release();
    await world.must('resume');
    await expectSeats(3, 2);
  });

  it('is not what ferry status says where the two sides have changed their places', async () => {
    await interrupt(world, 'apply');
    fs.renameSync(path.join(world.folder, 'device'), path.join(world.folder, 'away'));
    fs.renameSync(path.join(world.folder, 'dongle'), path.join(world.folder, 'device'));
    fs.renameSync(path.join(world.folder, 'away'), path.join(world.folder, 'dongle'));
    const { id } = (await world.json('status')).unfinished[0];
    expect(await typeWhatStatusSays(world)).toEqual([`ferry resume ${id} --from sim:device --to sim:dongle`]);
    await expectSeats(2, 3);
  });

  it('ends in part when one of several cannot be used, and finishes the others', async () => {
    await interrupt(world, 'apply');
    spoil(world, '.note', '{"version":1,');
    await interrupt(world, 'apply', 'other');
    const answer = await world.run('resume', '--json');
    expect(answer.exit).toBe(6);
    const { moves } = JSON.parse(answer.stdout);
    expect(moves.map(({ state }: { readonly state: string }) => state).sort()).toEqual(['failed', 'moved']);
    expect((await world.seats('other')).held).toBe(2);
  });
});

describe('ferry move', () => {
  it('says which side is not there where the state folder cannot be read', async () => {
    fs.writeFileSync(path.join(world.folder, 'file'), '');
    world.variables.FERRY_STATE = path.join(world.folder, 'file');
    const { exit, stderr } = await world.run('move', '--from', 'sim:dongle', '--to', 'sim:nowhere', '--all');
    expect([exit, stderr]).toEqual([5, expect.stringContaining('NO_CONTAINER')]);
  });

  it('says that somebody else answers where the state folder cannot be read', async () => {
    fs.writeFileSync(path.join(world.folder, 'file'), '');
    world.variables.FERRY_STATE = path.join(world.folder, 'file');
    const args = ['--from', 'sim:dongle', '--to', 'sim:device', '--all', '--expect', '130-1000000001'];
    const { exit, stderr } = await world.run('move', ...args);
    expect([exit, stderr]).toEqual([3, expect.stringContaining('PEER_UNEXPECTED')]);
  });
});

describe('ferry status', () => {
  it('asks once who is named twice, and ends by why he is not there', async () => {
    for (const same of ['sim:nowhere', 'sim:./nowhere']) {
      const { exit, stderr } = await world.run('status', 'sim:nowhere', same);
      expect([exit, stderr]).toEqual([5, expect.stringContaining('NO_CONTAINER')]);
    }
    expect(await world.run('status', 'sim:nowhere', 'sim:dongle', 'sim:dongle')).toMatchObject({ exit: 6 });
  });

  it('says in one line that all is quiet', async () => {
    expect(await world.must('status')).toBe(
      'Nothing is under way: no move is unfinished, and nothing is in transit from the 4 asked.\n',
    );
    expect(await world.json('status')).toMatchObject({ unfinished: [], transit: [], unreachable: [], next: [] });
  });

  it('tells of an unfinished move from where to where, its order, since when, its step and its last failure', async () => {
    await interrupt(world, 'apply');
    const said = await world.must('status');
    for (const part of [
      'sim:dongle',
      'sim:device',
      '6000010:1001x2',
      '2025-05-08 06:13 UTC',
      'in transit',
      'NO_CONTAINER',
    ])
      expect(said).toContain(part);
    const { unfinished, transit, next } = await world.json('status');
    expect(unfinished).toMatchObject([
      {
        from: `sim:${path.join(world.folder, 'dongle')}`,
        order: seatsOrder(2),
        step: 'issued',
        begunAt: 800_000_000,
        lastFailure: { code: 'NO_CONTAINER', at: 800_000_000 },
      },
    ]);
    expect(transit).toMatchObject([
      {
        from: 'sim:dongle',
        to: DEVICE,
        entries: [{ sequence: 1, items: [{ productCode: 1001, seats: 2 }], cancelled: false }],
      },
    ]);
    expect(next).toEqual([{ command: `ferry resume ${unfinished[0].id}`, why: 'finishes the unfinished move' }]);
  });

  it.each(STEPS)('finishes a move cut off at %s by what it says to type', async (step) => {
    await interrupt(world, step);
    expect(await typeWhatStatusSays(world)).toHaveLength(1);
    await expectSeats(3, 2);
    expect(await world.must('status')).toContain('Nothing is under way');
  });

  it.each(['apply', 'settle'] as const)(
    'finishes a move cut off at %s by what it says to type, when all that was kept of it is gone',
    async (step) => {
      await interrupt(world, step);
      fs.rmSync(stateOf(world), { recursive: true });
      expect(await typeWhatStatusSays(world)).toEqual([
        'ferry move --from sim:dongle --to sim:device --item 6000010:1001x2',
      ]);
      await expectSeats(3, 2);
    },
  );

  it.each([
    ['its note', '.note', 'NOTE_WRONG', 'ferry move --from sim:dongle --to sim:device --item 6000010:1001x2'],
    [
      'its snapshot',
      '.json',
      'SNAPSHOT_WRONG',
      'ferry move --from sim:dongle --to sim:device --item 6000010:1001x2 --start-over',
    ],
  ])(
    'names what is wrong when %s is damaged, and what it says to type finishes the move',
    async (_, suffix, code, command) => {
      await interrupt(world, 'apply');
      spoil(world, suffix, '{');
      expect(await world.must('status')).toContain(`[${code}]`);
      expect(await world.run('resume')).toMatchObject({ exit: 3, stderr: expect.stringContaining(code) });
      expect(await typeWhatStatusSays(world)).toEqual([command]);
      await expectSeats(3, 2);
      expect(keptIn(world)).toEqual({});
    },
  );

  it('does not have an order for everything made once more when its note is damaged', async () => {
    await interrupt(world, 'apply', 'device', { kind: 'all' });
    spoil(world, '.note', '{}');
    expect(await typeWhatStatusSays(world)).toEqual(['ferry move --from sim:dongle --to sim:device --all']);
    await expectSeats(0, 5);
  });

  it('brings back what was cancelled by what it says to type', async () => {
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'c.ferry-context');
    await world.must('issue', 'sim:dongle', '--context', 'c.ferry-context', '--item', world.item(2), '-o', 'folder:s');
    await world.must('cancel', 'sim:dongle', '--to', DEVICE, '-o', 'folder:lost');
    expect(await world.must('status')).toContain('cancelled, waits for the receipt');
    expect(await typeWhatStatusSays(world)).toHaveLength(3);
    await expectSeats(5, 0);
  });

  it('promises nothing back of a move that had arrived before it was cancelled', async () => {
    await interrupt(world, 'settle');
    await world.must('cancel', 'sim:dongle', '--to', DEVICE, '-o', 'folder:late');
    const said = await world.must('status');
    expect(said).toContain('arrived before its cancellation, waits for the receipt');
    expect(said).toContain('# finishes the unfinished move');
    expect(said).not.toContain('brings');
    await typeWhatStatusSays(world);
    await expectSeats(3, 2);
  });

  it('finishes what was parked in several orders, one of them cancelled, by what it says to type', async () => {
    await world.must('context', 'sim:device', '--for', 'sim:dongle', '-o', 'c.ferry-context');
    const issue = ['issue', 'sim:dongle', '--context', 'c.ferry-context', '-o', 'folder:s', '--item'];
    for (const seats of [1, 2]) await world.must(...issue, world.item(seats));
    await world.must('cancel', 'sim:dongle', '--to', DEVICE, '--sequence', '2', '-o', 'folder:s');
    await world.must(...issue, world.item(2));
    expect((await world.json('status')).transit[0].entries).toHaveLength(3);
    await typeWhatStatusSays(world);
    await expectSeats(2, 3);
    expect(await world.must('status')).toContain('Nothing is under way');
  });

  it('delivers what a License Central has in transit by what it says to type', async () => {
    await world.must('central', 'issue', 'vendor', '--to', 'sim:device', '--item', '6000010:8x4', '-o', 'folder:sent');
    expect(await world.must('status', 'central:vendor')).toContain('6000010:8x4');
    const { next } = await world.json('status', 'central:vendor', 'sim:device');
    for (const { command } of next) await world.must(...command.split(' ').slice(1));
    expect((await world.seats('device')).held).toBe(4);
    expect(await world.must('status', 'central:vendor')).toContain('Nothing is under way');
  });

  it('asks the sides of unfinished moves, shows those that it cannot reach, and fails only for what was asked for', async () => {
    await interrupt(world, 'apply', 'other');
    fs.renameSync(path.join(world.folder, 'other'), path.join(world.folder, 'away'));
    const quiet = await world.run('status', 'sim:device', '--json');
    expect(quiet.exit).toBe(0);
    expect(JSON.parse(quiet.stdout)).toMatchObject({
      transit: [{ from: `sim:${path.join(world.folder, 'dongle')}`, kept: 'whole' }],
      unreachable: [{ address: `sim:${path.join(world.folder, 'other')}`, code: 'NO_CONTAINER' }],
    });
    const said = await world.must('status', 'sim:dongle');
    expect(said).toContain(`sim:${path.join(world.folder, 'other')} cannot be reached: `);
    const [command = ''] = /ferry resume \S+ --to NEW-ADDRESS/.exec(said) ?? [];
    const copy = world.copy();
    const moved = await copy.run(...command.replace('NEW-ADDRESS', 'sim:away').split(' ').slice(1));
    copy.remove();
    expect([moved.exit, moved.stdout]).toEqual([0, expect.stringContaining('2 seats of 6000010:1001 moved')]);
    expect(await world.run('status', 'sim:dongle', 'sim:nowhere')).toMatchObject({ exit: 6 });
    fs.rmSync(stateOf(world), { recursive: true });
    expect(await world.run('status', 'sim:nowhere')).toMatchObject({ exit: 5 });
    expect(await world.run('status', 'folder:sent')).toMatchObject({ exit: 2 });
  });
});
