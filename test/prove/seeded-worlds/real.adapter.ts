import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { CentralVendor } from './central-vendor.adapter.ts';
import type { Players } from './hunt.ts';
import { worldEnv } from './member.ts';
import { BEGINNING, castFor } from './prepared.ts';

/** Where files cost no disk, if there is such a place: what a disk does is not the matter here. */
const IN_MEMORY = '/dev/shm';

/** Real keys and signatures, and vendors with a real License Central each, in a folder that is removed in the end. */
export async function realPlayers(): Promise<Players> {
  const cast = castFor(nativeCrypto());
  const folder = fs.mkdtempSync(path.join(fs.existsSync(IN_MEMORY) ? IN_MEMORY : os.tmpdir(), 'ferry-worlds-'));
  const vendors: CentralVendor[] = [];
  for (const { firmCode } of cast.vendors)
    vendors.push(
      await CentralVendor.open(cast, path.join(folder, String(firmCode)), firmCode, worldEnv(firmCode, 0, BEGINNING)),
    );
  return {
    cast,
    vendor: async (_cast, firm, env) => {
      const vendor = vendors[firm] as CentralVendor;
      vendor.begin(env);
      return vendor;
    },
    close: async () => {
      for (const vendor of vendors) await vendor.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
