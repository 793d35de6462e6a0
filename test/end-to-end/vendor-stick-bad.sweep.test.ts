import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { asNobody } from '../carriers/folder-as-nobody.ts';
import { FerryHere } from './ferry-here.ts';
import { FIRM, grantToAll, onStick, plugIntoAll, receiptOf, SERIALS, setUpVendor, updateOf } from './vendor-stick.ts';

const [ONE, TWO, THREE] = SERIALS;
const loaded = new FerryHere();
let world: FerryHere;
beforeAll(async () => {
  await setUpVendor(loaded);
  await grantToAll(loaded);
});
afterAll(() => loaded.remove());
beforeEach(() => {
  world = loaded.copy();
});
afterEach(() => {
  vi.restoreAllMocks();
  world.remove();
});

const at = (...names: readonly string[]): string => path.join(world.folder, 'stick', ...names);
const exporting = (...serials: readonly string[]) => [
  'central',
  'export',
  'vendor',
  ...serials,
  '--to',
  'folder:stick',
];
const collecting = ['central', 'collect', 'vendor', 'folder:stick'] as const;
const brought = async (): Promise<void> => {
  await world.must(...exporting());
  await plugIntoAll(world);
};

describe('ferry central export', () => {
  it('writes for the others where a container is not known, is revoked or has to be heard of first', async () => {
    await world.must('central', 'restored', 'vendor', '--firm', `${FIRM}`);
    await world.must('settle', 'central:vendor', 'folder:known');
    await world.must(...exporting());
    await world.must('central', 'revoke', 'vendor', TWO, '--firm', `${FIRM}`);
    await world.must('central', 'revoke', 'vendor', THREE, '--root');
    const run = await world.run(...exporting(ONE, TWO, THREE, '130-9'));
    expect(run).toMatchObject({ exit: 6, stdout: expect.stringContaining('Result: 1 update file for 1 container') });
    for (const [serial, code] of [
      [TWO, 'TARGET_REVOKED'],
      [THREE, 'CERTIFICATE_REVOKED'],
      ['130-9', 'TARGET_UNKNOWN'],
    ])
      expect(run.stderr).toMatch(new RegExp(`^${serial}: nothing.* was written: .* \\[${code}\\]$`, 'm'));
    for (const serial of [TWO, THREE])
      expect(run.stderr).toContain(
        `stick/${updateOf(serial)} is of an earlier export, and brings what was not written`,
      );
    // They are told where others are named alone, too.
    expect((await world.json(...exporting(ONE))).left.refused).toHaveLength(2);
    expect((await world.json(...exporting(ONE, '130-9'))).failures).toMatchObject([
      { serial: '130-9', firmCode: null, code: 'TARGET_UNKNOWN' },
    ]);
    expect((await world.run(...exporting('130-9'))).exit).toBe(3);
  });

  it('tells each container from which a restored server needs a context first', async () => {
    await world.must('central', 'restored', 'vendor', '--firm', `${FIRM}`);
    const { exit, stderr } = await world.run(...exporting());
    expect([exit, stderr.match(/\[EPOCH_NEEDED\]/g)?.length, onStick(world)]).toEqual([3, 3, []]);
  });

  it.each([
    ['no folder that is there', 'folder:none', 5, 'FOLDER_UNREADABLE'],
    ['a file', 'folder:file', 5, 'FOLDER_UNREADABLE'],
    ['a mere name', 'stick', 2, 'ADDRESS_WRONG'],
    ['a container', 'sim:one', 2, 'ADDRESS_WRONG'],
    ['the folder of a License Central', 'folder:vendor', 3, 'OUTPUT_REFUSED'],
    ['the folder of a container', 'folder:one', 3, 'OUTPUT_REFUSED'],
  ])('writes nothing to %s', async (_, place, exit, code) => {
    fs.writeFileSync(path.join(world.folder, 'file'), 'mine');
    const before = fs.readdirSync(world.folder);
    const run = await world.run('central', 'export', 'vendor', '--to', place);
    expect(run).toMatchObject({ exit, stderr: expect.stringContaining(`[${code}]`) });
    expect(fs.readdirSync(world.folder)).toEqual(before);
  });

  it('takes no word for a serial number, and no firm that is not here', async () => {
    expect(await world.run(...exporting('press'))).toMatchObject({ exit: 2 });
    const unknown = await world.run(...exporting(), '--firm', '77');
    expect(unknown).toMatchObject({ exit: 3, stderr: expect.stringContaining('[FIRM_UNKNOWN]') });
    expect((await world.run(...exporting(), '--firm', '6000020')).stdout).toContain('nothing written');
    expect(onStick(world)).toEqual([]);
  });

  it('leaves old files whole on a disk that is full, tells the ones that are missing, and writes them once there is room', async () => {
    await world.must(...exporting(ONE));
    const before = fs.readFileSync(at(updateOf(ONE)), 'utf8');
    const { renameSync } = fs;
    const full = vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      if (String(to).includes(TWO)) return renameSync(from, to);
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    });
    const { exit, stderr } = await world.run(...exporting());
    expect([exit, stderr]).toEqual([6, expect.stringContaining('the disk is full. [FILE_UNWRITABLE]')]);
    expect([onStick(world), fs.readFileSync(at(updateOf(ONE)), 'utf8')]).toEqual([
      [ONE, TWO].map((one) => updateOf(one)),
      before,
    ]);
    full.mockRestore();
    await world.must(...exporting());
    expect(onStick(world)).toEqual(SERIALS.map((one) => updateOf(one)));
  });

  it.skipIf(process.platform === 'win32')(
    'says of a stick that it may only read that nothing was written',
    async () => {
      fs.chmodSync(at(), 0o555);
      const { exit, stderr } = await asNobody(world.folder, () => world.run(...exporting()));
      expect([exit === 3 || exit === 5, stderr]).toEqual([true, expect.stringContaining('access is not permitted')]);
      expect(onStick(world)).toEqual([]);
    },
  );

  it('makes no folder where the stick is pulled out in the middle', async () => {
    const { renameSync } = fs;
    vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
      renameSync(from, to);
      if (String(to).includes(ONE)) renameSync(at(), path.join(world.folder, 'pulled'));
    });
    const { exit, stderr } = await world.run(...exporting());
    expect([exit, stderr]).toEqual([5, expect.stringContaining('[FOLDER_UNREADABLE]')]);
    expect(fs.existsSync(at())).toBe(false);
  });

  it('replaces a link that has the name of a file, and leaves what it leads to', async () => {
    fs.writeFileSync(path.join(world.folder, 'outside'), 'mine');
    fs.symlinkSync(path.join(world.folder, 'outside'), at(updateOf(ONE)));
    await world.must(...exporting());
    expect(fs.readFileSync(path.join(world.folder, 'outside'), 'utf8')).toBe('mine');
    await plugIntoAll(world);
    await world.must(...collecting);
    expect((await world.json('list', 'central:vendor')).centrals[0].transit).toEqual([]);
  });

  it('brings what was called back as called back, in the place of what gave it', async () => {
    await world.must(...exporting());
    await world.must('cancel', 'central:vendor', '--to', ONE, '--firm', `${FIRM}`, '-o', 'folder:lost');
    expect(await world.must(...exporting(ONE))).toMatch(new RegExp(`${ONE} +${FIRM} +1 +1 +1 cancelled\n`));
    await plugIntoAll(world);
    await world.must(...collecting);
    expect((await world.seats('one')).held).toBe(0);
  });
});

describe('ferry central collect', () => {
  it('takes what it can beside damaged files, files of strangers, hidden ones, links and long names', async () => {
    await brought();
    const raw = fs.readFileSync(at(receiptOf(ONE)), 'utf8');
    fs.writeFileSync(at('damaged.ferry-context'), raw.replace(/\n([A-Za-z0-9+/]{20})/, '\nAAAAAAAAAAAAAAAAAAAA'));
    fs.writeFileSync(at('empty.ferry-context'), '');
    fs.writeFileSync(at(`._${receiptOf(ONE)}`), 'no context');
    fs.writeFileSync(at('RESULT.TXT'), 'for people');
    fs.symlinkSync('/dev/zero', at('link.ferry-context'));
    fs.mkdirSync(at('folder.ferry-context'));
    fs.mkdirSync(at('returned'));
    fs.renameSync(at(receiptOf(TWO)), at('returned', `${'n'.repeat(255 - '.ferry-context'.length)}.ferry-context`));
    await world.must('central', 'init', 'another', '--firm', '6000030:Another');
    await world.must('context', 'sim:one', '--for', 'central:another', '-o', 'folder:stick');
    const before = fs.readdirSync(at());
    const { exit, stdout, stderr } = await world.run(...collecting);
    expect([exit, stdout]).toEqual([6, expect.stringContaining('Result: 3 files of 3 containers taken home.')]);
    expect(stderr).toMatch(/stick\/damaged\.ferry-context: .* \[[A-Z_]+\]/);
    expect(stderr).toMatch(/stick\/empty\.ferry-context: .* \[FILE_MALFORMED\]/);
    expect(stderr).toContain('1 file(s) for others were left alone.');
    expect(stderr).not.toMatch(/link|\._|RESULT/);
    expect(fs.readdirSync(at())).toEqual(before);
    expect((await world.json('list', 'central:vendor')).centrals[0].transit).toEqual([]);
  });

  it('ends with the exit code of damaged files where there is nothing else, and names them all', async () => {
    for (const name of ['a', 'b']) fs.writeFileSync(at(`${name}.ferry-context`), 'nothing');
    const { exit, stderr } = await world.run(...collecting);
    expect([exit, stderr]).toEqual([4, expect.stringMatching(/a\.ferry-context: [\s\S]*b\.ferry-context: /)]);
  });

  it('ends well with files for others alone, and says that nothing is for it', async () => {
    await world.must('dongle', 'create', 'dongle', '--serial', '3-7');
    await world.must('context', 'sim:one', '--for', 'sim:dongle', '-o', 'folder:stick');
    expect(await world.run(...collecting)).toMatchObject({
      exit: 0,
      stdout: 'Result: nothing here was taken home.\n',
      stderr: '1 file(s) for others were left alone.\n',
    });
  });

  it('says why entries were refused, and settles them', async () => {
    await world.must(...exporting(ONE));
    await world.must('refuse', 'sim:one', `stick/${updateOf(ONE)}`, '--through', '1', '-o', 'folder:stick');
    const { containers } = await world.json(...collecting);
    expect(containers).toMatchObject([
      { target: ONE, entries: [{ sequence: 1, code: 'REFUSED_BY_OWNER' }], pending: 0 },
    ]);
    await world.must(...exporting(ONE));
    expect((await world.json(...exporting())).containers).toHaveLength(2);
  });

  it('takes several files of one container in any order, as one word of it', async () => {
    await world.must(
      'context',
      'sim:one',
      '--for',
      'central:vendor',
      '--firm',
      `${FIRM}`,
      '-o',
      'stick/z.ferry-context',
    );
    await brought();
    const { containers } = await world.json(...collecting);
    expect(containers).toMatchObject([
      {
        target: ONE,
        files: [`stick/${receiptOf(ONE)}`, 'stick/z.ferry-context'],
        entries: [{ sequence: 1 }],
        pending: 0,
      },
      { target: TWO },
      { target: THREE },
    ]);
  });

  it.each([
    ['no folder that is there', 'folder:none', 5, 'FOLDER_UNREADABLE'],
    ['a file', 'folder:known/x', 5, 'FOLDER_UNREADABLE'],
    ['a mere name', 'stick', 2, 'ADDRESS_WRONG'],
    ['an empty stick', 'folder:stick', 5, 'NOTHING_PARKED'],
  ])('takes nothing from %s', async (_, place, exit, code) => {
    const run = await world.run('central', 'collect', 'vendor', place);
    expect(run).toMatchObject({ exit, stderr: expect.stringContaining(`[${code}]`) });
  });
});
