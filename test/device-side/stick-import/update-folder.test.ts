import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { armor } from '../../../container/files/armor.ts';
import { temporaryName } from '../../../container/store/file-parked.adapter.ts';
import { FileUpdateFolder } from '../../../device-side/index.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { makeContainer, TestFirm } from '../../world/parties.ts';

const makeFolder = temporaryFolders();
const device = makeContainer('soft', 1);
const asked = { certificate: new TestFirm().certificate, firmCode: null };
const { context } = device.container.run('context', asked);
const MAKE_PIPE = 'mkfifo';
const NAME = 'x-receipt.ferry-context';

describe('a folder of update files', () => {
  it('reads armored and raw envelopes', async () => {
    const place = makeFolder();
    fs.writeFileSync(path.join(place, 'armored'), armor(context));
    fs.writeFileSync(path.join(place, 'raw'), context);
    const folder = new FileUpdateFolder(place);
    expect(armor(await folder.read('armored'))).toBe(armor(context));
    expect(armor(await folder.read('raw'))).toBe(armor(context));
  });

  it.each<[string, string, (file: string) => unknown]>([
    ['a link to another file', 'FILE_UNREADABLE', (file) => fs.symlinkSync('/etc/passwd', file)],
    ['a pipe that nobody writes to', 'FILE_UNREADABLE', (file) => execFileSync(MAKE_PIPE, [file])],
    ['a folder', 'FILE_UNREADABLE', (file) => fs.mkdirSync(file)],
    ['nothing', 'FILE_UNREADABLE', () => {}],
    ['a file of many bytes', 'FILE_TOO_LARGE', (file) => fs.writeFileSync(file, new Uint8Array(2 ** 22 + 1))],
  ])('answers at once, with its code, where there is %s', async (_, code, make) => {
    const place = makeFolder();
    make(path.join(place, 'file'));
    await expect(new FileUpdateFolder(place).read('file')).rejects.toMatchObject({ code });
  });

  it('writes in place of an older file and of what a power cut left, and through no link', async () => {
    const place = makeFolder();
    const outside = path.join(makeFolder(), 'outside');
    fs.writeFileSync(outside, 'precious');
    fs.symlinkSync(outside, path.join(place, temporaryName(0x7fff_fff0)));
    fs.symlinkSync(outside, path.join(place, NAME));
    const folder = new FileUpdateFolder(place);
    await folder.write(NAME, context);
    expect(armor(await folder.read(NAME))).toBe(armor(context));
    expect(fs.readdirSync(place)).toEqual([NAME]);
    expect(fs.readFileSync(outside, 'utf8')).toBe('precious');
  });

  it('says why it cannot write, and leaves nothing half written', async () => {
    const place = makeFolder();
    fs.mkdirSync(path.join(place, NAME));
    await expect(new FileUpdateFolder(place).write(NAME, context)).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
    await expect(new FileUpdateFolder(place).write('y', new Uint8Array(9))).rejects.toMatchObject({
      code: 'FILE_MALFORMED',
    });
    expect(fs.readdirSync(place)).toEqual([NAME]);
    const gone = new FileUpdateFolder(path.join(place, 'gone'));
    await expect(gone.write(NAME, context)).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
  });
});
