import { describe, expect, it } from 'vitest';
import { lockChallenge, lockedFirms } from '../../../container/engine/lock.ts';
import { concatBytes, toHex, utf8 } from '../../../container/model/bytes.ts';
import { crypto, load, TestFirm } from '../../world/parties.ts';
import { lockedBook } from './owner-scene.ts';
import { world } from './scene.ts';

describe('what a re-anchor has to name', () => {
  const stateHash = new Uint8Array(32).fill(7);
  const domain = utf8('license-ferry re-anchor\0');
  const challenge = (...parts: Uint8Array[]) => toHex(crypto.sha256(domain, concatBytes(...parts)).subarray(0, 16));

  it('is the state that is here and the anchor that was found, each with its generation', () => {
    const [here, anchored] = [Uint8Array.of(1, 0, 0, 1, 2), Uint8Array.of(1, 0, 0, 0, 9)];
    expect(lockChallenge(crypto, { generation: 9, stateHash }, { generation: 0x0102, stateHash })).toBe(
      challenge(anchored, stateHash, here, stateHash),
    );
  });

  it('is another one where no anchor was found at all', () => {
    const none = new Uint8Array(5 + 32);
    expect(lockChallenge(crypto, undefined, { generation: 9, stateHash })).toBe(
      challenge(none, Uint8Array.of(1, 0, 0, 0, 9), stateHash),
    );
  });
});

describe('the firms of a locked container', () => {
  it('are all whose licenses are here, ascending, once each; none while it is not locked', () => {
    const { firm, dongle } = world();
    for (const one of [new TestFirm(6000099), firm, new TestFirm(6000050), firm]) load(one, dongle, {});
    const { state } = dongle.container;
    expect(lockedFirms(state, lockedBook(dongle).lock)).toEqual([6000010, 6000050, 6000099]);
    expect(lockedFirms(state, null)).toEqual([]);
  });
});
