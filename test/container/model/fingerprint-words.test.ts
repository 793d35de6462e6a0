import { describe, expect, it } from 'vitest';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { fingerprintWords, sameWords } from '../../../container/model/fingerprint-words.ts';
import type { PublicKey } from '../../../container/model/ids.ts';

const words = (key: string): string =>
  fingerprintWords((...parts) => nativeCrypto().sha256(...parts), key as PublicKey);

describe('fingerprint words', () => {
  it.each([
    ['00'.repeat(32), 'project foil weekend fancy add'],
    ['ff'.repeat(32), 'jewel verb clap dress top'],
    ['d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'idle permit this duck olympic'],
  ])('of %s are %s', (key, expected) => {
    expect(words(key)).toBe(expected);
  });

  it.each([
    ['are the same with hyphens and capitals', 'Idle-permit this  DUCK olympic ', true],
    ['are others in another order', 'permit idle this duck olympic', false],
    ['are others when one is missing', 'idle permit this duck', false],
    ['are others when two are written as one', 'idlepermit this duck olympic', false],
    ['are others with a letter of another alphabet', 'idle permit this duck olymp\u0131c', false],
  ])('%s', (_, typed, same) => {
    expect(sameWords(typed, 'idle permit this duck olympic')).toBe(same);
  });
});
