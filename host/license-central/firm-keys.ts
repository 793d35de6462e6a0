import type { Crypto } from '../../container/crypto/port.ts';
import type { Env } from '../../container/env.ts';
import { Defect, FerryError } from '../../container/errors.ts';
import { concatBytes, equalBytes, utf8 } from '../../container/model/bytes.ts';

/** The secrets of a firm: 32 bytes each. */
export interface FirmKeys {
  readonly seed: Uint8Array;
  readonly sealingSecret: Uint8Array;
}

const NONCE = 12;
const TAG = 16;
const CHECK = utf8('license-ferry central');

/**
 * Encrypts what the database must never hold in plain text, with AES-256-GCM under the passphrase's key. Every text is
 * bound to its purpose, so that swapping two of them in the file is noticed.
 */
export class KeyVault {
  readonly #crypto: Crypto;
  readonly #env: Env;
  readonly #key: Uint8Array;

  constructor(crypto: Crypto, env: Env, key: Uint8Array) {
    this.#crypto = crypto;
    this.#env = env;
    this.#key = key;
  }

  /** What tells later whether a passphrase is the right one. */
  makeCheck(): Uint8Array {
    return this.#seal('check', CHECK);
  }

  matches(check: Uint8Array): boolean {
    const opened = this.#open('check', check);
    return opened !== undefined && equalBytes(opened, CHECK);
  }

  sealKeys(firmCode: number, keys: FirmKeys): Uint8Array {
    return this.#seal(`firm ${firmCode}`, concatBytes(keys.seed, keys.sealingSecret));
  }

  /** @throws FIRM_KEYS_DAMAGED */
  openKeys(firmCode: number, sealed: Uint8Array): FirmKeys {
    const opened = this.#open(`firm ${firmCode}`, sealed);
    if (opened === undefined) throw new FerryError('FIRM_KEYS_DAMAGED', { firm: firmCode });
    return { seed: opened.slice(0, 32), sealingSecret: opened.slice(32) };
  }

  sealTimeSeed(seed: Uint8Array): Uint8Array {
    return this.#seal('time', seed);
  }

  /** @throws Defect when the stored seed is not that of this server */
  openTimeSeed(sealed: Uint8Array): Uint8Array {
    const opened = this.#open('time', sealed);
    if (opened === undefined) throw new Defect('the stored key for certifying time is not its own');
    return opened;
  }

  #seal(purpose: string, plain: Uint8Array): Uint8Array {
    const nonce = this.#env.random(NONCE);
    return concatBytes(nonce, this.#crypto.aeadSeal(this.#key, nonce, associated(purpose), plain));
  }

  #open(purpose: string, sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.length < NONCE + TAG) return undefined;
    return this.#crypto.aeadOpen(this.#key, sealed.subarray(0, NONCE), associated(purpose), sealed.subarray(NONCE));
  }
}

function associated(purpose: string): Uint8Array {
  return utf8(`license-ferry central keys 1: ${purpose}`);
}
