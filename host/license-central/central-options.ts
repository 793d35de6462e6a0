import type { Crypto } from '../../container/crypto/port.ts';
import type { Env } from '../../container/env.ts';
import type { RootAuthority } from '../../container/files/test-root.ts';
import type { PassphraseCost } from './passphrase-key.adapter.ts';

/** What a License Central stands on. */
export interface CentralOptions {
  /** Folder of its database. */
  readonly folder: string;
  readonly crypto: Crypto;
  readonly env: Env;
  /** Opens the firms' keys; never stored. */
  readonly passphrase: string;
  /** What a guess at it costs, of a new License Central; `PASSPHRASE_COST` unless it is given. */
  readonly passphraseCost?: PassphraseCost;
  /** The maker of containers, who certifies firms; simulated, so that its secret is at hand. */
  readonly root: RootAuthority;
}

/** A firm's channel to a container, by the firm's code and the container's serial number or key. */
export interface Direction {
  readonly firmCode: number;
  readonly target: string;
}
