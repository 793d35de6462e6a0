import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Defect } from '../../../container/errors.ts';
import type { FileContainer } from '../../../container/store/file-container.adapter.ts';
import { createSoftContainer, openSoftContainer } from '../../../device-side/index.ts';
import { createDongle, openDongle } from '../../../dongle-firmware-sim/index.ts';
import { TestFirm } from '../../world/parties.ts';
import { codeOf } from './code-of.ts';
import { temporaryFolders } from './temporary-folder.ts';

const newFolder = temporaryFolders();

interface Kind {
  readonly name: string;
  /** Makes one in the folder, with its anchor not far from it. */
  readonly create: (folder: string) => FileContainer;
  readonly open: (folder: string) => FileContainer;
  readonly flash: string;
  readonly settings: string;
  readonly anchor: string;
}

const KINDS: readonly Kind[] = [
  {
    name: 'dongle',
    create: (folder) => createDongle({ folder }),
    open: openDongle,
    flash: 'flash.bin',
    settings: 'dongle.json',
    anchor: 'secure-element.bin',
  },
  {
    name: 'soft container',
    create: (folder) => createSoftContainer({ folder, anchorFolder: `${folder}-anchor`, memoryBytes: 4 * 1024 * 1024 }),
    open: openSoftContainer,
    flash: 'container.bin',
    settings: 'container.json',
    anchor: '../state-anchor/anchor.bin',
  },
];

/** The lowest number that the system has for a file: it rises when files stay open. */
function nextHandle(): number {
  const handle = fs.openSync(import.meta.filename, 'r');
  fs.closeSync(handle);
  return handle;
}

describe.each(KINDS)('a $name in a folder', ({ create, open, flash, settings, anchor }) => {
  it('lets all of its files go when it is closed, and also when it could not be opened or made', () => {
    const folder = path.join(newFolder(), 'state');
    const made = create(folder);
    const { key } = made.container.state.identity;
    made.close();
    const before = nextHandle();
    for (let times = 0; times < 60; times++) {
      const opened = open(folder);
      expect([opened.container.state.identity.key, opened.container.locked]).toEqual([key, false]);
      opened.close();
    }
    const sound = fs.readFileSync(path.join(folder, flash));
    fs.writeFileSync(path.join(folder, flash), sound.fill(0, 4096));
    for (let times = 0; times < 60; times++) {
      expect(codeOf(() => open(folder))).toBe('STORE_DAMAGED');
      expect(codeOf(() => create(folder))).toBe('CONTAINER_EXISTS');
    }
    expect(nextHandle() - before).toBeLessThan(30);
    expect([settings, anchor].every((file) => fs.existsSync(path.join(folder, file)))).toBe(true);
  });

  it('writes nothing more once it is closed, however often that is said', async () => {
    const folder = path.join(newFolder(), 'state');
    const { container, client, close } = create(folder);
    close();
    close();
    await client.close();
    const other = open(folder);
    const { certificate } = new TestFirm();
    expect(() => container.run('context', { certificate, firmCode: null })).toThrow(Defect);
    expect(other.container.locked).toBe(false);
    other.close();
    open(folder).close();
  });
});
