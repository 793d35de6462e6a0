import { Defect } from '../errors.ts';
import { signedEnvelope } from '../files/envelope.ts';
import { type Grant, grant } from '../files/grant.ts';
import { type TransferRecord, transferRecord } from '../files/transfer-record.ts';
import type { Hash, ItemId, PublicKey } from '../model/ids.ts';
import {
  type ContainerState,
  type Holding,
  type PendingEntry,
  type PendingPart,
  pendingKey,
  type StoredGrant,
  type StoredRecord,
} from './state.ts';

const grants = new WeakMap<Uint8Array, Grant>();

/** The grant behind signed bytes that were verified when they were stored. Remembered as long as the bytes live. */
export function readGrant(raw: Uint8Array): Grant {
  const known = grants.get(raw);
  if (known !== undefined) return known;
  const [content] = signedEnvelope.decodeTrusted(raw).parts;
  const read = grant.decodeTrusted(content as Uint8Array);
  grants.set(raw, read);
  return read;
}

/** The grant of an item that is held here. */
export function storedGrant(state: ContainerState, itemId: ItemId): StoredGrant {
  const stored = state.grants.get(itemId);
  if (stored === undefined) throw new Defect('a holding has no grant');
  return stored;
}

export function grantOf(state: ContainerState, itemId: ItemId): Grant {
  return readGrant(storedGrant(state, itemId).raw);
}

/** The content of a stored transfer record: this container's own are kept unsigned. */
export function recordContent(stored: Pick<StoredRecord, 'raw' | 'own'>): Uint8Array {
  return stored.own ? stored.raw : (signedEnvelope.decodeTrusted(stored.raw).parts[0] as Uint8Array);
}

/** A transfer record that a holding or a custody log refers to. */
export function storedRecord(state: ContainerState, hash: Hash | undefined): StoredRecord {
  const stored = hash === undefined ? undefined : state.records.get(hash);
  if (stored === undefined) throw new Defect('a custody record is missing');
  return stored;
}

export function recordOf(state: ContainerState, hash: Hash | undefined): TransferRecord {
  return transferRecord.decodeTrusted(recordContent(storedRecord(state, hash)));
}

/**
 * How many seats of an item are held again of those that come back from transit: as many as make no more than were granted.
 * Fewer than come back only where an item was doubled, by a write-off of what its target had taken, or by a copy.
 */
export function heldAgain(state: ContainerState, itemId: ItemId, quantity: number): number {
  const ids = state.holdingsOfItem.get(itemId) ?? [];
  const held = ids.reduce((sum, id) => sum + (state.holdings.get(id)?.quantity ?? 0), 0);
  return Math.min(quantity, Math.max(0, grantOf(state, itemId).quantity - held));
}

/** The holding that a part in transit left. */
export function holdingOf(state: ContainerState, { holding: id }: PendingPart): Holding {
  const holding = state.holdings.get(id);
  if (holding === undefined) throw new Defect('what is in transit has lost its holding');
  return holding;
}

/** An entry that was issued to a target and not settled yet. */
export function pendingEntry(state: ContainerState, target: PublicKey, sequence: number): PendingEntry {
  const entry = state.pending.get(pendingKey(target, sequence));
  if (entry === undefined) throw new Defect('an entry in transit is missing');
  return entry;
}
