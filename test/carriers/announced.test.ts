import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openCarrier } from '../../carriers/open-carrier.ts';
import { runContainerServer, type Served } from '../../carriers/server/run-container-server.adapter.ts';
import type { FerryError } from '../../container/errors.ts';
import { createDongle, openDongle } from '../../dongle-firmware-sim/index.ts';
import { temporaryFolders } from '../container/store/temporary-folder.ts';
import { PATIENT } from './suite.ts';

const newFolder = temporaryFolders();
afterEach(() => vi.restoreAllMocks());

const FULL = Object.assign(new Error('full'), { code: 'ENOSPC' });

/** Serves a new dongle here, does the work while it is served, and ends it. @returns the events that it warned of */
async function served(work: (folder: string, address: string) => Promise<void> | void): Promise<string[]> {
  const folder = path.join(newFolder(), 'dongle');
  createDongle({ folder }).close();
  const warned: string[] = [];
  const log = { info: () => undefined, warn: (event: string) => warned.push(event), error: () => undefined };
  const stop = new AbortController();
  const options = { folder, streams: [], log, pair: false, signal: stop.signal };
  const listen = [{ scheme: 'unix', path: path.join(path.dirname(folder), 's') }] as const;
  let ended: Promise<void> | undefined;
  const { addresses } = await new Promise<Served>((resolve, reject) => {
    ended = runContainerServer((env) => openDongle(folder, env), { ...options, listen }, resolve);
    ended.catch(reject);
  });
  try {
    await work(folder, addresses[0] ?? '');
  } finally {
    stop.abort();
    await ended;
  }
  return warned;
}

function refusal(folder: string): Pick<FerryError, 'code' | 'details'> {
  try {
    openDongle(folder).close();
  } catch (error) {
    return error as FerryError;
  }
  throw new Error('it could be opened');
}

describe('the folder of a served container', () => {
  it('says again where it is served after its server has opened it anew', async () => {
    await served(async (folder, address) => {
      const before = fs.readdirSync(folder).filter((name) => name.endsWith('.lock'));
      const client = openCarrier(address, PATIENT);
      const issuer = createDongle({ folder: path.join(newFolder(), 'issuer') });
      const { certificate } = await issuer.client.call('list', {});
      issuer.close();
      vi.spyOn(fs, 'fdatasyncSync').mockImplementation(() => {
        throw FULL;
      });
      const asked = client.call('context', { certificate, firmCode: null });
      await expect(asked).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
      vi.restoreAllMocks();
      await client.call('list', {});
      await client.close();
      expect(fs.readdirSync(folder).filter((name) => name.endsWith('.lock'))).not.toEqual(before);
      expect(refusal(folder)).toMatchObject({ code: 'CONTAINER_SERVED', details: { addresses: address } });
    });
  });

  it('says only that it is in use when that cannot be written, and it is served all the same', async () => {
    const write = fs.writeFileSync;
    vi.spyOn(fs, 'writeFileSync').mockImplementation((file, data, options) => {
      if (String(data).includes('"served"')) throw FULL;
      write(file, data, options);
    });
    const warned = await served(async (folder, address) => {
      const client = openCarrier(address, PATIENT);
      expect((await client.call('list', {})).kind).toBe('dongle');
      await client.close();
      expect(refusal(folder)).toMatchObject({ code: 'CONTAINER_IN_USE', details: { process: process.pid } });
    });
    expect(warned).toContain('container.unannounced');
  });
});
