import { toyCrypto } from '../exploration/toy-crypto.ts';
import type { Players } from './hunt.ts';
import type { VendorKeys } from './memory-channel.ts';
import { MemoryVendor } from './memory-vendor.ts';
import { castFor } from './prepared.ts';
import type { VendorMaker } from './world.ts';

/** A vendor whose server is rules and memory alone. */
const toyVendor: VendorMaker = async ({ crypto, root, containers, vendors }, firm, env) =>
  new MemoryVendor(vendors[firm] as VendorKeys, {
    crypto,
    root,
    env,
    certificates: containers.map(({ certificate }) => certificate),
  });

/** Small parties: everything that the rules rely on holds, and nothing costs more than a hash. */
export const toyPlayers: Players = { cast: castFor(toyCrypto), vendor: toyVendor, close: async () => undefined };
