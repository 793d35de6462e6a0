import type { Crypto } from '../crypto/port.ts';
import { Defect } from '../errors.ts';
import { encodeEntry } from '../files/entries.ts';
import { signedEnvelope, signParts } from '../files/envelope.ts';
import { transferRecord } from '../files/transfer-record.ts';
import { fromHex } from '../model/bytes.ts';
import type { Hash, PublicKey } from '../model/ids.ts';
import type { ContainerState, Holding, PendingEntry, StoredRecord } from './state.ts';
import { holdingOf, storedGrant, storedRecord } from './stored.ts';

/** What identifies an entry beside its parts. */
export type EntryPlan = Pick<PendingEntry, 'target' | 'sequence' | 'salt' | 'firmCode' | 'parts'>;

/** This container's own word on what an entry moves. The same plan always gives the same bytes. */
export function transferRecordOf(state: ContainerState, plan: EntryPlan): Uint8Array {
  return transferRecord.encode({
    from: state.identity.key,
    to: plan.target,
    sequence: plan.sequence,
    firmCode: plan.firmCode,
    items: plan.parts.map((part) => ({
      itemId: holdingOf(state, part).itemId,
      quantity: part.quantity,
      units: part.units,
      usageStart: part.usageStart,
    })),
  });
}

/** A stored transfer record as it travels: signed by its sender. */
export function signedRecord(crypto: Crypto, seed: Uint8Array, stored: StoredRecord): Uint8Array {
  if (!stored.own) return stored.raw;
  const signature = signParts(crypto, seed, 'transferRecord', [stored.raw]);
  return signedEnvelope.encode({ kind: 'transferRecord', version: 1, parts: [stored.raw], signature });
}

/**
 * The bytes of a transfer entry, built from what the container keeps: equal to those that were hashed when it was
 * issued, as long as the holdings it came from are there, which they are until it is settled.
 */
export function transferEntry(state: ContainerState, plan: EntryPlan): { entry: Uint8Array; record: Uint8Array } {
  const record = transferRecordOf(state, plan);
  const positions = new Map<Hash, number>();
  const records: Uint8Array[] = [];
  const position = (hash: Hash): number => {
    const known = positions.get(hash);
    if (known !== undefined) return known;
    const stored = storedRecord(state, hash);
    if (stored.own) throw new Defect('a custody record of this container is not signed');
    positions.set(hash, records.length);
    return records.push(stored.raw) - 1;
  };
  const holdings = plan.parts.map((part) => {
    const holding = holdingOf(state, part);
    const grant = storedGrant(state, holding.itemId);
    const { units, usageStart, userData, customerInfo } = part;
    return { grant: grant.raw, units, usageStart, userData, customerInfo, custody: holding.custody.map(position) };
  });
  return { entry: encodeEntry({ kind: 'transferIn', record, records, holdings }, fromHex(plan.salt)), record };
}

/** Keys whose certificates a target needs to check a holding: the grant's firm and the earlier holders. */
export function certificatesOf(state: ContainerState, holding: Holding): PublicKey[] {
  const senders = holding.custody.map((hash) => storedRecord(state, hash).from);
  return [storedGrant(state, holding.itemId).firm, ...senders];
}

/** The same for all of an entry, each once. */
export function certificatesNeeded(state: ContainerState, plan: EntryPlan): Set<PublicKey> {
  return new Set(plan.parts.flatMap((part) => certificatesOf(state, holdingOf(state, part))));
}
