import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { counter } from '../../../container/engine/state.ts';
import { CATALOGUE, Defect, FerryError } from '../../../container/errors.ts';
import { importUpdates } from '../../../device-side/commands.ts';
import { FileUpdateFolder, type UpdateFolder } from '../../../device-side/index.ts';
import { bound } from '../../container/engine/scene.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { ImportScene, RECEIPTS, SERIAL } from './import-scene.ts';

const makeFolder = temporaryFolders();
const scenes: ImportScene[] = [];

function scene(): ImportScene {
  const made = new ImportScene(makeFolder());
  scenes.push(made);
  return made;
}

afterEach(() => {
  for (const made of scenes.splice(0)) made.close();
});

/** A folder in which some names are read as something else. */
function reading(stick: string, read: (name: string) => string): UpdateFolder {
  const folder = new FileUpdateFolder(stick);
  return {
    entries: () => folder.entries(),
    read: (name) => folder.read(read(name)),
    write: (name, envelope) => folder.write(name, envelope),
  };
}

/** A device that fails in one command. */
function failing(client: ContainerClient, command: string, error: Error): ContainerClient {
  return {
    call: (name, request) => (name === command ? Promise.reject(error) : client.call(name, request)),
    close: () => client.close(),
  };
}

describe('an import', () => {
  it('takes in every file for the device, whatever its name, and writes one receipt for each issuer', async () => {
    const here = scene();
    here.issueFrom(here.firm, 3);
    here.putFrom(here.firm, 'a.ferry-update', 3, 3);
    here.putFrom(here.firm, 'b.ferry-update', 2, 2);
    here.putFrom(here.firm, 'C.FERRY-UPDATE', 1, 2);
    here.put('d.ferry-update', here.issueFromDongle(2));
    const report = await here.import();
    expect(report).toMatchObject({ serial: SERIAL, foreign: 0, hidden: 0, interruption: null });
    expect(report.files.map(({ file, issuer, state, entries }) => [file, issuer, state, entries.length])).toEqual([
      ['d.ferry-update', '3-1', 'applied', 1],
      ['C.FERRY-UPDATE', 'firm 6000010', 'applied', 2],
      ['b.ferry-update', 'firm 6000010', 'known', 0],
      ['a.ferry-update', 'firm 6000010', 'applied', 1],
    ]);
    expect(report.receipts).toEqual([
      { issuer: '3-1', file: RECEIPTS.dongle, isNew: true, failure: null },
      { issuer: 'firm 6000010', file: RECEIPTS.firm, isNew: true, failure: null },
    ]);
    expect(here.items()).toBe(4);
    expect(here.settle()).toMatchObject({ entries: [{ sequence: 1, reason: 0 }], pending: 0 });
  });

  it('repeated changes nothing, in the device or on the stick', async () => {
    const here = scene();
    here.issueFrom(here.firm, 2);
    here.issueFrom(here.other, 2);
    here.putFrom(here.firm, 'a.ferry-update', 1, 2);
    here.putFrom(here.other, 'b.ferry-update', 2, 2);
    here.put('c.ferry-update', here.issueFromDongle(2));
    await here.import();
    const [hash, files] = [here.stateHash(), here.onStick()];
    const report = await here.import();
    expect(report.files.map(({ state }) => state)).toEqual(['known', 'known', 'refused']);
    expect(report.receipts.map(({ file, isNew }) => [file, isNew])).toEqual([
      [RECEIPTS.dongle, false],
      [RECEIPTS.firm, false],
      [RECEIPTS.other, false],
    ]);
    expect([here.stateHash(), here.onStick()]).toEqual([hash, files]);
  });

  it('tells of a file that comes too early, and gives its issuer the receipt that helps', async () => {
    const here = scene();
    here.issueFrom(here.firm, 3);
    here.putFrom(here.firm, 'a.ferry-update', 2, 3);
    const report = await here.import();
    expect(report.files).toEqual([
      {
        file: 'a.ferry-update',
        issuer: 'firm 6000010',
        state: 'refused',
        entries: [],
        deferral: null,
        failure: { code: 'UPDATE_GAP', details: { first: 2, last: 3, missing: '1' } },
      },
    ]);
    expect(report.receipts).toMatchObject([{ file: RECEIPTS.firm, isNew: true }]);
  });

  it('tries a file that comes too early again after others', async () => {
    const here = scene();
    here.issueFrom(here.firm, 3);
    for (const at of [1, 2, 3]) here.putFrom(here.firm, `${at}.ferry-update`, at, at);
    const swapped = new Map([
      ['1.ferry-update', '3.ferry-update'],
      ['3.ferry-update', '1.ferry-update'],
    ]);
    // The stick is not what it was when it was looked through.
    const seen = new Set<string>();
    const folder = reading(here.stick, (name) => {
      const isSecond = seen.has(name);
      seen.add(name);
      return isSecond ? (swapped.get(name) ?? name) : name;
    });
    const report = await here.import({ folder });
    expect(report.files.map(({ state, entries }) => [state, entries.map(({ sequence }) => sequence)])).toEqual([
      ['applied', [3]],
      ['applied', [2]],
      ['applied', [1]],
    ]);
    expect(here.items()).toBe(3);
  });

  it('tries the later word that comes too early again before an older one, so that what it calls back stays out', async () => {
    const here = scene();
    here.issueFrom(here.firm, 2);
    for (const at of [1, 2]) here.put(`${at}.ferry-update`, here.firm.update(here.device, { first: at, last: at }));
    const header = { cancelled: [2] };
    here.put('later.ferry-update', here.firm.update(here.device, { first: 2, last: 2, header, generation: 9 }));
    const report = await here.import();
    expect(report.files.map(({ file, state }) => [file, state])).toEqual([
      ['later.ferry-update', 'applied'],
      ['1.ferry-update', 'applied'],
      ['2.ferry-update', 'known'],
    ]);
    expect(here.items()).toBe(1);
  });

  it('tries a file that waits for room again after another issuer made some', async () => {
    const here = scene();
    const { grant, raw } = here.other.grant(here.device.key, { quantity: 1, protectedData: new Uint8Array(256) });
    here.other.issue(here.device, { kind: 'add', grants: [raw] });
    here.putFrom(here.other, 'b.ferry-update', 1, 1);
    here.issueFrom(here.firm, 1);
    here.putFrom(here.firm, 'a.ferry-update', 1, 1);
    await here.import();
    const used = counter(here.device.container.state, 'usedBytes');
    bound(here.device, { capacity: used + 300 });
    here.issueFrom(here.firm, 1);
    here.putFrom(here.firm, 'a.ferry-update', 2, 2);
    expect((await here.import()).files[0]).toMatchObject({
      state: 'deferred',
      deferral: { sequence: 2, reason: CATALOGUE.MEMORY_FULL.number },
    });
    here.other.issue(here.device, { kind: 'withdraw', itemId: grant.itemId, quantity: 1 });
    here.putFrom(here.other, 'b.ferry-update', 2, 2);
    const report = await here.import();
    expect(report.files.map(({ file, state, deferral }) => [file, state, deferral])).toEqual([
      ['a.ferry-update', 'applied', null],
      ['b.ferry-update', 'applied', null],
    ]);
  });

  it('leaves files for others, hidden ones, links, folders and all else alone', async () => {
    const here = scene();
    const elsewhere = scene();
    elsewhere.issueFrom(elsewhere.firm, 1);
    here.issueFrom(here.firm, 1);
    here.put('foreign.ferry-update', elsewhere.firm.update(elsewhere.device, {}));
    here.putFrom(here.firm, '._mine.ferry-update', 1, 1);
    here.putFrom(here.firm, '.mine.ferry-update', 1, 1);
    here.putFrom(here.firm, 'mine.ferry-update.txt', 1, 1);
    fs.mkdirSync(path.join(here.stick, 'folder.ferry-update'));
    fs.symlinkSync('.mine.ferry-update', path.join(here.stick, 'link.ferry-update'));
    const before = here.onStick();
    const hash = here.stateHash();
    expect(await here.import()).toEqual({
      serial: SERIAL,
      files: [],
      receipts: [],
      foreign: 1,
      hidden: 2,
      interruption: null,
    });
    expect([here.stateHash(), here.onStick()]).toEqual([hash, before]);
  });

  it('refuses damaged and forged files one by one, gives no receipt for them, and takes the others', async () => {
    const here = scene();
    here.issueFrom(here.firm, 1);
    here.issueFrom(here.other, 1);
    here.putFrom(here.firm, 'good.ferry-update', 1, 1);
    const forged = here.other.update(here.device, {});
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    here.put('forged.ferry-update', forged);
    fs.writeFileSync(path.join(here.stick, 'torn.ferry-update'), '-----BEGIN LICENSE FERRY UPDATE FILE-----\n');
    fs.writeFileSync(path.join(here.stick, 'empty.ferry-update'), '');
    const { context } = here.device.container.run('context', { certificate: here.firm.certificate, firmCode: null });
    here.put('context.ferry-update', context);
    const report = await here.import();
    expect(report.files.map(({ file, state, failure }) => [file, state, failure?.code])).toEqual([
      ['good.ferry-update', 'applied', undefined],
      ['forged.ferry-update', 'refused', 'SIGNATURE_WRONG'],
      ['context.ferry-update', 'refused', 'FILE_KIND'],
      ['empty.ferry-update', 'refused', 'FILE_MALFORMED'],
      ['torn.ferry-update', 'refused', 'FILE_MALFORMED'],
    ]);
    expect(report.receipts.map(({ file }) => file)).toEqual([RECEIPTS.firm]);
  });
});

describe('the device', () => {
  it('is given each file that does not wait once, and asked for one context for each issuer that it knows', async () => {
    const here = scene();
    here.issueFrom(here.firm, 1);
    here.putFrom(here.firm, 'a.ferry-update', 1, 1);
    here.put('b.ferry-update', here.issueFromDongle(2));
    const asked: string[] = [];
    const { call } = here.client;
    const client: ContainerClient = {
      call: (name, request) => {
        asked.push(name);
        return call.call(here.client, name, request) as ReturnType<ContainerClient['call']> as never;
      },
      close: () => here.client.close(),
    };
    const count = (name: string): number => asked.filter((one) => one === name).length;
    await here.import({ client });
    expect([count('apply'), count('context')]).toEqual([2, 2]);
  });
});

describe('a receipt on the stick', () => {
  async function imported(): Promise<ImportScene> {
    const here = scene();
    here.put('a.ferry-update', here.issueFromDongle(2));
    await here.import();
    return here;
  }

  it('that is older than the state of the device is replaced', async () => {
    const here = await imported();
    here.issueFrom(here.firm, 1);
    here.putFrom(here.firm, 'b.ferry-update', 1, 1);
    const report = await here.import();
    expect(report.receipts.map(({ isNew }) => isNew)).toEqual([true, true]);
  });

  it.each([
    ['was damaged', (text: string) => text.slice(0, -90)],
    [
      'is not signed by the device',
      (text: string) => text.replace(/(.)(=*\n-----END)/, (_, last, end) => `${last === 'A' ? 'Q' : 'A'}${end}`),
    ],
    ['is another file', () => 'hello'],
  ])('that %s is replaced', async (_, change) => {
    const here = await imported();
    const file = path.join(here.stick, RECEIPTS.dongle);
    const good = fs.readFileSync(file, 'utf8');
    const bad = change(good);
    expect(bad).not.toBe(good);
    fs.writeFileSync(file, bad);
    expect((await here.import()).receipts).toMatchObject([{ isNew: true, failure: null }]);
    expect(fs.readFileSync(file, 'utf8')).toBe(good);
  });

  it('that cannot be written is told, and nothing half written stays; what was applied is complete', async () => {
    const here = scene();
    here.put('a.ferry-update', here.issueFromDongle(2));
    fs.mkdirSync(path.join(here.stick, RECEIPTS.dongle));
    const report = await here.import();
    expect(report.receipts).toMatchObject([{ file: null, isNew: false, failure: { code: 'FILE_UNWRITABLE' } }]);
    expect(report.files).toMatchObject([{ state: 'applied' }]);
    expect(Object.keys(here.onStick())).toEqual(['a.ferry-update']);
  });

  it('has a name of its own where the plain one is taken by a receipt for somebody else', async () => {
    const here = await imported();
    const { certificate } = here.firm;
    const other = await here.client.call('context', { certificate, firmCode: null });
    here.put(RECEIPTS.dongle, other.context);
    const [receipt] = (await here.import()).receipts;
    expect(receipt).toMatchObject({ isNew: true, failure: null });
    expect(receipt?.file).toBe(RECEIPTS.dongle.replace('-receipt', `-${here.dongle.key.slice(0, 8)}-receipt`));
    expect(await new FileUpdateFolder(here.stick).read(RECEIPTS.dongle)).toEqual(other.context);
  });

  it('that the device cannot make is told', async () => {
    const here = await imported();
    const client = failing(here.client, 'context', new FerryError('TABLE_FULL', { here: SERIAL, what: 'channels' }));
    expect((await here.import({ client })).receipts).toMatchObject([{ file: null, failure: { code: 'TABLE_FULL' } }]);
  });
});

describe('an import that cannot go on', () => {
  it('into a device whose anchor belongs to an older state is refused, and the receipt says that it is locked', async () => {
    const root = makeFolder();
    const here = new ImportScene(root);
    here.put('a.ferry-update', here.issueFromDongle(2));
    here.issueFrom(here.firm, 1);
    here.putFrom(here.firm, 'b.ferry-update', 1, 1);
    here.close();
    const anchor = path.join(root, 'anchor', 'anchor.bin');
    const old = fs.readFileSync(anchor);
    const places = { folder: here.folder, updates: here.stick };
    await importUpdates(places);
    fs.writeFileSync(anchor, old);
    const report = await importUpdates(places);
    expect(report.files.map(({ failure }) => failure?.code)).toEqual(['CONTAINER_LOCKED', 'CONTAINER_LOCKED']);
    expect(report.receipts).toMatchObject([
      { file: RECEIPTS.dongle, isNew: true, failure: null },
      { file: RECEIPTS.firm, isNew: true, failure: null },
    ]);
    expect((await importUpdates(places)).receipts).toMatchObject([{ isNew: false }, { isNew: false }]);
  });

  it('tells why the device broke off, and what it had taken in; the next one does the rest', async () => {
    const here = scene();
    here.issueFrom(here.firm, 2);
    here.putFrom(here.firm, 'a.ferry-update', 1, 1);
    here.putFrom(here.firm, 'b.ferry-update', 2, 2);
    const error = new FerryError('STORE_WRITE_FAILED', { where: 'device', why: 'the disk is full' });
    const report = await here.import({ client: failing(here.client, 'apply', error) });
    expect(report).toMatchObject({ interruption: { code: 'STORE_WRITE_FAILED' }, receipts: [] });
    expect(report.files).toHaveLength(1);
    expect((await here.import()).files.map(({ state }) => state)).toEqual(['applied', 'applied']);
  });

  it('tells of each file that is gone when its turn comes', async () => {
    const here = scene();
    here.issueFrom(here.firm, 1);
    here.putFrom(here.firm, 'a.ferry-update', 1, 1);
    here.put('b.ferry-update', here.issueFromDongle(1));
    let reads = 0;
    const folder = reading(here.stick, (name) => {
      if (name !== 'a.ferry-update') return name;
      reads += 1;
      return reads > 1 ? 'gone' : name;
    });
    const report = await here.import({ folder });
    expect(report.files).toMatchObject([
      { state: 'applied' },
      { state: 'refused', entries: [], failure: { code: 'FILE_UNREADABLE' } },
    ]);
    expect(report).toMatchObject({ interruption: null, receipts: [{ issuer: '3-1' }] });
    expect(reads).toBe(2);
  });

  it('rejects when there is no such folder or the device is not certified, before anything was changed', async () => {
    const here = scene();
    const folder = new FileUpdateFolder(path.join(here.stick, 'nowhere'));
    await expect(here.import({ folder })).rejects.toMatchObject({ code: 'FOLDER_UNREADABLE' });
    const { call } = here.client;
    const list = async () => ({ ...(await call('list', {})), serial: null });
    const client = { call: list as unknown as ContainerClient['call'], close: async () => {} };
    await expect(here.import({ client })).rejects.toMatchObject({
      code: 'NOT_ENROLLED',
      details: { where: here.device.key },
    });
  });

  it.each(['apply', 'context'])('rejects with a defect in %s', async (command) => {
    const here = scene();
    here.put('a.ferry-update', here.issueFromDongle(1));
    const client = failing(here.client, command, new Defect('broken'));
    await expect(here.import({ client })).rejects.toThrow(Defect);
  });

  it.each(['read', 'write'] as const)('rejects with a defect of the folder when it is to %s', async (name) => {
    const here = scene();
    here.put('a.ferry-update', here.issueFromDongle(1));
    const broken = { ...reading(here.stick, (same) => same), [name]: () => Promise.reject(new Defect('broken')) };
    await expect(here.import({ folder: broken })).rejects.toThrow(Defect);
  });
});
