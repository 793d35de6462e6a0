import { scryptSync } from 'node:crypto';

/** What a guess at a passphrase costs: about 128 * N * r bytes of memory, and time by N * r * p. @see RFC 7914 */
export interface PassphraseCost {
  readonly scryptN: number;
  readonly scryptR: number;
  readonly scryptP: number;
}

/** For a new License Central: about 100 ms and 32 MiB for every guess. */
export const PASSPHRASE_COST: PassphraseCost = { scryptN: 2 ** 15, scryptR: 8, scryptP: 1 };

/** The memory that a stored cost may ask for. Bytes. */
const MOST_MEMORY = 2 ** 30;
const MOST_PASSES = 16;
/** From this r on, scrypt takes every N. */
const LEAST_R = 4;

/** Whether a key can be derived at a stored cost: what is damaged must not take all the memory or time there is. */
export function isPossibleCost(cost: PassphraseCost): boolean {
  const { scryptN, scryptR, scryptP } = cost;
  const isPower = scryptN > 1 && Number.isInteger(Math.log2(scryptN));
  return isPower && scryptR >= LEAST_R && scryptP > 0 && scryptP <= MOST_PASSES && memoryOf(cost) <= MOST_MEMORY;
}

/** The 32-byte key that a passphrase and a salt stand for, at a possible cost. */
export function passphraseKey(passphrase: string, salt: Uint8Array, cost: PassphraseCost): Uint8Array {
  const { scryptN: N, scryptR: r, scryptP: p } = cost;
  return new Uint8Array(scryptSync(passphrase.normalize('NFKC'), salt, 32, { N, r, p, maxmem: memoryOf(cost) }));
}

function memoryOf({ scryptN, scryptR, scryptP }: PassphraseCost): number {
  return 128 * scryptR * (scryptN + scryptP + 2);
}
