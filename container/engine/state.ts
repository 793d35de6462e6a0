import type { ContainerKind, IssueRight } from '../files/certificate.ts';
import type { SignedStatement } from '../files/signed-file.ts';
import type { InboundState } from '../files/statement.ts';
import type { Hex } from '../model/bytes.ts';
import type { Hash, ItemId, PublicKey } from '../model/ids.ts';
import type { ContainerLimits } from '../model/limits.ts';
import type { SerialNumber } from '../model/serial-number.ts';
import { DraftTable, type Table } from './table.ts';

/** Who the container is. Certified once; the keys never change. */
export interface Identity {
  readonly kind: ContainerKind;
  readonly key: PublicKey;
  readonly sealingKey: Hex;
  readonly root: PublicKey;
  readonly rootId: Hex;
  /** SHA-256 of the root key that will succeed the pinned one. */
  readonly rootSuccessor: Hash;
  readonly certified: { readonly serial: SerialNumber; readonly issues: IssueRight; readonly raw: Uint8Array } | null;
}

/** What a container has of one grant. Holdings never merge; `quantity` is free, `pending` in transit. */
export interface Holding {
  readonly id: number;
  readonly itemId: ItemId;
  readonly quantity: number;
  readonly pending: number;
  readonly units: number | null;
  readonly usageStart: number | null;
  readonly enabled: boolean;
  readonly userData: Uint8Array;
  readonly customerInfo: Uint8Array;
  /** Signed transfer records through which it came, first hop first. */
  readonly custody: readonly Hash[];
}

export interface StoredGrant {
  readonly raw: Uint8Array;
  readonly firm: PublicKey;
  readonly references: number;
}

/** A transfer record: signed as received, or this container's own, signed again whenever it is sent. */
export interface StoredRecord {
  readonly raw: Uint8Array;
  readonly own: boolean;
  readonly from: PublicKey;
  readonly references: number;
}

/** A verified certificate, kept while a partner, grant or record needs it. */
export interface StoredCertificate {
  readonly raw: Uint8Array;
  readonly references: number;
}

/** The part of a holding that is in transit, as it was when it was issued. */
export interface PendingPart {
  readonly holding: number;
  readonly quantity: number;
  readonly units: number | null;
  readonly usageStart: number | null;
  readonly userData: Uint8Array;
  readonly customerInfo: Uint8Array;
}

/** An entry that was issued and not settled: everything needed to build its bytes again, but not the bytes. */
export interface PendingEntry {
  readonly target: PublicKey;
  readonly sequence: number;
  readonly version: number;
  readonly salt: Hex;
  readonly firmCode: number;
  readonly parts: readonly PendingPart[];
  readonly hash: Hash;
  readonly chain: Hash;
  readonly cancelled: boolean;
  /**
   * Its transfer record, once its vendor has written it off (R14): its parts went back where they came from, and all that
   * its target may still say of it is whether it had taken them.
   */
  readonly writtenOff: Uint8Array | null;
}

/** An order that was carried out: so that repeating it is answered instead of done again. */
export interface RememberedOrder {
  readonly first: number;
  readonly last: number;
  readonly digest: Hash;
  /** Sequences of it that the target refused, with the reason. */
  readonly refused: readonly { readonly sequence: number; readonly reason: number }[];
}

export interface OutboundChannel {
  readonly epoch: number;
  /** Last sequence issued. */
  readonly issued: number;
  readonly issuedChain: Hash;
  readonly settled: number;
  readonly settledChain: Hash;
  readonly orders: readonly RememberedOrder[];
}

/** A partner and the two channels with it; never dropped once it was used. */
export interface Partner {
  readonly key: PublicKey;
  readonly inbound: InboundState;
  readonly outbound: OutboundChannel;
  readonly witness: SignedStatement | null;
}

/** The custody log for one firm: positions `first` to `next - 1` are kept, older ones the firm knows. */
export interface FirmLog {
  readonly first: number;
  readonly next: number;
}

/** Signed proof that a party was rolled back, cloned or faulty. */
export interface Evidence {
  readonly about: PublicKey;
  readonly reason: string;
  readonly statements: readonly SignedStatement[];
}

/** Why a container's licenses are locked: what a firm that accepts the state has to name. */
export interface Lock {
  /** 16 bytes. */
  readonly challenge: Hex;
}

/** A question for the time that an issuer may pass on to a time server. */
export interface TimeChallenge {
  readonly issuer: PublicKey;
  readonly challenge: Hex;
  /** Time floor when it was given; seconds since 2000-01-01. */
  readonly floor: number;
}

/** The newest list of revocations of the root or of a firm. */
export interface RevocationList {
  /** Null: the root's. */
  readonly firmCode: number | null;
  readonly version: number;
  /** Key of the firm that signed it, whose certificate is kept with it; null: the root. */
  readonly signer: PublicKey | null;
  readonly raw: Uint8Array;
}

/** A container whose entries of one firm are refused. */
export interface RevokedTarget {
  readonly firmCode: number;
  readonly key: PublicKey;
}

/** The owner's PIN (dongle) or secret (device), as far as it is kept: enough to check one, not to show it. */
export interface OwnerPin {
  /** 16 random bytes, fresh with every PIN. */
  readonly salt: Hex;
  /** What the PIN makes of the salt and this container's secret; 32 bytes. */
  readonly verifier: Hash;
  /** Tries left; 0: blocked. */
  readonly tries: number;
}

/** What each device that a work order covers may get, at most. */
export interface OrderItem {
  readonly firmCode: number;
  readonly productCode: number;
  readonly quantity: number;
}

/** An armed work order: what the next devices get without the owner. */
export interface ArmedOrder {
  readonly id: number;
  readonly items: readonly OrderItem[];
  /** Kinds of container that it is for; empty: any. */
  readonly kinds: readonly ContainerKind[];
  /** Identity keys that it is for; empty: any. */
  readonly keys: readonly PublicKey[];
  /** Different targets that it serves at most. */
  readonly most: number;
  /** Those that it has served, first come first. */
  readonly targets: readonly PublicKey[];
}

/** What a work order has given one target. */
export interface ServedTarget {
  readonly order: number;
  readonly target: PublicKey;
  /** First and last sequence that it was used for; others may lie between. */
  readonly first: number;
  readonly last: number;
  /** Seats issued, in the order of the order's items. What the target refused is not taken off. */
  readonly quantities: readonly number[];
}

/** Everything that a container knows. Values are immutable; only `evolve` replaces them. */
export interface ContainerState {
  readonly identity: Identity;
  readonly limits: ContainerLimits;
  readonly holdings: Table<number, Holding>;
  readonly holdingsOfItem: Table<ItemId, readonly number[]>;
  readonly grants: Table<ItemId, StoredGrant>;
  readonly certificates: Table<PublicKey, StoredCertificate>;
  readonly records: Table<Hash, StoredRecord>;
  readonly partners: Table<PublicKey, Partner>;
  /** Key: target key, colon, sequence. */
  readonly pending: Table<string, PendingEntry>;
  readonly logs: Table<number, FirmLog>;
  /** Key: Firm Code, colon, position. */
  readonly log: Table<string, Hash>;
  readonly evidence: Table<number, Evidence>;
  /** Partners that are there twice, with what proved it, where there was no room for the evidence. */
  readonly twice: Table<PublicKey, string>;
  /** Firms that have not accepted the state of a container that was set back, by their codes. */
  readonly locks: Table<number, Lock>;
  /** Open challenges by themselves, oldest first. */
  readonly challenges: Table<Hex, TimeChallenge>;
  readonly revocations: Table<number | 'root', RevocationList>;
  /** Containers that a firm has written off here; key: Firm Code, colon, identity key. */
  readonly revoked: Table<string, RevokedTarget>;
  /** At most one: without it everybody who reaches the container is its owner. */
  readonly owner: Table<'pin', OwnerPin>;
  readonly orders: Table<number, ArmedOrder>;
  /** Key: id of the order, colon, target key. */
  readonly served: Table<string, ServedTarget>;
  readonly counters: Table<CounterName, number>;
  readonly marks: Table<MarkName, string>;
}

export type CounterName =
  | 'generation'
  | 'nextHolding'
  | 'usedBytes'
  | 'evidenceBytes'
  | 'timeFloor'
  | 'nextEvidence'
  | 'nextOrder';
/**
 * `stateHash`; `rolledBack`: the partner that proved that this container was set back; `retired`: it was set back, and is used
 * as it is: what its firms had to name.
 */
export type MarkName = 'stateHash' | 'rolledBack' | 'retired';

export function newState(identity: Identity, limits: ContainerLimits): ContainerState {
  return {
    identity,
    limits,
    holdings: new Map(),
    holdingsOfItem: new Map(),
    grants: new Map(),
    certificates: new Map(),
    records: new Map(),
    partners: new Map(),
    pending: new Map(),
    logs: new Map(),
    log: new Map(),
    evidence: new Map(),
    twice: new Map(),
    locks: new Map(),
    challenges: new Map(),
    revocations: new Map(),
    revoked: new Map(),
    owner: new Map(),
    orders: new Map(),
    served: new Map(),
    counters: new Map<CounterName, number>([
      ['generation', 0],
      ['nextHolding', 1],
      ['usedBytes', 0],
      ['evidenceBytes', 0],
      ['timeFloor', 0],
      ['nextEvidence', 1],
      ['nextOrder', 1],
    ]),
    marks: new Map<MarkName, string>([['stateHash', '00'.repeat(32)]]),
  };
}

/** A state on which a rule may try changes: the given one is never touched. */
export function draftOf(state: ContainerState): ContainerState {
  return {
    identity: state.identity,
    limits: state.limits,
    holdings: new DraftTable(state.holdings),
    holdingsOfItem: new DraftTable(state.holdingsOfItem),
    grants: new DraftTable(state.grants),
    certificates: new DraftTable(state.certificates),
    records: new DraftTable(state.records),
    partners: new DraftTable(state.partners),
    pending: new DraftTable(state.pending),
    logs: new DraftTable(state.logs),
    log: new DraftTable(state.log),
    evidence: new DraftTable(state.evidence),
    twice: new DraftTable(state.twice),
    locks: new DraftTable(state.locks),
    challenges: new DraftTable(state.challenges),
    revocations: new DraftTable(state.revocations),
    revoked: new DraftTable(state.revoked),
    owner: new DraftTable(state.owner),
    orders: new DraftTable(state.orders),
    served: new DraftTable(state.served),
    counters: new DraftTable(state.counters),
    marks: new DraftTable(state.marks),
  };
}

export function counter(state: ContainerState, name: CounterName): number {
  return state.counters.get(name) ?? 0;
}

export function stateHash(state: ContainerState): Hash {
  return (state.marks.get('stateHash') ?? '') as Hash;
}

export function pendingKey(target: PublicKey, sequence: number): string {
  return `${target}:${sequence}`;
}

export function servedKey(order: number, target: PublicKey): string {
  return `${order}:${target}`;
}

export function revokedKey(firmCode: number, key: PublicKey): string {
  return `${firmCode}:${key}`;
}

export function logKey(firmCode: number, position: number): string {
  return `${firmCode}:${position}`;
}
