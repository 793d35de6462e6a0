import { type Refusal, refuse } from '../errors.ts';
import { type ContextFile, openContextFile } from '../files/context-file.ts';
import type { PublicKey } from '../model/ids.ts';
import { type Decided, Draft, nameOf, type Rulebook, verifierOf } from './draft.ts';
import { partnerName, provenRolledBack, witnessPartner } from './partners.ts';
import type { Authority } from './session.ts';
import { type Settled, settleFrom } from './settle-channel.ts';
import { type ContainerState, pendingKey } from './state.ts';
import { isServed, ownerNeeded } from './work-orders.ts';

export interface SettleResult {
  readonly target: ContextFile;
  readonly settled: Settled;
  readonly refusal: Refusal | null;
}

/**
 * Decides what a receipt settles (R4). A target that was set back is witnessed with evidence, and what its signed word
 * settles by matching hash is settled all the same (R8). Without the owner (R12) only that of a target which an armed work
 * order has served. Pure.
 */
export function decideSettle(
  state: ContainerState,
  book: Rulebook,
  raw: Uint8Array,
  authority: Authority,
): Decided<SettleResult> | Refusal {
  const opened = openContextFile(verifierOf(state, book.crypto), raw);
  if (!opened.ok) return opened;
  const file = opened.value;
  const here = nameOf(state);
  if (file.header.issuer !== state.identity.key)
    return refuse('NOT_ADDRESSED', { wanted: `the issuer with the key ${file.header.issuer.slice(0, 8)}`, here });
  if (book.lock !== null) return refuse('CONTAINER_LOCKED', { here });
  if (!state.partners.has(file.certificate.key))
    return refuse('TARGET_UNKNOWN', { here, target: file.certificate.serial });
  if (authority === 'order' && !isServed(state, file.certificate.key)) return ownerNeeded(state, 'settle');
  const draft = new Draft(state);
  witnessPartner(draft, book.crypto, file);
  const settled = settleFrom(draft, book.crypto, file);
  const { full, proofs } = draft;
  const refusal = provenRolledBack(draft.state) ?? full ?? null;
  const changes = full === undefined ? draft.changes : proofs;
  return { ok: true, changes, result: { target: file, settled, refusal } };
}

/** Decides a cancellation (R6): irrevocable, and repeating it changes nothing. Pure. */
export function decideCancel(
  state: ContainerState,
  book: Rulebook,
  target: PublicKey,
  sequences: readonly number[],
): Decided<null> | Refusal {
  const here = nameOf(state);
  if (state.identity.certified === null) return refuse('NOT_ENROLLED', { where: here });
  if (book.lock !== null) return refuse('CONTAINER_LOCKED', { here });
  if (!state.partners.has(target)) return refuse('TARGET_UNKNOWN', { here, target: partnerName(state, target) });
  const draft = new Draft(state);
  for (const sequence of new Set(sequences)) {
    const entry = draft.state.pending.get(pendingKey(target, sequence));
    if (entry === undefined) return refuse('NOT_PENDING', { sequence, target: partnerName(state, target) });
    if (!entry.cancelled) draft.push({ change: 'cancelMarked', target, sequence });
  }
  return { ok: true, changes: draft.changes, result: null };
}
