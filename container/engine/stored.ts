import { Defect } from '../errors.ts';
import { signedEnvelope } from '../files/envelope.ts';
import { type Grant, grant } from '../files/grant.ts';
import { type TransferRecord, transferRecord } from '../files/transfer-record.ts';
import type { Hash, ItemId } from '../model/ids.ts';
import type { ContainerState, StoredGrant, StoredRecord } from './state.ts';

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

export function recordOf(state: ContainerState, hash: Hash): TransferRecord {
  const stored = state.records.get(hash);
  if (stored === undefined) throw new Defect('a custody record is missing');
  return transferRecord.decodeTrusted(recordContent(stored));
}
