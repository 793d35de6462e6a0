import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { FerryError } from '../../../container/errors.ts';
import { armor } from '../../../container/files/armor.ts';
import { RECEIPTS, SERIAL } from '../update-import/import-scene.ts';
import { loadedStick, pulledAfter, pullOut, stickScenes } from './stick-scene.ts';

const scene = stickScenes();

function failing(client: ContainerClient, command: string, times: number): ContainerClient {
  let left = times;
  return {
    call: (name, request) => {
      if (name !== command || left-- <= 0) return client.call(name, request);
      return Promise.reject(new FerryError('STORE_WRITE_FAILED', { where: 'memory', why: 'the disk is full' }));
    },
    close: () => client.close(),
  };
}

describe('the import of a stick', () => {
  it('takes in what is for the device in its root and in a folder, and answers with receipts and a text', async () => {
    const here = loadedStick(scene());
    const { end, report, failure } = await here.take();
    expect([end, failure]).toEqual(['answered', null]);
    expect(report?.files.map(({ file, state }) => [file, state])).toEqual([
      ['from dongle/b.ferry-update', 'applied'],
      ['a.ferry-update', 'applied'],
    ]);
    expect(here.items()).toBe(3);
    expect(here.settle().entries).toEqual([{ sequence: 1, reason: 0 }]);
    expect(here.result().split('\r\n')).toEqual([
      'License Ferry: what became of the update files on this stick.',
      '',
      `== ${SERIAL} ==`,
      '"from dongle/b.ferry-update": taken in.',
      '"a.ferry-update": taken in.',
      'Receipts for: 3-1, firm 6000010.',
      'Next: bring this stick back to whoever gave it to you; the receipts tell what has arrived. Other devices may be served first.',
      '',
    ]);
    expect(here.states).toEqual(['copying', 'copied', 'applying', 'applied', 'answering', 'answered']);
    expect(here.keptFiles()).toEqual([]);
  });

  it('of a stick that stays in changes nothing any more, on the stick, in the device or in what it keeps', async () => {
    const here = loadedStick(scene());
    await here.take();
    const [files, hash] = [here.onStick(), here.stateHash()];
    for (let reboots = 0; reboots < 5; reboots++) expect((await here.take()).end).toBe('answered');
    expect([here.onStick(), here.stateHash(), here.keptFiles()]).toEqual([files, hash, []]);
    expect(here.states.filter((state) => state === 'copied')).toHaveLength(1);
  });

  it('finds nothing where nothing is for the device, and leaves such a stick alone', async () => {
    const here = scene();
    fs.writeFileSync(path.join(here.stick, 'holidays.jpg'), 'sea');
    const files = here.onStick();
    expect(await here.take()).toEqual({ end: 'nothing', report: null, requested: [], failure: null });
    expect(here.onStick()).toEqual(files);
  });

  it('leaves the files for others, and what was said of others, as they are', async () => {
    const [here, other] = [loadedStick(scene()), scene()];
    const said = 'License Ferry: what became of the update files on this stick.\r\n\r\n== 130-7 ==\r\nAll is well.\r\n';
    fs.writeFileSync(path.join(here.stick, 'RESULT.TXT'), said);
    other.issueFrom(here.firm, 1);
    const foreign = armor(here.firm.update(other.dongle, { first: 1, last: 0 }));
    fs.writeFileSync(path.join(here.stick, 'foreign.ferry-update'), foreign);
    const { report } = await here.take();
    expect(report?.foreign).toBe(1);
    expect(fs.readFileSync(path.join(here.stick, 'foreign.ferry-update'), 'utf8')).toBe(foreign);
    expect(here.result()).toMatch(/== 130-7 ==\r\nAll is well\.\r\n\r\n== 130-2459324738 ==\r\n/);
  });

  it('tells people of what was not taken in, why, and what to do', async () => {
    const here = loadedStick(scene());
    fs.writeFileSync(path.join(here.stick, 'torn.ferry-update'), 'half');
    const { end, report } = await here.take();
    expect([end, report?.files.map(({ state }) => state)]).toEqual(['answered', ['applied', 'applied', 'refused']]);
    expect(here.result()).toMatch(
      /"torn\.ferry-update": not taken in\.\r\n {2}The file is .* \[FILE_\w+\]\r\n {2}\S.*\r\n {2}\S/,
    );
  });

  it('that broke off in the container goes on without the stick, and the receipts go to the next one', async () => {
    const here = loadedStick(scene());
    const broken = await here.take({ ports: { client: failing(here.client, 'apply', 1) } });
    expect(broken).toMatchObject({ end: 'brokenOff', failure: { code: 'STORE_WRITE_FAILED' } });
    fs.rmSync(here.stick, { recursive: true });
    const resumed = await here.resume();
    const gone = { code: 'STICK_GONE', details: { where: 'its earlier place' } };
    expect(resumed).toMatchObject({ end: 'unanswered', failure: gone });
    expect([here.items(), await here.resume()]).toEqual([3, null]);
    // Any stick that carries licenses for somebody.
    fs.mkdirSync(here.stick);
    here.put('foreign.ferry-update', here.firm.update(here.dongle, { first: 1, last: 0 }));
    expect((await here.take()).end).toBe('answered');
    expect(fs.readdirSync(here.stick).sort()).toEqual([
      RECEIPTS.dongle,
      RECEIPTS.firm,
      'RESULT.TXT',
      'foreign.ferry-update',
    ]);
    expect([here.settle().entries, here.keptFiles()]).toEqual([[{ sequence: 1, reason: 0 }], []]);
  });

  it('that goes on without its stick keeps what was kept of earlier sticks', async () => {
    const here = scene();
    here.issueFrom(here.firm, 1);
    here.putFrom(here.firm, 'a.ferry-update', 1, 1);
    const stick = pulledAfter(here.plugged(), 3, true);
    expect((await here.take({ stick })).end).toBe('unanswered');
    here.put('b.ferry-update', here.issueFromDongle(1));
    await here.take({ ports: { client: failing(here.client, 'apply', 1) } });
    expect((await here.resume())?.end).toBe('unanswered');
    fs.rmSync(here.stick, { recursive: true });
    fs.mkdirSync(here.stick);
    here.put('foreign.ferry-update', here.firm.update(here.dongle, { first: 1, last: 0 }));
    expect((await here.take()).end).toBe('answered');
    expect(fs.readdirSync(here.stick)).toEqual(expect.arrayContaining([RECEIPTS.dongle, RECEIPTS.firm]));
  });

  it('whose snapshot cannot be read is not forgotten', async () => {
    const here = loadedStick(scene());
    const snapshot = path.join(here.kept, 'stick-import.json');
    fs.mkdirSync(snapshot, { recursive: true });
    await expect(here.resume()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    expect(fs.existsSync(snapshot)).toBe(true);
  });

  it('whose snapshot is of another program is begun anew, and brings everything once', async () => {
    const here = loadedStick(scene());
    await here.take({ ports: { client: failing(here.client, 'apply', 1) } });
    const file = path.join(here.kept, 'stick-import.json');
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/"version":\d+/, '"version":99'));
    expect(await here.resume()).toBeNull();
    expect([(await here.take()).end, here.items(), here.keptFiles()]).toEqual(['answered', 3, []]);
  });

  it('with damage in what is kept answers the next stick all the same', async () => {
    const here = loadedStick(scene());
    const stick = pulledAfter(here.plugged(), 12, false);
    expect((await here.take({ stick })).end).toBe('unanswered');
    for (const name of here.keptFiles().filter((one) => one.endsWith('.blob')))
      fs.writeFileSync(path.join(here.kept, 'owed-receipts', name), 'damage');
    expect((await here.take()).end).toBe('answered');
    expect(here.settle().entries).toEqual([{ sequence: 1, reason: 0 }]);
    fs.writeFileSync(path.join(here.kept, 'owed-receipts.receipts'), '[');
    fs.rmSync(path.join(here.stick, RECEIPTS.firm));
    expect((await here.take()).end).toBe('answered');
  });

  it('keeps the receipts of a stick that takes none, and writes them to the next one', async () => {
    const here = loadedStick(scene());
    const full = here.plugged();
    const refusing = new Proxy(full, {
      get: (target, name) => {
        if (name === 'write')
          return async () => Promise.reject(new FerryError('FILE_UNWRITABLE', { file: 'x', why: 'the disk is full' }));
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    expect(await here.take({ stick: refusing })).toMatchObject({
      end: 'unanswered',
      failure: { code: 'FILE_UNWRITABLE' },
    });
    expect(here.items()).toBe(3);
    expect((await here.take()).end).toBe('answered');
    expect(here.settle().entries).toEqual([{ sequence: 1, reason: 0 }]);
    expect(here.keptFiles()).toEqual([]);
  });

  it.each([false, true])('pulled out now or then (done before: %s) loses and doubles nothing', async (isDone) => {
    const ends = new Set<string>();
    for (const most of [0, 5, 9, 12, 100]) ends.add((await pullOut(loadedStick(scene()), most, isDone)).end);
    expect([...ends].sort()).toEqual(['answered', 'unanswered', 'untouched']);
  });
});
