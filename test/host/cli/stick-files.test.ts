import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { requireStick, stickFiles } from '../../../host/cli/stick-files.adapter.ts';
import { asNobody } from '../../carriers/folder-as-nobody.ts';
import { codeOf } from '../../container/engine/scene.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';

afterEach(() => vi.restoreAllMocks());

const makeFolder = temporaryFolders();
const SUFFIX = '.ferry-context';
const MAKE_PIPE = 'mkfifo';

function stickWith(...files: readonly string[]): string {
  const stick = makeFolder();
  for (const file of files) {
    fs.mkdirSync(path.join(stick, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(stick, file), file);
  }
  return stick;
}

async function namesOn(stick: string, most?: number) {
  const { files, ...rest } = await stickFiles(stick, SUFFIX, most);
  return { names: files.map((file) => path.relative(stick, file)), ...rest };
}

describe('the files of a stick', () => {
  it('are those of its root and of the folders there, by name, in whatever capitals, and nothing deeper', async () => {
    const stick = stickWith(`10${SUFFIX}`, `9${SUFFIX.toUpperCase()}`, `a folder/b${SUFFIX}`, `a/deep/c${SUFFIX}`, 'd');
    expect(await namesOn(stick)).toEqual({
      names: [`9${SUFFIX.toUpperCase()}`, `10${SUFFIX}`, `a folder/b${SUFFIX}`],
      unread: [],
      isMore: false,
    });
  });

  it('are not what is hidden, what other systems lay beside them, folders, links and pipes', async () => {
    const stick = stickWith(`.a${SUFFIX}`, `._b${SUFFIX}`, `.Trashes/c${SUFFIX}`, `sub/._d${SUFFIX}`, 'real');
    fs.mkdirSync(path.join(stick, `folder${SUFFIX}`));
    const outside = stickWith(`e${SUFFIX}`);
    fs.symlinkSync(path.join(outside, `e${SUFFIX}`), path.join(stick, `link${SUFFIX}`));
    fs.symlinkSync(outside, path.join(stick, 'linked'));
    execFileSync(MAKE_PIPE, [path.join(stick, `pipe${SUFFIX}`)]);
    expect((await namesOn(stick)).names).toEqual([]);
  });

  it('may have the longest names that there are', async () => {
    const name = `${'n'.repeat(255 - SUFFIX.length)}${SUFFIX}`;
    expect((await namesOn(stickWith(name, `${'f'.repeat(255)}/${name}`))).names).toHaveLength(2);
  });

  it('are as many as are read from one stick, and it is known that there are more', async () => {
    const stick = stickWith(...[1, 2, 3].map((at) => `${at}${SUFFIX}`), 'another');
    expect(await namesOn(stick, 3)).toMatchObject({ names: { length: 3 }, isMore: false });
    expect(await namesOn(stick, 2)).toMatchObject({ names: { length: 2 }, isMore: true });
  });

  it('are not those of a folder that may not be read, which is named', async () => {
    const stick = stickWith(`a${SUFFIX}`, `closed/b${SUFFIX}`);
    fs.chmodSync(path.join(stick, 'closed'), 0);
    const found = await asNobody(stick, () => namesOn(stick));
    expect(found).toEqual({ names: [`a${SUFFIX}`], unread: [path.join(stick, 'closed')], isMore: false });
    fs.chmodSync(path.join(stick, 'closed'), 0o700);
  });

  it.each([
    ['not there', 'none', 'it is not there'],
    ['a file', 'file', 'it is no folder'],
  ])('cannot be told of one that is %s', async (_, name, why) => {
    const stick = path.join(stickWith('file'), name);
    await expect(stickFiles(stick, SUFFIX)).rejects.toMatchObject({ code: 'FOLDER_UNREADABLE', details: { why } });
    expect(codeOf(() => requireStick(stick))).toBe('FOLDER_UNREADABLE');
  });
});

describe('a stick that is written to', () => {
  it.each([
    ['EACCES', 'access is not permitted'],
    ['EROFS', 'the disk is read-only'],
  ])('is refused where it may only be read, as the system says by %s', (code, why) => {
    vi.spyOn(fs, 'accessSync').mockImplementation(() => {
      throw Object.assign(new Error(code), { code });
    });
    const stick = makeFolder();
    expect(() => requireStick(stick)).toThrow(`Nothing is written to folder:${stick}: ${why}.`);
  });

  it('is missed where it was pulled out, though another folder is there now', () => {
    const stick = path.join(makeFolder(), 'stick');
    fs.mkdirSync(stick);
    const requireSame = requireStick(stick);
    expect(codeOf(requireSame)).toBe('nothing');
    fs.renameSync(stick, `${stick}-pulled`);
    expect(codeOf(requireSame)).toBe('FOLDER_UNREADABLE');
    fs.mkdirSync(stick);
    expect(codeOf(requireSame)).toBe('FOLDER_UNREADABLE');
  });
});
