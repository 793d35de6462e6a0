import { describe, expect, it } from 'vitest';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { FerryError } from '../../../container/errors.ts';
import { equalBytes, utf8 } from '../../../container/model/bytes.ts';
import { MemoryBlobStore, type UpdateFolder } from '../../../state-machines/index.ts';
import { CopiedFolder } from '../../../state-machines/stick-import/copied-folder.ts';
import { COPY_LIMITS, copyStick } from '../../../state-machines/stick-import/copy-stick.ts';
import { MadeReceipts } from '../../../state-machines/stick-import/made-receipts.ts';
import { stickScenes } from './stick-scene.ts';

const makeScene = stickScenes();

function scene() {
  const here = makeScene();
  return { here, copies: new MemoryBlobStore(nativeCrypto()), listing: () => here.client.call('list', {}) };
}

/** A stick whose files are read as the test says, each time. */
function stickOf(files: Readonly<Record<string, readonly (Uint8Array | Error)[]>>): UpdateFolder {
  const times = new Map<string, number>();
  return {
    async *entries() {
      for (const name of Object.keys(files)) yield { name, isFile: true };
    },
    read: async (name) => {
      const time = times.get(name) ?? 0;
      times.set(name, time + 1);
      const read = files[name]?.[Math.min(time, (files[name]?.length ?? 0) - 1)];
      if (!(read instanceof Uint8Array)) throw read ?? new FerryError('FILE_UNREADABLE', { file: name, why: 'none' });
      return read;
    },
    write: async () => undefined,
  };
}

describe('copying a stick', () => {
  it('copies all of it where one file is news, and none where no file is', async () => {
    const { here, copies, listing } = scene();
    here.issueFrom(here.firm, 2);
    const [old, both] = [1, 2].map((last) => here.firm.update(here.device, { first: 1, last })) as [
      Uint8Array,
      Uint8Array,
    ];
    const fresh = await copyStick(stickOf({ 'a.ferry-update': [old] }), copies, await listing());
    expect([fresh.isNews, fresh.updates.map(({ hash }) => hash === null)]).toEqual([true, [false]]);
    here.device.container.run('apply', { update: old });
    const known = await copyStick(stickOf({ 'a.ferry-update': [old] }), copies, await listing());
    expect([known.isNews, known.updates]).toEqual([false, [{ file: 'a.ferry-update', hash: null }]]);
    const mixed = { 'a.ferry-update': [old], 'b.ferry-update': [both] };
    const more = await copyStick(stickOf(mixed), copies, await listing());
    expect([more.isNews, more.updates.map(({ hash }) => hash === null)]).toEqual([true, [false, false]]);
  });

  it('tells of a file that could be read only once, and ends where the stick is gone', async () => {
    const { here, copies, listing } = scene();
    here.issueFrom(here.firm, 1);
    const update = here.firm.update(here.device, { first: 1, last: 1 });
    const torn = new FerryError('FILE_UNREADABLE', { file: 'a', why: 'torn' });
    const copied = await copyStick(stickOf({ 'a.ferry-update': [update, torn] }), copies, await listing());
    const failure = { code: 'FILE_UNREADABLE', details: { file: 'a', why: 'torn' } };
    expect([copied.updates, copied.unreadable]).toEqual([[], [{ file: 'a.ferry-update', failure }]]);
    const gone = new FerryError('STICK_GONE', { where: 'x' });
    for (const reads of [[gone], [update, gone]])
      await expect(copyStick(stickOf({ 'a.ferry-update': reads }), copies, await listing())).rejects.toMatchObject({
        code: 'STICK_GONE',
      });
  });

  it('copies no more bytes and files than there is room for, and counts the rest', async () => {
    const { here, copies, listing } = scene();
    here.issueFrom(here.firm, 1);
    const update = here.firm.update(here.device, { first: 1, last: 1 });
    const large = new Uint8Array(COPY_LIMITS.bytes / 16);
    const names = Array.from({ length: 18 }, (_, at) => [`${at}.ferry-update`, [update, large]] as const);
    const copied = await copyStick(stickOf(Object.fromEntries(names)), copies, await listing());
    expect([copied.updates.length, copied.leftOut]).toEqual([16, 2]);
    const torn = Object.fromEntries([
      ...names,
      ['torn.ferry-update', [new FerryError('FILE_MALFORMED', { what: 'x' })]],
    ]);
    expect((await copyStick(stickOf(torn), copies, await listing())).leftOut).toBe(2);
  });
});

describe('the folder of copies', () => {
  it('has what was copied, what could not be read with its reason, and the rest from the stick', async () => {
    const { copies } = scene();
    const failure = { code: 'FILE_KIND', details: { found: 'x' } } as const;
    const copied = {
      updates: [
        { file: 'a', hash: await copies.put(utf8('copy')) },
        { file: 'b', hash: null },
      ],
      unreadable: [{ file: 'c', failure }],
      ...{ foreign: 0, hidden: 0, leftOut: 0, isNews: true, wanted: { isWanted: false, certificates: [] } },
    };
    const made = new MadeReceipts(copies, undefined);
    const folder = new CopiedFolder(copied, copies, made, { read: async (name) => utf8(`${name} of the stick`) });
    const names: string[] = [];
    for await (const { name, isFile } of folder.entries()) if (isFile) names.push(name);
    expect(names).toEqual(['a', 'b', 'c']);
    expect(await folder.read('a')).toEqual(utf8('copy'));
    expect(await folder.read('b')).toEqual(utf8('b of the stick'));
    expect(await folder.read('d')).toEqual(utf8('d of the stick'));
    await expect(folder.read('c')).rejects.toMatchObject(failure);
    await folder.write('receipt', utf8('receipt'));
    const [written] = folder.written;
    expect(written?.file).toBe('receipt');
    expect(equalBytes((await made.get(written?.hash ?? '')) ?? utf8(''), utf8('receipt'))).toBe(true);
  });
});
