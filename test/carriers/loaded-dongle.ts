import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Grant } from '../../container/files/grant.ts';
import { createDongle } from '../../dongle-firmware-sim/index.ts';
import { type TestContainer, TestFirm } from '../world/parties.ts';

const TEXT = 'Controller runtime, '.repeat(10);

/** A dongle in a folder with thousands of licenses, and an update of nearly 2 MiB that it has not taken yet. */
export interface LoadedDongle {
  readonly folder: string;
  readonly serial: string;
  readonly certificate: Uint8Array;
  readonly items: number;
  readonly update: Uint8Array;
  /** Licenses that the update brings. */
  readonly more: number;
}

let made: LoadedDongle | undefined;

/** A copy of the one that is made once for each worker. */
export function loadedDongle(): LoadedDongle & { remove(): void } {
  made ??= makeLoaded();
  const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-carrier-')), 'dongle');
  fs.cpSync(made.folder, folder, { recursive: true });
  return { ...made, folder, remove: () => fs.rmSync(path.dirname(folder), { recursive: true, force: true }) };
}

function makeLoaded(): LoadedDongle {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'ferry-loaded-'));
  process.once('exit', () => fs.rmSync(temporary, { recursive: true, force: true }));
  const folder = path.join(temporary, 'dongle');
  const { container, close } = createDongle({ folder, flashBytes: 32 * 1024 * 1024 });
  try {
    const certificate = container.state.identity.certified;
    if (certificate === null) throw new TypeError('a new dongle is certified');
    const target = { container, key: container.state.identity.key, certificate: certificate.raw } as TestContainer;
    const firm = new TestFirm();
    const add = (entries: number, options: Partial<Grant>): void => {
      for (let entry = 0; entry < entries; entry++)
        firm.issue(target, {
          kind: 'add',
          grants: Array.from({ length: 64 }, () => firm.grant(target.key, options).raw),
        });
    };
    add(90, { text: TEXT });
    for (let first = 1; first <= 90; first += 15)
      container.run('apply', { update: firm.update(target, { first, last: first + 14 }) });
    add(88, { text: TEXT });
    const { serial } = container.run('list', {});
    return {
      folder,
      serial: serial ?? '',
      certificate: certificate.raw,
      items: 90 * 64,
      update: firm.update(target, { first: 91, last: 178 }),
      more: 88 * 64,
    };
  } finally {
    close();
  }
}
