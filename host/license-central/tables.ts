import type { Generated, Kysely, Transaction } from 'kysely';
import type { ContainerKind } from '../../container/files/certificate.ts';
import type { EntryKind } from '../../container/files/entries.ts';
import type { Hex } from '../../container/model/bytes.ts';
import type { Hash, ItemId, PublicKey } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';

/** A yes or no as SQLite keeps it. */
export type Flag = 0 | 1;

/** The one row that says what this License Central is. */
export interface CentralRow {
  readonly id: 1;
  /** Version of the tables. */
  readonly schema: number;
  /** Root that its firms and containers are certified under. */
  readonly rootKey: PublicKey;
  /** Salt of the key that is derived from the passphrase. */
  readonly salt: Uint8Array;
  /** What that derivation costs. */
  readonly scryptN: number;
  readonly scryptR: number;
  readonly scryptP: number;
  /** A known text sealed with that key, so that a wrong passphrase is noticed. */
  readonly keyCheck: Uint8Array;
  /** Seed of the key that certifies time, encrypted. */
  readonly sealedTimeSeed: Uint8Array;
  /** Certificate of that key, by the root. */
  readonly timeCertificate: Uint8Array;
}

export interface FirmRow {
  readonly firmCode: number;
  readonly key: PublicKey;
  readonly name: string;
  readonly certificate: Uint8Array;
  /** Signing seed and sealing secret, encrypted. */
  readonly sealedKeys: Uint8Array;
  /** Serial number of the container that proved that this server was set back; then the firm issues nothing. */
  readonly rolledBackBy: SerialNumber | null;
  /** How often its vendor said that this server was restored from a backup. */
  readonly restores: number;
}

export interface ContainerRow {
  readonly key: PublicKey;
  readonly serial: SerialNumber;
  readonly kind: ContainerKind;
  readonly certificate: Uint8Array;
  /** From its newest context; null before the first. Bytes. */
  readonly largestRecord: number | null;
  /** Whether it said that its state does not match its anchor. */
  readonly locked: Flag;
}

/** The channel from a firm to a container, and what the firm remembers of that container. */
export interface ChannelRow {
  readonly firmCode: number;
  readonly container: PublicKey;
  readonly epoch: number;
  readonly issued: number;
  readonly issuedChain: Hash;
  readonly settled: number;
  readonly settledChain: Hash;
  /** Counts the changes of this channel: the firm's generation towards this container. */
  readonly generation: number;
  readonly stateHash: Hash;
  /** The container's newest statement with its proof. */
  readonly witness: Uint8Array | null;
  /** Its generation when it told the inventory that `places` shows; 0 before. */
  readonly toldGeneration: number;
  /** The last entry of this channel that it had settled when it told that. */
  readonly toldSettled: number;
  readonly custodyKnownThrough: number;
  /** Whether the custody log is certainly known as far as its container's newest word goes. */
  readonly logWhole: Flag;
  /** Whether a part of the custody log is lost for good: the container has forgotten it, and so has this server. */
  readonly logLost: Flag;
  /** The `restores` of the firm in which the channel began anew; when these are more, it issues nothing. */
  readonly restore: number;
  /** Whether the state that its container was set back to was accepted. */
  readonly acceptance: Acceptance;
  /**
   * By which the container asked for the time in its newest context; null when it did not. Of one with a contradiction: in the
   * last context in which it said itself that it was set back.
   */
  readonly challenge: Uint8Array | null;
  /** What contradicts the container's history; then nothing more is issued to it. */
  readonly contradiction: string | null;
}

/** Whether the state that a container was set back to was accepted, and whether it is known to have taken that word. */
export type Acceptance = 'none' | 'given' | 'taken';

/** An entry of a channel, kept with its outcome for good; the bytes until it is settled. */
export interface EntryRow {
  readonly firmCode: number;
  readonly container: PublicKey;
  readonly sequence: number;
  /** Epoch of the channel when it was issued: no container has it that has not followed the channel that far. */
  readonly epoch: number;
  readonly kind: EntryKind;
  readonly bytes: Uint8Array | null;
  readonly hash: Hash;
  readonly chain: Hash;
  readonly cancelled: Flag;
  /** The item that it changes or replaces; null for `add`. */
  readonly itemId: ItemId | null;
  /** null in transit, 0 applied, `UNSURE`, otherwise the number of the error that it was refused for. */
  readonly outcome: number | null;
}

/** Outcome of an entry that was applied or refused, but it was lost which; it is never issued again. */
export const UNSURE = -1;

/** What was ordered together. */
export interface OrderRow {
  readonly number: Generated<number>;
  readonly firmCode: number;
  readonly container: PublicKey;
  /** The caller's own name for the order, by which a repeated call is recognised. */
  readonly name: string | null;
  readonly digest: Hash;
  readonly first: number;
  readonly last: number;
  readonly orderedAt: number;
}

export type GrantStatus = 'issued' | 'active' | 'unsure' | 'refused' | 'withdrawn' | 'replaced';

export interface GrantRow {
  readonly itemId: ItemId;
  readonly firmCode: number;
  readonly productCode: number;
  readonly quantity: number;
  /** First holder. */
  readonly container: PublicKey;
  /** Entry that brings it there. */
  readonly sequence: number;
  readonly raw: Uint8Array;
  readonly status: GrantStatus;
  /** Number of the error for which the first holder refused it; 0 otherwise. */
  readonly reason: number;
}

/** How much of an item a container has, as it told itself. */
export interface PlaceRow {
  readonly firmCode: number;
  readonly itemId: ItemId;
  readonly container: PublicKey;
  readonly quantity: number;
  readonly pending: number;
  readonly enabled: Flag;
  /** Generation of the container when it said so, and when this server heard it. */
  readonly generation: number;
  readonly toldAt: number;
}

/** A transfer between containers, signed by its sender. */
export interface TransferRow {
  /** SHA-256 of what was signed. */
  readonly hash: Hash;
  readonly firmCode: number;
  readonly sender: PublicKey;
  readonly target: PublicKey;
  readonly sequence: number;
  readonly raw: Uint8Array;
  /** The last entry that this server had issued to its sender when it heard of it: who has a later one, has it since. */
  readonly issuedBefore: number;
}

export interface TransferItemRow {
  readonly hash: Hash;
  readonly itemId: ItemId;
  readonly quantity: number;
}

/** A position of the custody log that a container keeps for a firm; copies of one container tell several for one. */
export interface LogRow {
  readonly firmCode: number;
  readonly container: PublicKey;
  readonly position: number;
  readonly hash: Hash;
}

/** A context that was taken. */
export interface ContextRow {
  readonly hash: Hash;
  readonly firmCode: number;
  readonly container: PublicKey;
  readonly generation: number;
  readonly receivedAt: number;
}

/** Signed proof that a container, or this server, was set back. */
export interface EvidenceRow {
  /** SHA-256 of the proof. */
  readonly hash: Hex;
  readonly firmCode: number;
  readonly container: PublicKey;
  readonly reason: string;
  readonly proof: Uint8Array;
  readonly keptAt: number;
}

/** A list of revocations: the newest that its keeper signed. */
export interface RevocationRow {
  /** The firm that keeps it, or `ROOT_LIST`. */
  readonly firmCode: number;
  readonly version: number;
  readonly raw: Uint8Array;
}

/** What is in transit between two containers and was given up, by the entry that tells the giver. */
export interface WriteOffRow {
  readonly firmCode: number;
  /** The giver, and the sequence of the entry for it. */
  readonly container: PublicKey;
  readonly sequence: number;
  readonly target: PublicKey;
  /**
   * Sequences of the giver to the target behind `after` and up to `through` are given up. What the giver settled before it
   * carried the write-off out is left out of them as soon as its receipt tells.
   */
  readonly after: number;
  readonly through: number;
}

/** Stands for the root where a Firm Code stands for its firm; no firm has it. */
export const ROOT_LIST = 0;

export interface Tables {
  readonly central: CentralRow;
  readonly firms: FirmRow;
  readonly containers: ContainerRow;
  readonly channels: ChannelRow;
  readonly entries: EntryRow;
  readonly orders: OrderRow;
  readonly grants: GrantRow;
  readonly places: PlaceRow;
  readonly transfers: TransferRow;
  readonly transferItems: TransferItemRow;
  readonly custodyLog: LogRow;
  readonly contexts: ContextRow;
  readonly evidence: EvidenceRow;
  readonly revocations: RevocationRow;
  readonly writeOffs: WriteOffRow;
}

/** Reads; a transaction is one too. */
export type Reads = Kysely<Tables>;
/** A transaction that holds the write lock: what it reads stays true until its commit. */
export type Writes = Transaction<Tables>;
