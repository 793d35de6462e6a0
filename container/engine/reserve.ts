import type { PublicKey } from '../model/ids.ts';
import type { Change } from './changes.ts';
import { MEMORY, memoryOf } from './memory.ts';
import type { ContainerState, PendingEntry } from './state.ts';

/** Bytes of a journal record beside the changes that are counted: salt, frame, and the partner that is put last. */
const FRAME = 4096;

/** Bytes that a change takes in a journal record, at most. */
export function journalBytes(change: Change): number {
  switch (change.change) {
    case 'certificateStored':
      return MEMORY.certificate + change.raw.length;
    case 'grantStored':
      return MEMORY.grant + change.raw.length;
    case 'recordStored':
      return MEMORY.record + change.raw.length;
    case 'holdingPut':
      return memoryOf.holding(change);
    case 'holdingCounted':
      return 18;
    case 'pendingPut':
      return memoryOf.pending(change);
    case 'partnerPut':
      return memoryOf.partner(change);
    case 'evidenceKept':
      return memoryOf.evidence(change);
    case 'twoFound':
      return 48 + change.reason.length;
    case 'revocationsPut':
      return memoryOf.revocations(change);
    case 'ownerPinPut':
      return MEMORY.ownerPin;
    case 'orderArmed':
      return memoryOf.order(change);
    case 'orderServed':
      return memoryOf.served(change);
    case 'challengeGiven':
      return MEMORY.challenge;
    case 'locksSet':
      return 24 + MEMORY.lock * change.firms.length;
    default:
      return 48;
  }
}

/** Whether changes of so many bytes leave room in one journal record for its frame. */
export function fitsRecord(state: ContainerState, bytes: number): boolean {
  return bytes + FRAME <= state.limits.journalRecord;
}

/** Bytes of the changes that settle one entry and one part of it, at most. */
const SETTLING = { entry: 256, part: 52 } as const;

function settlingBytes({ parts, writtenOff }: PendingEntry): number {
  return SETTLING.entry + SETTLING.part * parts.length + (writtenOff?.length ?? 0);
}

/** Bytes that settling what is in transit to a target, up to a sequence, takes in a journal record, at most. */
export function settlementBytes(state: ContainerState, target: PublicKey, through: number): number {
  let bytes = 0;
  for (const entry of state.pending.values())
    if (entry.target === target && entry.sequence <= through) bytes += settlingBytes(entry);
  return bytes;
}

/** Whether one journal record can settle all that is in transit to a target: a receipt settles it at once. */
export function canSettle(state: ContainerState, target: PublicKey, through: number): boolean {
  return fitsRecord(state, settlementBytes(state, target, through));
}

/** Whether the custody log for a firm has room for so many lines, beside those that what is in transit will need. */
export function logHolds(state: ContainerState, firmCode: number, more: number): boolean {
  const log = state.logs.get(firmCode);
  const left = state.limits.logEntries - (log === undefined ? 0 : log.next - log.first) - more;
  if (left >= state.pending.size) return true;
  let reserved = 0;
  for (const entry of state.pending.values()) if (entry.firmCode === firmCode) reserved += 1;
  return left >= reserved;
}
