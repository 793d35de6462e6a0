import { wordlist } from '@scure/bip39/wordlists/english.js';
import { fromHex, utf8 } from './bytes.ts';
import type { PublicKey } from './ids.ts';

const DOMAIN = utf8('license-ferry fingerprint words\0');
const WORDS = 5;
const BITS_PER_WORD = 11n;

/**
 * An identity key as five words that people can read to each other: the first 55 bits of a SHA-256 over the key, eleven for
 * each word of the 2,048 English ones of BIP 39.
 *
 * Whoever answers in somebody else's place would have to try about 2^55 keys to be called the same. Not a secret.
 *
 * @returns for example `project foil weekend fancy add`
 */
export function fingerprintWords(sha256: (...parts: readonly Uint8Array[]) => Uint8Array, key: PublicKey): string {
  const first = sha256(DOMAIN, fromHex(key)).subarray(0, 8);
  let bits = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0) >> (64n - BigInt(WORDS) * BITS_PER_WORD);
  const words: string[] = [];
  for (let left = WORDS; left > 0; left--) {
    words.unshift(wordlist[Number(bits & ((1n << BITS_PER_WORD) - 1n))] as string);
    bits >>= BITS_PER_WORD;
  }
  return words.join(' ');
}

/** Whether two texts are the same words, however they are spaced and capitalized. */
export function sameWords(one: string, other: string): boolean {
  return normal(one) === normal(other);
}

function normal(words: string): string {
  return words.toLowerCase().split(/\W+/).filter(Boolean).join(' ');
}
