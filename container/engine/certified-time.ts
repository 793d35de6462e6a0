import type { Certificate } from '../files/certificate.ts';
import { U32_MAX } from '../files/fields.ts';
import type { Hex } from '../model/bytes.ts';
import { newestChallenge } from './challenges.ts';
import type { Draft } from './draft.ts';
import { MEMORY } from './memory.ts';
import { counter } from './state.ts';

/**
 * Asks a firm for the time. A challenge that nobody has answered stays the one to ask with, as long as the time floor is
 * where it was when it was given: asking again writes nothing. A full container does without.
 *
 * @param random 16 fresh bytes
 */
export function askForTime(draft: Draft, issuer: Certificate, random: Hex): void {
  if (issuer.party !== 'firm') return;
  const floor = counter(draft.state, 'timeFloor');
  if (newestChallenge(draft.state, issuer.key)?.floor === floor || draft.overdraft + MEMORY.challenge > 0) return;
  draft.push({ change: 'challengeGiven', issuer: issuer.key, challenge: random, floor });
}

/**
 * The time floor after the answer to a challenge (R9): the only way back, and no further back than the certified time and
 * what the floor has risen since the challenge was given. However long an answer was kept, and whatever the clock showed
 * meanwhile, no time that was seen since then comes again. Where the floor was far behind when the challenge was given, its
 * rise says nothing, and the floor stays, or rises to the certified time.
 *
 * All in seconds since 2000-01-01.
 */
export function floorAfter(certified: number, floorNow: number, floorThen: number): number {
  const sinceThen = certified + Math.max(0, floorNow - floorThen);
  return Math.min(U32_MAX, Math.max(certified, Math.min(floorNow, sinceThen)));
}
