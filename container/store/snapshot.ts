import type { Crypto } from '../crypto/port.ts';
import { type Change, changeFromWire, changeToWire } from '../engine/changes.ts';
import { must } from '../engine/charged-tables.ts';
import { evolve } from '../engine/evolve.ts';
import {
  type ContainerState,
  type CounterName,
  counter,
  type Identity,
  logKey,
  newState,
  stateHash,
} from '../engine/state.ts';
import { CONTAINER_KINDS, type ContainerKind, rootId } from '../files/certificate.ts';
import { pack, unpackTrusted } from '../files/codec.ts';
import { fromHex, type Hex, toHex } from '../model/bytes.ts';
import type { Hash, PublicKey } from '../model/ids.ts';
import type { ContainerLimits } from '../model/limits.ts';

/** The secrets of a container: made in it, never leaving it. */
export interface Secrets {
  /** Ed25519 seed of the identity key; 32 bytes. */
  readonly seed: Uint8Array;
  /** X25519 secret of the sealing key; 32 bytes. */
  readonly sealingSecret: Uint8Array;
}

const DEPTH = 12;
const COUNTERS: readonly CounterName[] = ['generation', 'nextHolding', 'timeFloor', 'nextEvidence', 'nextOrder'];

/** Everything that a container is, as one byte string. Generation and hashes are kept: compaction is no commit. */
export function encodeSnapshot(state: ContainerState, secrets: Secrets): Uint8Array {
  const { kind, root, rootSuccessor } = state.identity;
  const identity = [CONTAINER_KINDS[kind], secrets.seed, secrets.sealingSecret, fromHex(root), fromHex(rootSuccessor)];
  const head = [fromHex(stateHash(state)), state.marks.get('rolledBack') ?? null];
  return pack([identity, head, [...changesOf(state)].map(changeToWire)], DEPTH);
}

/** The changes that lead from nothing to this state, in an order in which everything referred to exists. */
function* changesOf(state: ContainerState): Iterable<Change> {
  const { certified } = state.identity;
  if (certified !== null) yield { change: 'enrolled', certificate: certified.raw };
  for (const [key, { raw }] of state.certificates.entries()) yield { change: 'certificateStored', key, raw };
  for (const partner of state.partners.values()) yield { change: 'partnerPut', ...partner };
  for (const [itemId, { firm, raw }] of state.grants.entries()) yield { change: 'grantStored', itemId, firm, raw };
  for (const [hash, { own, from, raw }] of state.records.entries())
    yield { change: 'recordStored', hash, own, from, raw };
  for (const holding of state.holdings.values()) yield { change: 'holdingPut', ...holding };
  for (const entry of state.pending.values()) yield { change: 'pendingPut', ...entry };
  for (const [firmCode, { first, next }] of state.logs.entries()) {
    yield { change: 'logPositioned', firmCode, first };
    for (let position = first; position < next; position++)
      yield { change: 'logAppended', firmCode, record: must(state.log.get(logKey(firmCode, position)), 'log line') };
  }
  const named = state.marks.get('retired');
  if (named !== undefined) yield { change: 'locksSet', firms: [...state.locks.keys()], challenge: named as Hex };
  for (const challenge of state.challenges.values()) yield { change: 'challengeGiven', ...challenge };
  for (const revocations of state.revocations.values()) yield { change: 'revocationsPut', ...revocations };
  for (const revoked of state.revoked.values()) yield { change: 'targetRevoked', ...revoked };
  for (const evidence of state.evidence.values()) yield { change: 'evidenceKept', ...evidence };
  for (const [partner, reason] of state.twice.entries()) yield { change: 'twoFound', partner, reason };
  for (const pin of state.owner.values()) yield { change: 'ownerPinPut', ...pin };
  for (const { targets: _, ...order } of state.orders.values()) yield { change: 'orderArmed', ...order };
  for (const served of state.served.values()) yield { change: 'orderServed', ...served };
  for (const name of COUNTERS) yield { change: 'counterSet', name, value: counter(state, name) };
}

/** How many changes lead from nothing to this state, counters left out. */
export function changesIn(state: ContainerState): number {
  const { certificates, partners, grants, records, holdings, pending, logs, log, evidence } = state;
  const { twice, revoked, revocations, challenges, locks } = state;
  const { owner, orders, served } = state;
  const tables: readonly { readonly size: number }[] = [
    ...[certificates, partners, grants, records, holdings, pending, logs, log, evidence],
    ...[twice, revoked, revocations, challenges, locks],
    ...[owner, orders, served],
  ];
  return tables.reduce((sum, { size }) => sum + size, 0);
}

export function decodeSnapshot(
  crypto: Crypto,
  bytes: Uint8Array,
  limitsOf: (kind: ContainerKind) => ContainerLimits,
): { state: ContainerState; secrets: Secrets } {
  const [identity, head, changes] = unpackTrusted(bytes) as [
    [number, Uint8Array, Uint8Array, Uint8Array, Uint8Array],
    [Uint8Array, string | null],
    unknown[],
  ];
  const [kindNumber, seed, sealingSecret, root, successor] = identity;
  const kinds = Object.keys(CONTAINER_KINDS) as ContainerKind[];
  const kind = must(
    kinds.find((name) => CONTAINER_KINDS[name] === kindNumber),
    'kind of container',
  );
  const secrets = { seed: new Uint8Array(seed), sealingSecret: new Uint8Array(sealingSecret) };
  const own = identityOf(crypto, kind, secrets, toHex(root) as PublicKey, toHex(successor) as Hash);
  const state = newState(own, limitsOf(own.kind));
  for (const change of changes) evolve(state, changeFromWire(change));
  state.marks.set('stateHash', toHex(head[0]));
  if (head[1] !== null) state.marks.set('rolledBack', head[1]);
  return { state, secrets };
}

/** The identity that follows from a container's secrets and its root. */
export function identityOf(
  crypto: Crypto,
  kind: ContainerKind,
  secrets: Secrets,
  root: PublicKey,
  rootSuccessor: Hash,
): Identity {
  return {
    kind,
    key: toHex(crypto.ed25519PublicKey(secrets.seed)) as PublicKey,
    sealingKey: toHex(crypto.x25519PublicKey(secrets.sealingSecret)),
    root,
    rootId: rootId(crypto, root),
    rootSuccessor,
    certified: null,
  };
}
