import type { Crypto } from '../crypto/port.ts';
import { type Refusal, refuse } from '../errors.ts';
import { concatBytes, type Hex, toHex, utf8 } from '../model/bytes.ts';
import type { Anchor } from '../store/anchor-port.ts';
import type { Change } from './changes.ts';
import type { ContainerState, Lock } from './state.ts';
import { grantOf } from './stored.ts';

const DOMAIN = utf8('license-ferry re-anchor\0');

/**
 * What a re-anchor of a locked container has to name: exactly this state, found beside exactly this anchor. Once one was
 * taken the anchor is another one, so that bringing back the old state makes no old re-anchor fit again; where there is no
 * anchor at all, the state alone is named, and an old one does. 16 bytes.
 */
export function lockChallenge(crypto: Crypto, anchored: Anchor | undefined, found: Anchor): Hex {
  const bytes = [anchored, found].map((one) => {
    const generation = new Uint8Array(5);
    if (one === undefined) return concatBytes(generation, new Uint8Array(32));
    new DataView(generation.buffer).setUint32(1, one.generation);
    generation[0] = 1;
    return concatBytes(generation, one.stateHash);
  });
  return toHex(crypto.sha256(DOMAIN, ...bytes).subarray(0, 16));
}

/** CONTAINER_LOCKED for what is of a firm that has not accepted the state of a container that was set back. */
export function firmLocked(state: ContainerState, firmCode: number, here: string): Refusal | undefined {
  return state.locks.has(firmCode) ? refuse('CONTAINER_LOCKED', { here }) : undefined;
}

/** KEY_RETIRED for a container that was set back and is used as it is: its partners may have seen a later state. */
export function retired(state: ContainerState, here: string): Refusal | undefined {
  return state.marks.has('retired') ? refuse('KEY_RETIRED', { here }) : undefined;
}

/** Firm Codes whose licenses are locked, ascending: of all that are here where the state does not match its anchor. */
export function lockedFirms(state: ContainerState, lock: Lock | null): readonly number[] {
  if (lock === null) return [...state.locks.keys()].sort((one, other) => one - other);
  const firms = new Set([...state.grants.keys()].map((itemId) => grantOf(state, itemId).firmCode));
  return [...firms].sort((one, other) => one - other);
}

/**
 * The challenge by which a firm names the state that it accepts; undefined where its licenses are not locked. Where there are
 * no licenses at all any firm may: nobody else could. Otherwise one that has none here would keep those that have from
 * putting the latest memory back.
 */
export function reAnchorChallenge(state: ContainerState, lock: Lock | null, firmCode: number): Hex | undefined {
  if (lock === null) return state.locks.get(firmCode)?.challenge;
  const firms = lockedFirms(state, lock);
  return firms.length === 0 || firms.includes(firmCode) ? lock.challenge : undefined;
}

/** A firm accepts the state that is here (R7): its licenses can be used again, and the others stay locked. */
export function unlockFirm(state: ContainerState, lock: Lock | null, firmCode: number, challenge: Hex): Change {
  const firms = lockedFirms(state, lock).filter((code) => code !== firmCode);
  return { change: 'locksSet', firms, challenge };
}
