import type { Crypto } from '../crypto/port.ts';
import { type Refusal, refuse } from '../errors.ts';
import type { PinnedRoot } from '../files/certificate.ts';
import type { Verifier } from '../files/signed-file.ts';
import type { SerialNumber } from '../model/serial-number.ts';
import { type Change, PROOFS } from './changes.ts';
import { evolve } from './evolve.ts';
import { journalBytes } from './reserve.ts';
import { isRevokedByRoot } from './revoked-keys.ts';
import { type ContainerState, counter, draftOf, type Lock } from './state.ts';

/** A state under change: every change is carried out on a draft and written down. The base state is never touched. */
export class Draft {
  readonly state: ContainerState;
  readonly changes: Change[] = [];
  #recordBytes = 0;

  readonly #usedBefore: number;
  readonly #capacity: number;

  /** @param by who makes the changes: the owner has room of its own */
  constructor(base: ContainerState, by: 'anyone' | 'owner' = 'anyone') {
    this.state = draftOf(base);
    this.#usedBefore = counter(base, 'usedBytes');
    this.#capacity = base.limits.capacity + (by === 'owner' ? base.limits.ownerRoom : 0);
  }

  push(change: Change): void {
    evolve(this.state, change);
    this.changes.push(change);
    this.#recordBytes += journalBytes(change);
  }

  /** Takes over what another draft, made from this one, came to. */
  take(inner: Draft): void {
    for (const change of inner.changes) this.push(change);
  }

  /** What stays of the changes where they are refused. */
  get proofs(): readonly Change[] {
    return this.changes.filter(({ change }) => PROOFS.has(change));
  }

  /** Bytes that the changes take in a journal record, at most. */
  get recordBytes(): number {
    return this.#recordBytes;
  }

  get usedBytes(): number {
    return counter(this.state, 'usedBytes');
  }

  /**
   * Bytes by which the changes exceed the memory; at most 0 when they may be committed. What needs no more memory than
   * before may always be: a full container settles and takes cancellations.
   */
  get overdraft(): number {
    return this.usedBytes - Math.max(this.#capacity, this.#usedBefore);
  }

  /** MEMORY_FULL when the changes do not fit. */
  get full(): Refusal | undefined {
    const { overdraft } = this;
    if (overdraft <= 0) return undefined;
    const free = Math.max(0, this.#capacity - this.#usedBefore);
    return refuse('MEMORY_FULL', { here: nameOf(this.state), needed: free + overdraft, free });
  }
}

/** What a rule needs beside state and command: the same for every command of one container. */
export interface Rulebook {
  readonly crypto: Crypto;
  /** X25519 secret that files for this container are opened with. */
  readonly sealingSecret: Uint8Array;
  /** Null unless the state did not match its anchor when it was opened. */
  readonly lock: Lock | null;
}

/** What a rule decided: the changes to commit in one record, and the answer to give once they are durable. */
export interface Decided<R> {
  readonly ok: true;
  readonly changes: readonly Change[];
  readonly result: R;
}

export function pinnedRoot(state: ContainerState): PinnedRoot {
  return { key: state.identity.root, id: state.identity.rootId };
}

export function verifierOf(state: ContainerState, crypto: Crypto): Verifier {
  return {
    crypto,
    root: pinnedRoot(state),
    known: (key) => state.certificates.get(key)?.raw,
    isRevoked: (key) => isRevokedByRoot(state, key),
  };
}

/** The container's name for people; its key stands in before it is certified. */
export function nameOf(state: ContainerState): SerialNumber {
  return state.identity.certified?.serial ?? (state.identity.key.slice(0, 8) as SerialNumber);
}
