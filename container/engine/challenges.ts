import type { PublicKey } from '../model/ids.ts';
import type { ContainerState, TimeChallenge } from './state.ts';

/** The open challenges of an issuer, oldest first. */
export function challengesOf(state: ContainerState, issuer: PublicKey): readonly TimeChallenge[] {
  return [...state.challenges.values()].filter((one) => one.issuer === issuer);
}

/** The challenge that a context for an issuer carries: the newest; undefined when none is open. */
export function newestChallenge(state: ContainerState, issuer: PublicKey): TimeChallenge | undefined {
  return challengesOf(state, issuer).at(-1);
}
