import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nobleCrypto } from '../../../container/crypto/noble.ts';
import { Defect, FerryError } from '../../../container/errors.ts';
import { toHex, utf8 } from '../../../container/model/bytes.ts';
import {
  type BlobStore,
  FileBlobStore,
  FileRecordStore,
  FileSnapshotStore,
  MemoryBlobStore,
} from '../../../state-machines/index.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { heldItem } from '../fake-parties.ts';
import { items, MoveWorld, SNAPSHOT_ID } from '../move-world.ts';
import { PowerCut } from '../power-cut.ts';

const makeFolder = temporaryFolders();
const RECORD = { machine: 'm', version: 1, snapshot: { value: 'saved' } };
const [UNREADABLE, WRITE_FAILED] = [{ code: 'FILE_UNREADABLE' }, { code: 'STORE_WRITE_FAILED' }];

/** A folder in which nothing can be made, since its name is that of a file. */
function blockedFolder(): string {
  const file = path.join(makeFolder(), 'blocked');
  fs.writeFileSync(file, '');
  return file;
}

describe('the snapshot store in a folder', () => {
  it('gives back what was stored last, also to the next program, until it is removed', async () => {
    const folder = path.join(makeFolder(), 'made', 'here');
    const store = new FileSnapshotStore(folder);
    expect(await store.load('move-1')).toBeUndefined();
    await store.save('move-1', RECORD);
    await store.save('move-1', { ...RECORD, version: 2 });
    expect(await new FileSnapshotStore(folder).load('move-1')).toEqual({ ...RECORD, version: 2 });
    expect(fs.readdirSync(folder)).toEqual(['move-1.json']);
    await store.delete('move-1');
    await store.delete('move-1');
    expect(await store.load('move-1')).toBeUndefined();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('keeps the old record when a power cut left a new one half written', async () => {
    const folder = makeFolder();
    const store = new FileSnapshotStore(folder);
    await store.save('move-1', RECORD);
    fs.writeFileSync(path.join(folder, 'move-1.json.new'), '{"mach');
    expect(await store.load('move-1')).toEqual(RECORD);
    await store.save('move-1', { ...RECORD, version: 2 });
    expect(fs.readdirSync(folder)).toEqual(['move-1.json']);
    fs.writeFileSync(path.join(folder, 'move-1.json.new'), '{"mach');
    await store.delete('move-1');
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('gives a damaged file as its text, for the runner to refuse', async () => {
    const folder = makeFolder();
    fs.writeFileSync(path.join(folder, 'move-1.json'), '{"mach');
    expect(await new FileSnapshotStore(folder).load('move-1')).toBe('{"mach');
  });

  it('says in the words of the catalogue what the system refuses', async () => {
    const folder = makeFolder();
    fs.mkdirSync(path.join(folder, 'move-1.json'));
    const store = new FileSnapshotStore(folder);
    await expect(store.load('move-1')).rejects.toMatchObject(UNREADABLE);
    await expect(store.save('move-1', RECORD)).rejects.toMatchObject(WRITE_FAILED);
    await expect(store.delete('move-1')).rejects.toMatchObject(WRITE_FAILED);
    await expect(new FileSnapshotStore(blockedFolder()).save('move-1', RECORD)).rejects.toMatchObject(WRITE_FAILED);
  });

  it('tells of what it has records, and shares its folder with a store of another suffix', async () => {
    const folder = path.join(makeFolder(), 'made');
    const store = new FileSnapshotStore(folder);
    expect(await store.ids()).toEqual([]);
    for (const id of ['move-2', 'move-1']) await store.save(id, RECORD);
    await new FileRecordStore(folder, '.note').save('move-3', {});
    for (const name of ['move-4.json.new', 'OTHER.json', 'move-5']) fs.writeFileSync(path.join(folder, name), '');
    expect(await store.ids()).toEqual(['move-1', 'move-2']);
    await expect(new FileSnapshotStore(blockedFolder()).ids()).rejects.toMatchObject(UNREADABLE);
  });

  it.each(['', '../move', 'a/b', 'UPPER', 'a.json'])('takes no id that could be another file: "%s"', async (id) => {
    await expect(new FileSnapshotStore(makeFolder()).load(id)).rejects.toThrow(Defect);
  });
});

const STORES: readonly (readonly [string, () => BlobStore])[] = [
  ['in memory', () => new MemoryBlobStore(nobleCrypto)],
  ['in a folder', () => new FileBlobStore(path.join(makeFolder(), 'files'), nobleCrypto)],
];

describe.each(STORES)('the blob store %s', (_, make) => {
  const bytes = utf8('an update file');

  it('gives bytes back by their SHA-256 until they are forgotten', async () => {
    const store = make();
    const hash = await store.put(bytes);
    expect(hash).toBe(toHex(nobleCrypto.sha256(bytes)));
    expect(await store.put(bytes)).toBe(hash);
    expect(await store.get(hash)).toEqual(bytes);
    await store.keepOnly([hash]);
    expect(await store.get(hash)).toEqual(bytes);
    await store.keepOnly([]);
    await store.keepOnly([]);
    await expect(store.get(hash)).rejects.toMatchObject(UNREADABLE);
  });

  it('keeps the bytes of every part apart from all others', async () => {
    const store = make();
    const [mine, other] = [store.part('move-1'), store.part('move-2')];
    const hash = await mine.put(bytes);
    await other.put(bytes);
    await expect(store.get(hash)).rejects.toMatchObject(UNREADABLE);
    await store.keepOnly([]);
    await other.keepOnly([]);
    expect(await store.part('move-1').get(hash)).toEqual(bytes);
    await expect(other.get(hash)).rejects.toMatchObject(UNREADABLE);
  });

  it('keeps bytes as they were, whatever happens to the array', async () => {
    const store = make();
    const mine = bytes.slice();
    const hash = await store.put(mine);
    mine.fill(0);
    (await store.get(hash)).fill(0);
    expect(await store.get(hash)).toEqual(bytes);
  });
});

describe('the blob store in a folder', () => {
  it('gives no bytes that were changed, and heals when they are put again', async () => {
    const folder = makeFolder();
    const store = new FileBlobStore(folder, nobleCrypto);
    const hash = await store.put(utf8('an update file'));
    fs.writeFileSync(path.join(folder, `${hash}.blob`), 'an update fill');
    await expect(store.get(hash)).rejects.toMatchObject(UNREADABLE);
    await store.put(utf8('an update file'));
    expect(await store.get(hash)).toEqual(utf8('an update file'));
  });

  it('says in the words of the catalogue what the system refuses', async () => {
    const store = new FileBlobStore(blockedFolder(), nobleCrypto);
    await expect(store.put(utf8('x'))).rejects.toMatchObject(WRITE_FAILED);
    await expect(store.keepOnly([])).rejects.toMatchObject(WRITE_FAILED);
  });

  it('clears away what a power cut left half written, leaves other files alone, and goes when it is empty', async () => {
    const folder = path.join(makeFolder(), 'files');
    const store = new FileBlobStore(folder, nobleCrypto);
    const hash = await store.put(utf8('an update file'));
    fs.writeFileSync(path.join(folder, `${'0'.repeat(64)}.blob.new`), 'an upd');
    fs.writeFileSync(path.join(folder, 'notes.txt'), 'mine');
    await store.keepOnly([hash]);
    expect(fs.readdirSync(folder).sort()).toEqual([`${hash}.blob`, 'notes.txt'].sort());
    fs.rmSync(path.join(folder, 'notes.txt'));
    await store.keepOnly([]);
    expect(fs.existsSync(folder)).toBe(false);
  });

  it('takes nothing but a hash, and no id of a part that could be another folder', async () => {
    expect(() => new FileBlobStore(makeFolder(), nobleCrypto).part('../x')).toThrow(Defect);
    await expect(new FileBlobStore(makeFolder(), nobleCrypto).get('../x')).rejects.toThrow(Defect);
  });
});

describe('a move whose places are folders', () => {
  const order = items([1001, 5]);

  /** A world whose stores are folders, opened anew for every run as by another program. */
  function worldInFolders() {
    const folder = makeFolder();
    const places = () => ({
      store: new FileSnapshotStore(path.join(folder, 'moves')),
      blobs: new FileBlobStore(path.join(folder, 'moves', 'files'), nobleCrypto),
    });
    const files = () =>
      fs
        .readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name);
    return { world: new MoveWorld(heldItem(1, 5)), places, files };
  }

  it.each(['before', 'after'] as const)('leaves nothing behind when it was cut off %s any step', async (when) => {
    let at = 1;
    for (; ; at++) {
      const { world, places, files } = worldInFolders();
      const cut = new PowerCut(at, when);
      const { store, blobs } = places();
      const run = world.run(order, {
        issuer: cut.over(world.issuer),
        target: cut.over(world.target),
        store: cut.over(store),
        blobs: cut.over(blobs),
      });
      const wasCut = (await Promise.race([run, cut.happened])) === 'cut';
      await world.run(order, places());
      expect(world.target.seats()).toEqual({ 1: 5 });
      expect(files()).toEqual([]);
      if (!wasCut) break;
    }
    expect(at).toBeGreaterThan(20);
  });

  it('keeps, while it is unfinished, its snapshot and only the files that it needs', async () => {
    const { world, places, files } = worldInFolders();
    const cut = new PowerCut(1, 'before');
    const apply = cut.over({ apply: (update: Uint8Array) => world.target.apply(update) });
    const target = {
      list: () => world.target.list(),
      context: (certificate: Uint8Array) => world.target.context(certificate),
      apply: (update: Uint8Array) => apply.apply(update),
    };
    expect(await Promise.race([world.run(order, { ...places(), target }), cut.happened])).toBe('cut');
    expect(files()).toContain(`${SNAPSHOT_ID}.json`);
    expect(files().filter((name) => name.endsWith('.blob'))).toHaveLength(3);
    const failing = { ...target, apply: async () => Promise.reject(new FerryError('NO_CONTAINER', { where: 'x' })) };
    expect(await world.run(order, { ...places(), target: failing })).toMatchObject({ state: 'interrupted' });
    // The update file, and the context with which it is asked for once more; the certificate is of no use any more.
    expect(files().filter((name) => name.endsWith('.blob'))).toHaveLength(2);
  });
});
