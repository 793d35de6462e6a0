import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSoftContainer, openSoftContainer } from '../../../device-side/index.ts';
import { createDongle, openDongle } from '../../../dongle-firmware-sim/index.ts';
import { TestFirm } from '../../world/parties.ts';
import { codeOf } from './code-of.ts';
import { temporaryFolders } from './temporary-folder.ts';

const newFolder = temporaryFolders();
const MAKE_PIPE = 'mkfifo';
const memoryBytes = 4 * 1024 * 1024;

const KINDS = [
  {
    name: 'dongle',
    create: (folder: string) => createDongle({ folder }),
    open: openDongle,
    memory: 'flash.bin',
    settings: 'dongle.json',
    anchor: 'secure-element.bin',
  },
  {
    name: 'soft container',
    create: (folder: string) => createSoftContainer({ folder, anchorFolder: `${folder}-anchor`, memoryBytes }),
    open: openSoftContainer,
    memory: 'container.bin',
    settings: 'container.json',
    anchor: '../state-anchor/anchor.bin',
  },
] as const;

/** A made container that is closed, and the folder of somebody else beside it. */
function scene({ create }: (typeof KINDS)[number]) {
  const place = newFolder();
  const [victim, foreign] = [path.join(place, 'state'), path.join(place, 'stick')];
  create(victim).close();
  return { victim, foreign };
}

/** Everything in the anchor's folder, by name and content. */
function around(anchor: string): Record<string, string> {
  const folder = path.dirname(anchor);
  return Object.fromEntries(
    fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name), 'base64')]),
  );
}

describe.each(KINDS)('a folder of somebody else that names the anchor of a $name', (kind) => {
  it('is not opened and writes nothing there, though its memory is just one record ahead of that anchor', () => {
    const { victim, foreign } = scene(kind);
    const [memory, anchor] = [path.join(victim, kind.memory), path.join(victim, kind.anchor)];
    const before = { memory: fs.readFileSync(memory), anchor: fs.readFileSync(anchor) };
    const opened = kind.open(victim);
    opened.container.run('context', { certificate: new TestFirm().certificate, firmCode: null });
    opened.close();
    fs.mkdirSync(foreign);
    fs.copyFileSync(memory, path.join(foreign, kind.memory));
    fs.writeFileSync(memory, before.memory);
    fs.writeFileSync(anchor, before.anchor);
    const settings = JSON.parse(fs.readFileSync(path.join(victim, kind.settings), 'utf8'));
    const claim = { ...settings, anchor, creation: '6b'.repeat(16) };
    fs.writeFileSync(path.join(foreign, kind.settings), JSON.stringify(claim));

    const seen = around(anchor);
    expect(codeOf(() => kind.open(foreign))).toBe('ANCHOR_DAMAGED');
    expect(around(anchor)).toEqual(seen);
    const again = kind.open(victim);
    expect(again.container.locked).toBe(false);
    again.close();
  });
});

describe.each(KINDS)('a folder of somebody else that looks like that of a $name', (kind) => {
  it('is not opened where its memory is a link to that of another container', () => {
    const { victim, foreign } = scene(kind);
    kind.create(foreign).close();
    fs.rmSync(path.join(foreign, kind.memory));
    fs.symlinkSync(path.join(victim, kind.memory), path.join(foreign, kind.memory));
    expect(codeOf(() => kind.open(foreign))).toBe('FILE_UNREADABLE');
  });

  it.skipIf(process.platform === 'win32').each([
    ['a pipe', (file: string) => spawnSync(MAKE_PIPE, [file]), 'FILE_UNREADABLE'],
    ['a link to a file without an end', (file: string) => fs.symlinkSync('/dev/zero', file), 'FILE_UNREADABLE'],
    ['larger than any of ours', (file: string) => fs.truncateSync(openNew(file), 5 * 1024 * 1024), 'FILE_TOO_LARGE'],
  ])('is refused at once where the file that says what is in it is %s', (_, spoil, code) => {
    const { foreign } = scene(kind);
    kind.create(foreign).close();
    const file = path.join(foreign, kind.settings);
    fs.rmSync(file);
    spoil(file);
    expect(codeOf(() => kind.open(foreign))).toBe(code);
  });

  it.skipIf(process.platform === 'win32').each([
    ['a pipe', (file: string) => spawnSync(MAKE_PIPE, [file])],
    ['a link to a file without an end', (file: string) => fs.symlinkSync('/dev/zero', file)],
  ])('is opened though what should say who has it open is %s', (_, spoil) => {
    const { foreign } = scene(kind);
    kind.create(foreign).close();
    for (const name of fs.readdirSync(foreign)) if (name.endsWith('.lock')) fs.rmSync(path.join(foreign, name));
    spoil(path.join(foreign, 'writer.7.lock'));
    kind.open(foreign).close();
    expect(fs.readdirSync(foreign)).not.toContain('writer.7.lock');
  });
});

function openNew(file: string): string {
  fs.writeFileSync(file, '');
  return file;
}
