import type {
  Evidence,
  Holding,
  Partner,
  PendingEntry,
  StoredCertificate,
  StoredGrant,
  StoredRecord,
} from './state.ts';

/**
 * Bytes that each stored object is charged: never less than what a snapshot needs for it, so that a state within its
 * capacity always fits its memory.
 *
 * @see docs/protocol.md, "Memory"
 */
export const MEMORY = {
  holding: 64,
  hop: 34,
  grant: 64,
  certificate: 48,
  record: 88,
  logLine: 48,
  /** Where the log of a firm stands; kept for good, even when the log is empty. */
  log: 16,
  /** A partner with both channels, its witness and remembered orders; refusals come on top. */
  partner: 1280,
  refusal: 10,
  /** An entry in transit, with the room that its log line and a refusal will need. */
  pendingEntry: 448,
  /** A part of it, with the room that it will need in the transfer record. */
  pendingPart: 64,
  evidence: 128,
} as const;

export const memoryOf = {
  holding: (it: Holding): number =>
    MEMORY.holding + it.userData.length + it.customerInfo.length + MEMORY.hop * it.custody.length,
  grant: (it: StoredGrant): number => MEMORY.grant + it.raw.length,
  certificate: (it: StoredCertificate): number => MEMORY.certificate + it.raw.length,
  record: (it: StoredRecord): number => MEMORY.record + it.raw.length,
  partner: (it: Partner): number => {
    const refusals =
      it.inbound.refused.length + it.outbound.orders.reduce((sum, order) => sum + order.refused.length, 0);
    return MEMORY.partner + MEMORY.refusal * refusals + Math.max(0, (it.witness?.statement.length ?? 0) - 256);
  },
  pending: (it: PendingEntry): number =>
    it.parts.reduce<number>(
      (sum, part) => sum + MEMORY.pendingPart + part.userData.length + part.customerInfo.length,
      MEMORY.pendingEntry,
    ),
  evidence: (it: Evidence): number =>
    it.statements.reduce<number>((sum, said) => sum + 256 + said.statement.length, MEMORY.evidence),
} as const;
