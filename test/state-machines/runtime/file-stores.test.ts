import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nobleCrypto } from '../../../container/crypto/noble.ts';
import { Defect } from '../../../container/errors.ts';
import { toHex, utf8 } from '../../../container/model/bytes.ts';
import { type BlobStore, FileBlobStore, FileSnapshotStore, MemoryBlobStore } from '../../../state-machines/index.ts';
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
    await store.delete(hash);
    await store.delete(hash);
    await expect(store.get(hash)).rejects.toMatchObject(UNREADABLE);
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
  });

  it('takes nothing but a hash', async () => {
    await expect(new FileBlobStore(makeFolder(), nobleCrypto).get('../x')).rejects.toThrow(Defect);
  });
});

describe('a move whose places are folders', () => {
  it('is finished by another program after a power cut, once, and leaves only the certificate', async () => {
    const folder = makeFolder();
    const places = () => ({
      store: new FileSnapshotStore(path.join(folder, 'moves')),
      blobs: new FileBlobStore(path.join(folder, 'files'), nobleCrypto),
    });
    const world = new MoveWorld(heldItem(1, 5));
    const cut = new PowerCut(1, 'after');
    const target = cut.over({ apply: (update: Uint8Array) => world.target.apply(update) });
    const whole = {
      list: () => world.target.list(),
      context: (certificate: Uint8Array) => world.target.context(certificate),
      apply: (update: Uint8Array) => target.apply(update),
    };
    const order = items([1001, 5]);
    expect(await Promise.race([world.run(order, { ...places(), target: whole }), cut.happened])).toBe('cut');
    expect(fs.readdirSync(path.join(folder, 'moves'))).toEqual([`${SNAPSHOT_ID}.json`]);
    expect(await world.run(order, places())).toMatchObject({ state: 'moved', resumed: true });
    expect(world.target.seats()).toEqual({ 1: 5 });
    expect(fs.readdirSync(path.join(folder, 'moves'))).toEqual([]);
    expect(fs.readdirSync(path.join(folder, 'files'))).toHaveLength(1);
  });
});
