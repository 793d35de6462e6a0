import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FerryHere } from '../end-to-end/ferry-here.ts';
import { asNobody } from './folder-as-nobody.ts';

const FOLDER = 'folder:stick';
const UPDATE = '3-1234567-for-130-2459324738-1.ferry-update';
const RECEIPT = '130-2459324738-for-3-1234567-receipt.ferry-context';
const MAKE_PIPE = 'mkfifo';

/** Puts something odd at `file`. @param good the update file, which stays in the folder */
type Put = (file: string, good: string) => unknown;

/** What both ways of taking a folder in refuse by name, while they take what is good. */
const REFUSED: readonly [string, string, Put][] = [
  [
    'a truncated copy',
    'FILE_MALFORMED',
    (file, good) => fs.writeFileSync(file, fs.readFileSync(good).subarray(0, 900)),
  ],
  [
    'a copy cut in its header',
    'FILE_MALFORMED',
    (file, good) => fs.writeFileSync(file, fs.readFileSync(good).subarray(0, 40)),
  ],
  ['a file without bytes', 'FILE_MALFORMED', (file) => fs.writeFileSync(file, '')],
  [
    'a copy with an edited header',
    'FILE_HEADER',
    (file, good) => fs.writeFileSync(file, fs.readFileSync(good, 'utf8').replace('130-2459324738', '130-1000000001')),
  ],
  ['a text', 'FILE_MALFORMED', (file) => fs.writeFileSync(file, 'Dear technician')],
  ['a picture', 'FILE_MALFORMED', (file) => fs.writeFileSync(file, Uint8Array.of(0x89, 0x50, 0x4e, 0x47))],
  ['a file of 5 MiB', 'FILE_TOO_LARGE', (file) => fs.truncateSync(openNew(file), 5 * 1024 * 1024)],
  ['an unreadable file', 'FILE_UNREADABLE', (file, good) => putUnreadable(file, good)],
];

/** What is no file of ours, whatever its name, and is not even looked at. */
const LEFT_ALONE: readonly [string, string, Put][] = [
  ['a folder', 'a.ferry-update', (file) => fs.mkdirSync(file)],
  ['a link to an update', 'a.ferry-update', (file, good) => fs.symlinkSync(good, file)],
  ['a link to nothing', 'a.ferry-update', (file) => fs.symlinkSync('/nowhere', file)],
  ['a pipe that nobody writes to', 'a.ferry-update', (file) => execFileSync(MAKE_PIPE, [file])],
  ['the companion that another system makes', `._${UPDATE}`, (file) => fs.writeFileSync(file, 'Mac OS X')],
  ['the temporary of a killed run', '.ferry-00000000-1-00000000.new', (file, good) => fs.copyFileSync(good, file)],
  ['a download that is not over', `${UPDATE}.part`, (file, good) => fs.copyFileSync(good, file)],
];

function putUnreadable(file: string, good: string): void {
  fs.copyFileSync(good, file);
  fs.chmodSync(file, 0);
}

function openNew(file: string): string {
  fs.writeFileSync(file, '');
  return file;
}

describe('a folder with a good update for a device, and', () => {
  const loaded = new FerryHere();
  let world: FerryHere;
  beforeAll(async () => {
    await loaded.setUp();
    await loaded.must('context', 'sim:device', '--for', 'sim:dongle', '-o', FOLDER);
    await loaded.must('move', '--from', 'sim:dongle', '--to', FOLDER, '--item', loaded.item(2));
  });
  afterAll(() => loaded.remove());
  beforeEach(() => {
    world = loaded.copy();
  });
  afterEach(() => world.remove());

  const at = (name: string) => path.join(world.folder, 'stick', name);

  async function expectMoved(): Promise<void> {
    await world.must('settle', 'sim:dongle', `stick/${RECEIPT}`);
    expect([await world.seats('dongle'), await world.seats('device')]).toEqual([
      { held: 3, pending: 0 },
      { held: 2, pending: 0 },
    ]);
  }

  it.each(REFUSED)('%s: ferry apply refuses that with %s, and takes the good one', async (_, code, put) => {
    put(at('1.ferry-update'), at(UPDATE));
    const { exit, stdout } = await asNobody(world.folder, () =>
      world.run('apply', 'sim:device', FOLDER, '-o', FOLDER, '--json'),
    );
    expect(JSON.parse(stdout)).toMatchObject({ files: [{ file: `stick/${UPDATE}` }], failures: [{ code }] });
    expect(exit).toBe(code === 'FILE_UNREADABLE' ? 5 : 6);
    expect(fs.existsSync(at('1.ferry-update'))).toBe(true);
    await expectMoved();
  });

  it.each(REFUSED)('%s: ferry device import refuses that with %s, and takes the good one', async (_, code, put) => {
    put(at('1.ferry-update'), at(UPDATE));
    const { stdout } = await asNobody(world.folder, () => world.run('device', 'import', 'device', 'stick', '--json'));
    const { files } = JSON.parse(stdout);
    expect(files).toMatchObject([
      { file: UPDATE, state: 'applied' },
      { state: 'refused', failure: { code } },
    ]);
    await expectMoved();
  });

  it.each(LEFT_ALONE)('%s: that is left alone, and the good one is taken', async (_, name, put) => {
    put(at(name), at(UPDATE));
    await world.must('apply', 'sim:device', FOLDER, '-o', FOLDER);
    expect(await world.json('device', 'import', 'device', 'stick')).toMatchObject({ files: [{ state: 'known' }] });
    await expectMoved();
  });

  it('a copy of it: that changes nothing more', async () => {
    fs.copyFileSync(at(UPDATE), at('1 (copy).ferry-update'));
    const { files, failures } = await world.json('apply', 'sim:device', FOLDER, '-o', FOLDER);
    expect([files, failures]).toMatchObject([[{ skipped: 0 }, { skipped: 1, entries: [] }], []]);
    await expectMoved();
  });

  it('an odd thing in the place of the receipt: the license is there, and the same command finishes', async () => {
    fs.mkdirSync(at(RECEIPT));
    const args = ['apply', 'sim:device', FOLDER, '-o', FOLDER];
    expect(await world.run(...args)).toMatchObject({ exit: 5, stderr: expect.stringContaining('FILE_UNWRITABLE') });
    expect(fs.readdirSync(at('.')).filter((name) => name.startsWith('.'))).toEqual([]);
    fs.rmdirSync(at(RECEIPT));
    await world.must(...args);
    await expectMoved();
  });

  it('only files that were refused: the one for somebody else does not hide why', async () => {
    await world.must('context', 'sim:other', '--for', 'sim:dongle', '-o', 'other.ferry-context');
    await world.must('issue', 'sim:dongle', '--context', 'other.ferry-context', '--item', world.item(1), '-o', FOLDER);
    fs.truncateSync(at(UPDATE), 900);
    expect(await world.run('apply', 'sim:device', FOLDER, '-o', FOLDER)).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('FILE_MALFORMED'),
    });
  });
});
