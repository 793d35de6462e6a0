import type { PublicKey } from '../model/ids.ts';
import { type ContainerState, type PendingEntry, pendingKey } from './state.ts';

/** Bytes of the changes that settle one entry and one part of it, at most; and of those that come once. */
const SETTLING = { once: 4096, entry: 256, part: 52 } as const;

function settlingBytes({ parts }: PendingEntry): number {
  return SETTLING.entry + SETTLING.part * parts.length;
}

/** Whether one journal record can settle all that is in transit to a target: a receipt settles it at once. */
export function canSettle(state: ContainerState, target: PublicKey, from: number, to: number): boolean {
  let bytes: number = SETTLING.once;
  for (let sequence = from; sequence <= to; sequence++) {
    const entry = state.pending.get(pendingKey(target, sequence));
    if (entry !== undefined) bytes += settlingBytes(entry);
  }
  return bytes <= state.limits.journalRecord;
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
