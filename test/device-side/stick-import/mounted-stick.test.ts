import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { armor } from '../../../container/files/armor.ts';
import { MountedStick } from '../../../device-side/stick-import/mounted-stick.adapter.ts';
import { RESULT_NAME, type Stick } from '../../../state-machines/index.ts';
import { resultText } from '../../../state-machines/stick-import/result-sheet.ts';
import { asNobody } from '../../carriers/folder-as-nobody.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { makeContainer, TestFirm } from '../../world/parties.ts';

const makeFolder = temporaryFolders();
const asked = { certificate: new TestFirm().certificate, firmCode: null };
const [context, other] = [1, 2].map((number) => makeContainer('soft', number).container.run('context', asked).context);
const envelope = context as Uint8Array;
const MAKE_PIPE = 'mkfifo';
const OTHER_RESULT_NAME = 'FERRY-RESULT.TXT';
const ours = resultText(new Map([['130-1', ['All is well.']]]));
const later = resultText(new Map([['130-1', ['All is better.']]]));

function plugged(place: string): Stick {
  return new MountedStick(place, () => true);
}

/** A folder with files, each of which has its own name in it. */
function folderWith(...files: readonly string[]): string {
  const place = makeFolder();
  for (const file of files) {
    fs.mkdirSync(path.join(place, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(place, file), file);
  }
  return place;
}

/** What lies on a stick, in order of the names. A folder, or whatever else is no file, is marked. */
async function listed(stick: Stick): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of stick.entries()) names.push(isFile ? name : `${name} (no file)`);
  return names.sort();
}

function openFolders(place: string): readonly string[] {
  const links = fs.readdirSync('/proc/self/fd').map((handle) => linkOf(`/proc/self/fd/${handle}`));
  return links.filter((file) => file.startsWith(place));
}

function linkOf(link: string): string {
  return fs.existsSync(link) ? fs.readlinkSync(link) : '';
}

describe('the entries of a stick', () => {
  it('are those of its root and of the folders there, named by both, and nothing deeper', async () => {
    const place = folderWith('a', 'from firm/b', 'from firm/c', 'two/d', 'two/deep/e', 'two/deep/er/f');
    fs.mkdirSync(path.join(place, 'empty'));
    expect(await listed(plugged(place))).toEqual([
      'a',
      'empty (no file)',
      'from firm (no file)',
      'from firm/b',
      'from firm/c',
      'two (no file)',
      'two/d',
      'two/deep (no file)',
    ]);
  });

  it('are none where nothing lies on it', async () => {
    expect(await listed(plugged(makeFolder()))).toEqual([]);
  });

  it('have hidden files and folders, but nothing of what lies in a hidden folder', async () => {
    const place = folderWith('.Trashes/a', '.hidden', 'folder/.b');
    const names = ['.Trashes (no file)', '.hidden', 'folder (no file)', 'folder/.b'];
    expect(await listed(plugged(place))).toEqual(names);
  });

  it('have links, to files and folders, and pipes as what is no file, and enter none', async () => {
    const outside = folderWith('secret');
    const place = folderWith('a', 'folder/b');
    for (const at of ['', 'folder/']) {
      fs.symlinkSync(path.join(outside, 'secret'), path.join(place, `${at}link`));
      fs.symlinkSync(outside, path.join(place, `${at}linked`));
      fs.symlinkSync(path.join(place, 'nowhere'), path.join(place, `${at}loose`));
      execFileSync(MAKE_PIPE, [path.join(place, `${at}pipe`)]);
    }
    expect(await listed(plugged(place))).toEqual([
      'a',
      'folder (no file)',
      'folder/b',
      'folder/link (no file)',
      'folder/linked (no file)',
      'folder/loose (no file)',
      'folder/pipe (no file)',
      'link (no file)',
      'linked (no file)',
      'loose (no file)',
      'pipe (no file)',
    ]);
  });

  it.each([
    [0, 0],
    [2, 2],
    [3, 3],
    [5, 5],
    [6, 6],
    [7, 6],
  ])('end after %i names at the most, and leave no folder open', async (most, count) => {
    const place = folderWith('a', 'b', 'folder/c', 'folder/d', 'folder/e');
    const names = await listed(new MountedStick(place, () => true, most));
    expect(names).toHaveLength(count);
    expect(openFolders(place)).toEqual([]);
  });

  it('are told of all other folders where one may not be read, or goes meanwhile', async () => {
    const place = folderWith('a', 'first/b', 'lost+found/c', 'second/d');
    const names = ['a', 'first (no file)', 'first/b', 'lost+found (no file)', 'second (no file)', 'second/d'];
    fs.chmodSync(path.join(place, 'lost+found'), 0o000);
    expect(await asNobody(place, () => listed(plugged(place)))).toEqual(names);
    const seen: string[] = [];
    for await (const { name } of plugged(place).entries()) {
      seen.push(name);
      if (name === 'lost+found') fs.rmSync(path.join(place, name), { recursive: true });
    }
    expect(seen.sort()).toEqual(['a', 'first', 'first/b', 'lost+found', 'second', 'second/d']);
  });

  it('leave no folder open when nobody wants more of them', async () => {
    const place = folderWith('a', 'folder/b', 'folder/c');
    for await (const { name } of plugged(place).entries()) if (name.includes('/')) break;
    for await (const _ of plugged(place).entries()) break;
    expect(openFolders(place)).toEqual([]);
  });
});

describe('a file on a stick', () => {
  it.each(['a.ferry-update', 'from firm/a.ferry-update'])('gives the envelope of its text: %s', async (name) => {
    const place = folderWith(name);
    fs.writeFileSync(path.join(place, name), armor(envelope));
    expect(await plugged(place).read(name)).toEqual(envelope);
    fs.writeFileSync(path.join(place, name), envelope);
    expect(await plugged(place).read(name)).toEqual(envelope);
  });

  it.each<[string, string, (file: string) => unknown]>([
    ['a link to a whole file', 'FILE_UNREADABLE', (file) => fs.symlinkSync(armored(), file)],
    ['a pipe that nobody writes to', 'FILE_UNREADABLE', (file) => execFileSync(MAKE_PIPE, [file])],
    ['a folder', 'FILE_UNREADABLE', (file) => fs.mkdirSync(file)],
    ['nothing', 'FILE_UNREADABLE', () => {}],
    ['a file of many bytes', 'FILE_TOO_LARGE', (file) => fs.writeFileSync(file, new Uint8Array(2 ** 22 + 1))],
    ['some other text', 'FILE_MALFORMED', (file) => fs.writeFileSync(file, 'Shopping list')],
  ])(
    'is refused at once, by its name on the stick, with the code of the reason, where there is %s',
    async (_, code, make) => {
      const place = folderWith('folder/x');
      make(path.join(place, 'folder/file'));
      const details = expect.objectContaining({ file: 'folder/file' });
      await expect(plugged(place).read('folder/file')).rejects.toMatchObject({ code, details });
    },
  );

  function armored(): string {
    const file = path.join(makeFolder(), 'outside');
    fs.writeFileSync(file, armor(envelope));
    return file;
  }

  it('that is written is there whole, as text for everybody to read, in place of the older one, and nothing else', async () => {
    const place = folderWith('x-receipt.ferry-context');
    const stick = plugged(place);
    for (const written of [other as Uint8Array, envelope]) {
      await stick.write('x-receipt.ferry-context', written);
      expect(await stick.read('x-receipt.ferry-context')).toEqual(written);
    }
    expect(fs.readFileSync(path.join(place, 'x-receipt.ferry-context'), 'utf8')).toBe(armor(envelope));
    expect(fs.statSync(path.join(place, 'x-receipt.ferry-context')).mode & 0o777).toBe(0o644);
    expect(fs.readdirSync(place)).toEqual(['x-receipt.ferry-context']);
  });

  it('that is written takes the place of a link, and goes not through it', async () => {
    const outside = path.join(folderWith('precious'), 'precious');
    const place = makeFolder();
    fs.symlinkSync(outside, path.join(place, 'x'));
    await plugged(place).write('x', envelope);
    expect(await plugged(place).read('x')).toEqual(envelope);
    expect(fs.readFileSync(outside, 'utf8')).toBe('precious');
  });

  it('that cannot be written stays as it was', async () => {
    const place = folderWith('x', 'locked/x');
    await expect(plugged(place).write('x', new Uint8Array(9))).rejects.toMatchObject({ code: 'FILE_MALFORMED' });
    fs.chmodSync(path.join(place, 'locked'), 0o555);
    await asNobody(place, async () => {
      const locked = plugged(path.join(place, 'locked'));
      await expect(locked.write('x', envelope)).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
      await expect(locked.writeResult(ours)).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    });
    expect(fs.readdirSync(place).sort()).toEqual(['locked', 'x']);
    expect(fs.readdirSync(path.join(place, 'locked'))).toEqual(['x']);
    for (const file of ['x', 'locked/x']) expect(fs.readFileSync(path.join(place, file), 'utf8')).toBe(file);
  });
});

describe('the text for people on a stick', () => {
  it('is none before one is written', async () => {
    expect(await plugged(folderWith('a')).readResult()).toBeUndefined();
  });

  it('is read back as it was written, and the next one takes its place', async () => {
    const place = makeFolder();
    for (const text of [ours, later]) {
      await plugged(place).writeResult(text);
      expect(await plugged(place).readResult()).toBe(text);
      expect(fs.readFileSync(path.join(place, RESULT_NAME), 'utf8')).toBe(text);
      expect(fs.readdirSync(place)).toEqual([RESULT_NAME]);
    }
  });

  it.each<[string, (file: string) => unknown, (file: string) => unknown]>([
    ['another text', (file) => fs.writeFileSync(file, 'Results of the race\r\n'), fs.readFileSync],
    ['an empty file', (file) => fs.writeFileSync(file, ''), fs.readFileSync],
    ['our text with more before it', (file) => fs.writeFileSync(file, `Read this:\r\n${ours}`), fs.readFileSync],
    ['what is no text', (file) => fs.writeFileSync(file, Uint8Array.of(0xff, 0xfe, 0)), fs.readFileSync],
    ['a folder', (file) => fs.mkdirSync(file), fs.readdirSync],
    ['a link to our text', (file) => fs.symlinkSync(sheet(), file), fs.readlinkSync],
    ['a link to nothing', (file) => fs.symlinkSync('nowhere', file), fs.readlinkSync],
    ['a pipe', (file) => execFileSync(MAKE_PIPE, [file]), (file) => fs.statSync(file).isFIFO()],
    [
      'a very long file',
      (file) => fs.writeFileSync(file, ours.padEnd(2 ** 22 + 1, '\r\n')),
      (file) => fs.statSync(file),
    ],
  ])('leaves %s alone that somebody has under its name, and goes under another one', async (_, make, look) => {
    const place = makeFolder();
    const file = path.join(place, RESULT_NAME);
    make(file);
    const before = look(file);
    expect(await plugged(place).readResult()).toBeUndefined();
    for (const text of [ours, later]) {
      await plugged(place).writeResult(text);
      expect(fs.readFileSync(path.join(place, OTHER_RESULT_NAME), 'utf8')).toBe(text);
      expect(await plugged(place).readResult()).toBe(text);
      expect(look(file)).toEqual(before);
    }
    expect(fs.readdirSync(place).sort()).toEqual([OTHER_RESULT_NAME, RESULT_NAME]);
  });

  function sheet(): string {
    const file = path.join(makeFolder(), 'sheet');
    fs.writeFileSync(file, ours);
    return file;
  }

  it('is neither read nor written where both its names are somebody’s', async () => {
    const place = folderWith(RESULT_NAME, OTHER_RESULT_NAME);
    expect(await plugged(place).readResult()).toBeUndefined();
    await plugged(place).writeResult(ours);
    expect(await plugged(place).readResult()).toBeUndefined();
    expect(fs.readdirSync(place).sort()).toEqual([OTHER_RESULT_NAME, RESULT_NAME]);
    for (const name of [RESULT_NAME, OTHER_RESULT_NAME])
      expect(fs.readFileSync(path.join(place, name), 'utf8')).toBe(name);
  });

  it('goes under its usual name again as soon as nobody has that', async () => {
    const place = folderWith(RESULT_NAME);
    await plugged(place).writeResult(ours);
    fs.rmSync(path.join(place, RESULT_NAME));
    await plugged(place).writeResult(later);
    expect(await plugged(place).readResult()).toBe(later);
    expect(fs.readFileSync(path.join(place, RESULT_NAME), 'utf8')).toBe(later);
  });
});

/** Everything that can be asked of a stick, and its code where a file lies in the stick's place. */
const works: readonly [string, string, (stick: Stick) => Promise<unknown>][] = [
  ['listing', 'FOLDER_UNREADABLE', listed],
  ['reading', 'FILE_UNREADABLE', (stick) => stick.read('x')],
  ['writing', 'FILE_UNWRITABLE', (stick) => stick.write('x', envelope)],
  ['reading the text for people', 'FILE_UNREADABLE', (stick) => stick.readResult()],
  ['writing the text for people', 'FILE_UNREADABLE', (stick) => stick.writeResult(ours)],
];

/** A stick that is there the first times that one looks. */
function pulledAfter(place: string, looks: number): Stick {
  let left = looks;
  return new MountedStick(place, () => left-- > 0);
}

describe('what fails on a stick', () => {
  it.each(works)('is what it is while it is mounted: %s', async (_, code, work) => {
    await expect(work(plugged(path.join(folderWith('file'), 'file')))).rejects.toMatchObject({ code });
  });

  it.each(works)(
    'is that it was pulled out, and why one saw it, when it is not mounted any more: %s',
    async (what, code, work) => {
      const where = path.join(folderWith('file'), 'file');
      const stick = pulledAfter(where, 1);
      const cause = expect.objectContaining({ code: what === 'listing' ? 'ENOTDIR' : code });
      await expect(work(stick)).rejects.toMatchObject({ code: 'STICK_GONE', details: { where }, cause });
      expect(stick.where).toBe(where);
    },
  );

  it.each([true, false])(
    'is a defect when the program is wrong, whether it is mounted after that or not: %j',
    async (isThere) => {
      const stick = pulledAfter(makeFolder(), isThere ? 2 : 1);
      await expect(stick.write(undefined as unknown as string, envelope)).rejects.toBeInstanceOf(TypeError);
    },
  );
});

describe('a stick that is not mounted any more, whose mount point is there still,', () => {
  function place(): string {
    const folder = folderWith('folder/y');
    fs.writeFileSync(path.join(folder, 'x'), armor(other as Uint8Array));
    return folder;
  }

  it.each(works)('says that it is gone, and where, and changes nothing there: %s', async (_, __, work) => {
    const where = place();
    await expect(work(new MountedStick(where, () => false))).rejects.toMatchObject({
      code: 'STICK_GONE',
      details: { where },
    });
    expect(fs.readdirSync(where).sort()).toEqual(['folder', 'x']);
    expect(fs.readFileSync(path.join(where, 'x'), 'utf8')).toBe(armor(other as Uint8Array));
  });

  it.each(works)('says so, too, when it went while all was well: %s', async (what, _, work) => {
    const where = place();
    await expect(work(pulledAfter(where, 1))).rejects.toMatchObject({ code: 'STICK_GONE', details: { where } });
    // Its root and its folder are looked at one after the other.
    await expect(work(pulledAfter(where, what === 'listing' ? 4 : 2))).resolves.not.toThrow();
  });

  it('says so where it went while its folders were listed', async () => {
    const where = place();
    let isThere = true;
    const listing = async (): Promise<void> => {
      for await (const { name } of new MountedStick(where, () => isThere).entries()) {
        if (name !== 'folder') continue;
        fs.rmSync(path.join(where, name), { recursive: true });
        isThere = false;
      }
    };
    await expect(listing()).rejects.toMatchObject({ code: 'STICK_GONE', details: { where } });
  });
});
