import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Defect } from '../../../container/errors.ts';
import type { FileContainer } from '../../../container/store/file-container.adapter.ts';
import { createSoftContainer, openSoftContainer } from '../../../device-side/index.ts';
import { createDongle, openDongle } from '../../../dongle-firmware-sim/index.ts';
import { type TestContainer, TestFirm } from '../../world/parties.ts';
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

describe('a copy of a soft container’s folder', () => {
  const USE = { firmCode: 6000010, productCode: 1001, releaseDate: null, units: 0 };

  /** Original and copy, beside each other, with one anchor; and an update for them. */
  function twoFolders(): { readonly original: string; readonly copy: string; readonly update: Uint8Array } {
    const place = newFolder();
    const [original, copy] = [path.join(place, 'device'), path.join(place, 'copy')];
    const made = createSoftContainer({ folder: original, anchorFolder: path.join(place, 'anchor') });
    const { key, certified } = made.container.state.identity;
    made.close();
    fs.cpSync(original, copy, { recursive: true });
    const firm = new TestFirm();
    const target = { key, certificate: certified?.raw ?? new Uint8Array() } as TestContainer;
    firm.issue(target, { kind: 'add', grants: [firm.grant(key, { quantity: 1 }).raw] });
    return { original, copy, update: firm.update(target) };
  }

  it('cannot be opened while the original is, nor the other way round', () => {
    const { original, copy } = twoFolders();
    for (const [first, second] of [
      [original, copy],
      [copy, original],
    ] as const) {
      const held = openSoftContainer(first);
      expect(codeOf(() => openSoftContainer(second))).toBe('CONTAINER_IN_USE');
      held.close();
    }
    openSoftContainer(copy).close();
  });

  it('opens locked once the other has gone on, and neither uses nor applies anything', () => {
    const { original, copy, update } = twoFolders();
    const held = openSoftContainer(original);
    held.container.run('apply', { update });
    expect(held.container.run('use', USE).seats).toBe(1);
    held.close();
    const late = openSoftContainer(copy);
    expect(late.container.locked).toBe(true);
    expect(codeOf(() => late.container.run('apply', { update }))).toBe('CONTAINER_LOCKED');
    expect(codeOf(() => late.container.run('use', USE))).toBe('CONTAINER_LOCKED');
    late.close();
    const again = openSoftContainer(original);
    expect([again.container.locked, again.container.run('use', USE).seats]).toEqual([false, 1]);
    again.close();
  });

  it('does not go on where the locks of two machines do not see each other', () => {
    const { original, copy, update } = twoFolders();
    const held = openSoftContainer(original);
    const locks = path.join(path.dirname(copy), 'anchor');
    for (const name of fs.readdirSync(locks)) if (name.endsWith('.lock')) fs.rmSync(path.join(locks, name));
    const other = openSoftContainer(copy);
    other.container.run('apply', { update });
    expect(codeOf(() => held.container.run('apply', { update }))).toBe('CONTAINER_LOCKED');
    expect(codeOf(() => held.container.run('use', USE))).toBe('STORE_WRITE_FAILED');
    other.close();
    expect(codeOf(() => held.close())).toBe('STORE_WRITE_FAILED');
    const late = openSoftContainer(original);
    expect(late.container.locked).toBe(true);
    late.close();
  });

  it('is one of the anchor too where both lie in one folder', () => {
    const folder = newFolder();
    createSoftContainer({ folder, anchorFolder: folder }).close();
    const opened = openSoftContainer(folder);
    expect(opened.container.locked).toBe(false);
    opened.close();
  });
});
