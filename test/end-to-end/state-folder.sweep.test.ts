import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FerryHere } from './ferry-here.ts';
import { interrupt, stateOf } from './interrupted-move.ts';

const loaded = new FerryHere();
let world: FerryHere;
beforeAll(async () => await loaded.setUp());
afterAll(() => loaded.remove());
beforeEach(() => {
  world = loaded.copy();
});
afterEach(() => world.remove());

/** Who owns nothing. */
const NOBODY = 65534;

/** Rights of the state folder and all that is in it. */
function rightsIn(folder: string): Record<string, string> {
  const names = ['', ...(fs.readdirSync(folder, { recursive: true }) as string[])];
  return Object.fromEntries(
    names.map((name) => {
      const found = fs.statSync(path.join(folder, name));
      return [name, `${found.isDirectory() ? 'folder' : 'file'} ${(found.mode & 0o777).toString(8)}`];
    }),
  );
}

function noteFile(): string {
  const moves = path.join(stateOf(world), 'moves');
  const [name = ''] = fs.readdirSync(moves).filter((file) => file.endsWith('.note'));
  return path.join(moves, name);
}

/** Writes an address into the note of the unfinished move whose program leaves a file. @returns that file */
function plantProgram(): string {
  const sign = path.join(world.folder, 'was-run');
  const stored = JSON.parse(fs.readFileSync(noteFile(), 'utf8'));
  stored.note.to = `exec:touch ${sign}`;
  fs.writeFileSync(noteFile(), JSON.stringify(stored));
  return sign;
}

describe('the state folder', () => {
  it('and all that a move leaves in it are for its user alone', async () => {
    // A copied folder need not have its rights: the program is to make it.
    fs.rmSync(stateOf(world), { recursive: true });
    await world.must('move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', '6000010:1001x1');
    await interrupt(world, 'apply');
    const rights = Object.values(rightsIn(stateOf(world)));
    expect(new Set(rights)).toEqual(new Set(['folder 700', 'file 600']));
  });

  const order = ['move', '--from', 'sim:dongle', '--to', 'sim:device', '--item', '6000010:1001x1'];

  it.each([
    ['cannot be read', 'odd/locks'],
    ['cannot be written to', 'odd'],
  ])('that %s is said to be where unfinished moves are kept, before anything is begun', async (_, place) => {
    fs.mkdirSync(path.join(world.folder, 'odd'));
    fs.writeFileSync(path.join(world.folder, 'odd', 'locks'), '');
    const state = path.join(world.folder, place);
    world.variables.FERRY_STATE = state;
    const { exit, stderr } = await world.run(...order);
    const said = `The state folder ${state}, in which ferry keeps unfinished moves, cannot be used: a part of the path is not a folder. [STATE_UNUSABLE]`;
    expect([exit, stderr]).toEqual([5, expect.stringContaining(said)]);
    expect(stderr).toContain('What was asked for is not begun');
    expect(stderr).toContain('FERRY_STATE');
    expect(await world.seats('dongle')).toEqual({ held: 5, pending: 0 });
  });

  it.each(['.note.new', '.json.new', '.blob.new'])(
    'that is full when a %s is written is named, and the same command finishes the move once there is room',
    async (end) => {
      const { openSync } = fs;
      const full = vi.spyOn(fs, 'openSync').mockImplementation((file, ...rest) => {
        if (String(file).endsWith(end)) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
        return openSync(file, ...rest);
      });
      const { exit, stderr } = await world.run(...order);
      full.mockRestore();
      expect([exit, stderr]).toEqual([
        5,
        expect.stringMatching(/state folder .* failed: the disk is full. \[STATE_UNKEPT\]/),
      ]);
      expect(stderr).toContain('FERRY_STATE');
      await world.must(...order);
      expect([await world.seats('dongle'), await world.seats('device')]).toEqual([
        { held: 4, pending: 0 },
        { held: 1, pending: 0 },
      ]);
    },
  );

  /** Only the administrator may give files away; nobody else has the others' to himself. */
  it.skipIf(process.geteuid?.() !== 0).each([
    ['its note is somebody else’s', () => fs.chownSync(noteFile(), NOBODY, NOBODY)],
    ['its folder is somebody else’s', () => fs.chownSync(path.dirname(noteFile()), NOBODY, NOBODY)],
    ['the state folder is somebody else’s', () => fs.chownSync(stateOf(world), NOBODY, NOBODY)],
  ])('starts no program for an unfinished move when %s', async (_, giveAway) => {
    await interrupt(world, 'apply');
    const sign = plantProgram();
    giveAway();
    expect(await world.run('resume')).toMatchObject({ exit: 3, stderr: expect.stringContaining('NOTE_EXPOSED') });
    expect(fs.existsSync(sign)).toBe(false);
  });

  it.skipIf(process.platform === 'win32').each([
    ['its note may be written by others', () => fs.chmodSync(noteFile(), 0o622)],
    ['its note may be replaced by a group', () => fs.chmodSync(path.dirname(noteFile()), 0o770)],
    ['the state folder may be filled by others', () => fs.chmodSync(stateOf(world), 0o707)],
    [
      'its note is a link to elsewhere',
      () => {
        const [note, elsewhere] = [noteFile(), path.join(world.folder, 'elsewhere')];
        fs.renameSync(note, elsewhere);
        fs.symlinkSync(elsewhere, note);
      },
    ],
  ])('starts no program for an unfinished move when %s', async (_, expose) => {
    await interrupt(world, 'apply');
    const sign = plantProgram();
    expose();
    const status = await world.json('status');
    const resumed = await world.run('resume');
    expect(fs.existsSync(sign)).toBe(false);
    expect(status.unreachable).toMatchObject([{ address: `exec:touch ${sign}`, code: 'NOTE_EXPOSED' }]);
    expect([resumed.exit, resumed.stderr]).toEqual([3, expect.stringContaining('NOTE_EXPOSED')]);
  });

  it('starts the program that its user noted, and the one that is typed', async () => {
    await interrupt(world, 'apply');
    const sign = plantProgram();
    await world.run('status');
    expect(fs.existsSync(sign)).toBe(true);
    fs.rmSync(sign);
    fs.chmodSync(noteFile(), 0o666);
    await world.run('status', `exec:touch ${sign}`);
    expect(fs.existsSync(sign)).toBe(true);
  });
});
