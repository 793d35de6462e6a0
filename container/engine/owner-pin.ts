import type { Crypto } from '../crypto/port.ts';
import { type Refusal, refuse } from '../errors.ts';
import { isSuitablePin, openPin, type PinPurpose } from '../files/sealed-pin.ts';
import { concatBytes, fromHex, type Hex, toHex, utf8 } from '../model/bytes.ts';
import type { Hash } from '../model/ids.ts';
import { FORMAT, LEAST_PIN_BYTES } from '../model/limits.ts';
import { type Decided, Draft, nameOf, type Rulebook } from './draft.ts';
import type { ContainerState } from './state.ts';

const VERIFIER_DOMAIN = utf8('license-ferry pin\0');

/** A PIN as it arrived, and what it was sealed in answer to. */
export interface SealedPin {
  readonly sealed: Uint8Array;
  /** The open challenge of the session; null when there is none. */
  readonly challenge: Uint8Array | null;
}

/** What a PIN makes of the salt and the container's secret: without that secret it cannot even be guessed at. */
function pinVerifier(crypto: Crypto, { sealingSecret }: Rulebook, salt: Hex, pin: Uint8Array): Hash {
  const key = crypto.hkdfExtract(fromHex(salt), concatBytes(sealingSecret, pin));
  return toHex(crypto.hkdfExpand(key, VERIFIER_DOMAIN, 32)) as Hash;
}

/** Whether two digests are the same, in a time that does not tell how much of them is. */
function isSameDigest(one: Hash, other: Hash): boolean {
  const [left, right] = [fromHex(one), fromHex(other)];
  return left.reduce((difference, byte, at) => difference | (byte ^ (right[at] ?? 0)), 0) === 0;
}

/** What stands in the way of any work with the PIN. */
export function pinBarred(state: ContainerState, { lock }: Rulebook): Refusal | undefined {
  const here = nameOf(state);
  if (state.identity.certified === null) return refuse('NOT_ENROLLED', { where: here });
  return lock === null ? undefined : refuse('CONTAINER_LOCKED', { here });
}

function openSealed(
  state: ContainerState,
  book: Rulebook,
  purpose: PinPurpose,
  { sealed, challenge }: SealedPin,
): { readonly ok: true; readonly pin: Uint8Array } | Refusal {
  const seal = challenge === null ? null : { purpose, container: state.identity.key, challenge };
  const pin = seal === null ? undefined : openPin(book.crypto, book.sealingSecret, seal, sealed);
  if (pin === undefined) return refuse('CHALLENGE_MISSING', { here: nameOf(state) });
  if (!isSuitablePin(pin))
    return refuse('PIN_UNSUITABLE', { least: LEAST_PIN_BYTES, most: FORMAT.pinBytes, bytes: pin.length });
  return { ok: true, pin };
}

/**
 * Decides the first half of showing the PIN: the try is counted, and only once that is durable is the PIN compared. What
 * cannot be opened is compared with nothing and costs no try. Pure.
 */
export function decideAttempt(
  state: ContainerState,
  book: Rulebook,
  attempt: SealedPin,
): Decided<{ readonly pin: Uint8Array }> | Refusal {
  const barred = pinBarred(state, book);
  if (barred !== undefined) return barred;
  const known = state.owner.get('pin');
  if (known === undefined) return refuse('PIN_NOT_SET', { here: nameOf(state) });
  if (known.tries === 0) return refuse('PIN_BLOCKED', { here: nameOf(state) });
  const opened = openSealed(state, book, 'unlock', attempt);
  if (!opened.ok) return opened;
  return { ok: true, changes: [{ change: 'ownerTriesSet', tries: known.tries - 1 }], result: { pin: opened.pin } };
}

/** Decides the second half, on the state in which the try is counted: the right PIN gives all tries back. Pure. */
export function decideComparison(
  state: ContainerState,
  book: Rulebook,
  pin: Uint8Array,
): Decided<{ readonly verifier: Hash; readonly tries: number }> | Refusal {
  const here = nameOf(state);
  const known = state.owner.get('pin');
  if (known === undefined) return refuse('PIN_NOT_SET', { here });
  const { salt, verifier, tries: left } = known;
  if (!isSameDigest(pinVerifier(book.crypto, book, salt, pin), verifier)) return refuse('PIN_WRONG', { here, left });
  const tries = FORMAT.pinTries;
  return { ok: true, changes: [{ change: 'ownerTriesSet', tries }], result: { verifier, tries } };
}

/** Decides a new PIN, with all its tries. `salt` is 16 fresh random bytes. Pure. */
export function decideNewPin(
  state: ContainerState,
  book: Rulebook,
  attempt: SealedPin,
  salt: Hex,
): Decided<{ readonly verifier: Hash }> | Refusal {
  const barred = pinBarred(state, book);
  if (barred !== undefined) return barred;
  const opened = openSealed(state, book, 'set-pin', attempt);
  if (!opened.ok) return opened;
  const verifier = pinVerifier(book.crypto, book, salt, opened.pin);
  const draft = new Draft(state, 'owner');
  draft.push({ change: 'ownerPinPut', salt, verifier, tries: FORMAT.pinTries });
  return draft.full ?? { ok: true, changes: draft.changes, result: { verifier } };
}

/** Decides that no owner is set any more. Removing none changes nothing. Pure. */
export function decideNoPin(state: ContainerState, book: Rulebook): Decided<null> | Refusal {
  const barred = pinBarred(state, book);
  if (barred !== undefined) return barred;
  return { ok: true, changes: state.owner.has('pin') ? [{ change: 'ownerPinDropped' }] : [], result: null };
}

/** Gives a PIN tries back (R11 lets any firm): never more than it may have, and never fewer than are left. */
export function unblock(draft: Draft, wanted: number): void {
  const known = draft.state.owner.get('pin');
  if (known === undefined) return;
  const tries = Math.max(known.tries, Math.min(FORMAT.pinTries, Math.max(1, wanted)));
  if (tries !== known.tries) draft.push({ change: 'ownerTriesSet', tries });
}
