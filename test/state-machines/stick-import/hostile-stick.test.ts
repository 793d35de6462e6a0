import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { FerryError } from '../../../container/errors.ts';
import { armor } from '../../../container/files/armor.ts';
import type { Stick } from '../../../state-machines/index.ts';
import { COPY_LIMITS } from '../../../state-machines/stick-import/copy-stick.ts';
import { RECEIPTS } from '../update-import/import-scene.ts';
import { loadedStick, pulledAfter, type StickScene, stickScenes } from './stick-scene.ts';

const scene = stickScenes();

/** Has receipts kept for the next stick. */
async function owing(): Promise<StickScene> {
  const here = loadedStick(scene());
  const { end } = await here.take({ stick: pulledAfter(here.plugged(), 12, false) });
  expect(end).toBe('unanswered');
  return here;
}

/** An empty stick in place of the one before. */
function anotherStick(here: StickScene): void {
  fs.rmSync(here.stick, { recursive: true });
  fs.mkdirSync(here.stick);
}

function throwing(client: ContainerClient, command: string, error: Error): ContainerClient {
  return {
    call: (name, request) => (name === command ? Promise.reject(error) : client.call(name, request)),
    close: () => client.close(),
  };
}

describe('receipts that are kept', () => {
  it('go to no stick that carries licenses for nobody, and stay kept', async () => {
    const here = await owing();
    anotherStick(here);
    fs.writeFileSync(path.join(here.stick, 'x.ferry-update'), '');
    const kept = here.keptFiles();
    expect((await here.take()).end).toBe('answered');
    expect(fs.readdirSync(here.stick).sort()).toEqual(['RESULT.TXT', 'x.ferry-update']);
    expect(here.keptFiles()).toEqual(kept);
  });

  it('do not take the place of a later one', async () => {
    const here = await owing();
    anotherStick(here);
    here.issueFrom(here.firm, 1);
    await here.import();
    here.putFrom(here.firm, 'c.ferry-update', 3, 3);
    await here.import();
    const later = fs.readFileSync(path.join(here.stick, RECEIPTS.firm), 'utf8');
    fs.rmSync(path.join(here.stick, 'c.ferry-update'));
    here.put('foreign.ferry-update', here.firm.update(here.dongle, { first: 1, last: 0 }));
    expect((await here.take()).end).toBe('answered');
    expect(fs.readFileSync(path.join(here.stick, RECEIPTS.firm), 'utf8')).toBe(later);
    expect(here.settle().entries).toEqual([{ sequence: 1, reason: 0 }]);
  });
});

describe('what is left of an import', () => {
  it('keeps no other stick out when its copies are damaged', async () => {
    const here = loadedStick(scene());
    const full = new FerryError('STORE_WRITE_FAILED', { where: 'memory', why: 'the disk is full' });
    const { end } = await here.take({ ports: { client: throwing(here.client, 'apply', full) } });
    expect(end).toBe('brokenOff');
    for (const name of here.keptFiles().filter((one) => one.endsWith('.blob')))
      fs.writeFileSync(path.join(here.kept, 'stick-import', name), 'damage');
    expect((await here.resume())?.end).toBe('unanswered');
    expect([await here.resume(), (await here.take()).end, here.items()]).toEqual([null, 'answered', 3]);
  });

  it('keeps no other stick out when it ends in a defect', async () => {
    const here = loadedStick(scene());
    const defect = new TypeError('a defect');
    const client = throwing(here.client, 'apply', defect);
    await expect(here.take({ ports: { client } })).rejects.toBe(defect);
    await expect(here.resume({ client })).rejects.toBe(defect);
    expect([await here.resume({ client }), (await here.take()).end, here.items()]).toEqual([null, 'answered', 3]);
  });
});

describe('a stick that holds too much', () => {
  it('is copied up to a bound, and how many are left out is said', async () => {
    const here = scene();
    here.issueFrom(here.firm, 1);
    const update = here.firm.update(here.device, { first: 1, last: 1 });
    const names = Array.from({ length: COPY_LIMITS.files + 5 }, (_, at) => `${at}.ferry-update`);
    const real = here.plugged();
    const stick: Stick = {
      ...{ where: real.where, write: (name, envelope) => real.write(name, envelope) },
      ...{ readResult: () => real.readResult(), writeResult: (text) => real.writeResult(text) },
      async *entries() {
        for (const name of names) yield { name, isFile: true };
      },
      read: async (name) => (name.endsWith('.ferry-update') ? update : real.read(name)),
    };
    const { end, report } = await here.take({ stick });
    expect([end, report?.files.length, here.items()]).toEqual(['answered', COPY_LIMITS.files, 1]);
    expect(here.result()).toContain('5 files were not looked at');
  });

  it('of unreadable files, has no more of them told than there is room for', async () => {
    const here = scene();
    for (let at = 0; at < COPY_LIMITS.unreadable + 3; at++)
      fs.writeFileSync(path.join(here.stick, `${at}.ferry-update`), 'torn');
    const { end, report } = await here.take();
    expect([end, report?.files.length]).toEqual(['answered', COPY_LIMITS.unreadable]);
    expect(here.result()).toContain('3 files were not looked at');
  });
});

it('a full disk of the device costs no receipt: it is written to the stick all the same', async () => {
  const here = loadedStick(scene());
  const { blobs } = here.ports;
  let isFull = false;
  const failing: typeof blobs = {
    put: (bytes) =>
      isFull ? Promise.reject(new FerryError('STORE_WRITE_FAILED', { where: 'x', why: 'full' })) : blobs.put(bytes),
    get: (hash) => blobs.get(hash),
    keepOnly: (hashes) => blobs.keepOnly(hashes),
    part: (id) => {
      const part = blobs.part(id);
      return {
        ...failing,
        put: (bytes) => (isFull ? failing.put(bytes) : part.put(bytes)),
        get: (hash) => part.get(hash),
        keepOnly: (hashes) => part.keepOnly(hashes),
      };
    },
  };
  const onState = (state: string): void => {
    if (state === 'applying') isFull = true;
  };
  const { end, report } = await here.take({ ports: { blobs: failing, onState } });
  expect([end, report?.receipts.map(({ failure }) => failure)]).toEqual(['answered', [null, null]]);
  expect(here.settle().entries).toEqual([{ sequence: 1, reason: 0 }]);
});

it('a foreign update of any kind leaves a device that is owed nothing alone', async () => {
  const here = scene();
  fs.writeFileSync(
    path.join(here.stick, 'foreign.ferry-update'),
    armor(here.firm.update(here.dongle, { first: 1, last: 0 })),
  );
  expect((await here.take()).end).toBe('nothing');
  expect(fs.readdirSync(here.stick)).toEqual(['foreign.ferry-update']);
});
