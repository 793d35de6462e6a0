import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { makeFolder, replaceFile } from '../../../container/store/file-durable.adapter.ts';
import { parkFile } from '../../../container/store/file-parked.adapter.ts';
import { FileUpdateFolder } from '../../../device-side/index.ts';
import { writeFerryFile } from '../../../host/cli/ferry-files.adapter.ts';
import { FileBlobStore, FileSnapshotStore } from '../../../state-machines/index.ts';
import { makeContainer, TestFirm } from '../../world/parties.ts';
import { temporaryFolders } from './temporary-folder.ts';

const newFolder = temporaryFolders();
const device = makeContainer('soft', 1);
const { context } = device.container.run('context', { certificate: new TestFirm().certificate, firmCode: null });

afterEach(() => vi.restoreAllMocks());

/** What a power cut could take away: contents that were not flushed, and names whose folder was not flushed after. */
function unflushed(): { readonly contents: Set<string>; readonly names: Set<string> } {
  const lost = { contents: new Set<string>(), names: new Set<string>() };
  const opened = new Map<number, string>();
  const { openSync, mkdirSync, renameSync, fsyncSync } = fs;
  vi.spyOn(fs, 'openSync').mockImplementation((file, flags, mode) => {
    const handle = openSync(file, flags, mode);
    opened.set(handle, path.resolve(String(file)));
    if (String(flags).startsWith('w')) lost.contents.add(path.resolve(String(file)));
    return handle;
  });
  vi.spyOn(fs, 'mkdirSync').mockImplementation(((folder: string, options: fs.MakeDirectoryOptions) => {
    const first = mkdirSync(folder, options);
    const made = options.recursive ? first : folder;
    const shortest = made === undefined ? Number.POSITIVE_INFINITY : path.resolve(made).length;
    for (let at = path.resolve(folder); at.length >= shortest; at = path.dirname(at)) lost.names.add(at);
    return first;
  }) as typeof fs.mkdirSync);
  vi.spyOn(fs, 'renameSync').mockImplementation((from, to) => {
    expect(lost.contents.has(path.resolve(String(from)))).toBe(false);
    renameSync(from, to);
    lost.names.add(path.resolve(String(to)));
  });
  vi.spyOn(fs, 'fsyncSync').mockImplementation((handle) => {
    fsyncSync(handle);
    const flushed = opened.get(handle) ?? '';
    lost.contents.delete(flushed);
    for (const name of lost.names) if (path.dirname(name) === flushed) lost.names.delete(name);
  });
  return lost;
}

const WRITERS: readonly [string, (folder: string) => unknown][] = [
  ['a snapshot', (folder) => new FileSnapshotStore(path.join(folder, 'a', 'b')).save('move-1', RECORD)],
  ['a file of a move', (folder) => new FileBlobStore(path.join(folder, 'a', 'b'), nativeCrypto()).put(context)],
  ['a receipt on a stick', (folder) => new FileUpdateFolder(folder).write('x.ferry-context', context)],
  [
    'a file of the command line',
    (folder) => writeFerryFile(`folder:${folder}/a/b`, 'x.ferry-context', context, 'context'),
  ],
];
const RECORD = { machine: 'move', version: 1, snapshot: {} };

describe.skipIf(process.platform === 'win32')('after it was written, a power cut takes away nothing of', () => {
  it.each(WRITERS)('%s, whether it and its folders are new or not', async (_, write) => {
    const folder = newFolder();
    const lost = unflushed();
    for (const times of [1, 2]) {
      await write(folder);
      expect([times, ...lost.contents, ...lost.names]).toEqual([times]);
    }
    expect(fs.fsyncSync).toHaveBeenCalled();
    expect(fs.renameSync).toHaveBeenCalledTimes(2);
  });
});

describe.skipIf(process.platform === 'win32')('a folder whose making was cut short', () => {
  it.each([1, 2])('is durable once the next program has made it, at flush %i of the first one', (flush) => {
    const folder = path.join(newFolder(), 'a', 'b');
    const lost = unflushed();
    const sync = vi.mocked(fs.fsyncSync).getMockImplementation() as typeof fs.fsyncSync;
    let flushes = 0;
    vi.mocked(fs.fsyncSync).mockImplementation((handle) => {
      if (lost.names.size > 0) flushes += 1;
      if (flushes === flush) throw new Error('ended');
      sync(handle);
    });
    expect(() => makeFolder(folder)).toThrow('ended');
    expect(lost.names.size).toBe(1);
    vi.mocked(fs.fsyncSync).mockImplementation(sync);
    makeFolder(folder);
    expect([...lost.names]).toEqual([]);
  });

  it('is used where the folder above it cannot be looked into', () => {
    const folder = newFolder();
    const { openSync } = fs;
    const answering = (code: string) =>
      vi.spyOn(fs, 'openSync').mockImplementation((file, ...rest) => {
        if (file === path.dirname(folder)) throw Object.assign(new Error(code), { code });
        return openSync(file, ...rest);
      });
    answering('EACCES');
    makeFolder(folder);
    answering('EIO');
    expect(() => makeFolder(folder)).toThrow(expect.objectContaining({ code: 'STORE_WRITE_FAILED' }));
  });
});

describe('a file that is replaced', () => {
  it('is whole or as it was when any operation fails, and nothing else is left', () => {
    for (const name of ['openSync', 'writeFileSync', 'fsyncSync', 'renameSync'] as const) {
      const folder = newFolder();
      const file = path.join(folder, 'file');
      replaceFile(file, 'before');
      vi.spyOn(fs, name).mockImplementationOnce(() => {
        throw Object.assign(new Error('EIO'), { code: 'EIO' });
      });
      expect(() => replaceFile(file, 'after')).toThrow('EIO');
      vi.restoreAllMocks();
      expect([fs.readFileSync(file, 'utf8'), fs.readdirSync(folder)]).toEqual(['before', ['file']]);
    }
  });

  it('that may be on a stick is flushed once more under its name before its folder, as FAT writes its size beside that', () => {
    const folder = newFolder();
    const places: string[] = [];
    const { openSync, fsyncSync } = fs;
    const opened = new Map<number, string>();
    vi.spyOn(fs, 'openSync').mockImplementation((place, ...rest) => {
      const handle = openSync(place, ...rest);
      opened.set(handle, String(place));
      return handle;
    });
    vi.spyOn(fs, 'fsyncSync').mockImplementation((handle) => {
      places.push(path.relative(folder, opened.get(handle) ?? ''));
      fsyncSync(handle);
    });
    parkFile(path.join(folder, 'file'), 'new', { mode: 0o644 });
    expect(places).toEqual([expect.stringMatching(/^\.ferry-/), 'file', '']);
  });

  it('is written where the file system cannot flush folders, and refused where that fails', () => {
    const file = path.join(newFolder(), 'file');
    const { fsyncSync } = fs;
    for (const [code, expected] of [
      ['EINVAL', undefined],
      ['EIO', 'EIO'],
    ] as const) {
      vi.spyOn(fs, 'fsyncSync').mockImplementation((handle) => {
        if (fs.fstatSync(handle).isDirectory()) throw Object.assign(new Error(code), { code });
        fsyncSync(handle);
      });
      const write = () => replaceFile(file, code);
      if (expected === undefined) write();
      else expect(write).toThrow(expected);
      vi.restoreAllMocks();
      expect(fs.readFileSync(file, 'utf8')).toBe(code);
    }
  });

  it('says the first failure, also when the disk is gone by then', () => {
    const file = path.join(newFolder(), 'file');
    const gone = (what: string) => (): never => {
      throw new Error(what);
    };
    vi.spyOn(fs, 'rmSync').mockImplementationOnce(gone('first')).mockImplementationOnce(gone('second'));
    expect(() => replaceFile(file, 'x')).toThrow('first');
  });

  it('replaces a link and what lies under the temporary name, follows neither, and is for whom it says', () => {
    const folder = newFolder();
    const outside = path.join(newFolder(), 'outside');
    fs.writeFileSync(outside, 'precious');
    const file = path.join(folder, 'file');
    for (const name of ['file', 'file.new']) fs.symlinkSync(outside, path.join(folder, name));
    replaceFile(file, 'new');
    expect([fs.readFileSync(file, 'utf8'), fs.readFileSync(outside, 'utf8')]).toEqual(['new', 'precious']);
    expect([fs.readdirSync(folder), fs.lstatSync(file).mode & 0o777]).toEqual([['file'], 0o600]);
    replaceFile(file, 'new', { mode: 0o400 });
    expect(fs.statSync(file).mode & 0o777).toBe(0o400);
  });

  it('needs its folder, unless it is said for whom to make one', () => {
    const folder = path.join(newFolder(), 'a');
    const file = path.join(folder, 'file');
    expect(() => replaceFile(file, 'x')).toThrow('ENOENT');
    replaceFile(file, 'x', { folderMode: 0o700 });
    expect(fs.statSync(folder).mode & 0o777).toBe(0o700);
  });
});

describe('a folder that is to be made', () => {
  it('is made with those above it, for whom it is said, and stays when it is there', () => {
    const folder = path.join(newFolder(), 'a', 'b');
    makeFolder(folder, 0o700);
    makeFolder(folder, 0o777);
    expect(fs.statSync(folder).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['below a plain file', 'file/below'],
    ['where a link leads nowhere', 'dangling'],
    ['below a link that leads nowhere', 'dangling/below'],
  ])('is refused %s, and nothing is made', (_, place) => {
    const folder = newFolder();
    fs.writeFileSync(path.join(folder, 'file'), 'kept');
    fs.symlinkSync('nowhere', path.join(folder, 'dangling'));
    expect(() => makeFolder(path.join(folder, place))).toThrow(expect.objectContaining({ code: 'STORE_WRITE_FAILED' }));
    expect(fs.readdirSync(folder).sort()).toEqual(['dangling', 'file']);
    expect(fs.readFileSync(path.join(folder, 'file'), 'utf8')).toBe('kept');
  });

  it('that another program makes at the same moment is taken as made', () => {
    const folder = path.join(newFolder(), 'a');
    const { mkdirSync } = fs;
    vi.spyOn(fs, 'mkdirSync').mockImplementationOnce((place) => {
      mkdirSync(place);
      mkdirSync(place);
      return undefined;
    });
    makeFolder(folder);
    expect(fs.statSync(folder).isDirectory()).toBe(true);
  });
});
