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
  certificate: 40,
  record: 88,
  logLine: 48,
  /** Where the log of a firm stands; kept for good, even when the log is empty. */
  log: 16,
  /** A partner with both channels, the room of its witness, one remembered order and a few refusals. */
  partner: 648,
  /** A remembered order after the first. */
  order: 48,
  refusal: 10,
  /** An entry in transit, with the room that its log line and record, or its refusal here and in the witness, will need. */
  pendingEntry: 288,
  /** A part of it, with the room that it will need in the transfer record. */
  pendingPart: 40,
  evidence: 128,
  /** A signed statement in evidence, beside the statement itself. */
  evidenceStatement: 144,
} as const;

/** What `MEMORY.partner` covers: bytes of a statement without refusals, and refusals, so that a full container can refuse. */
const COVERED = { statement: 208, orders: 1, refusals: 8 } as const;

/** Bytes that refusals of a channel cost beyond those that its partner's record covers. */
export function refusalBytes(refusals: number): number {
  return MEMORY.refusal * Math.max(0, refusals - COVERED.refusals);
}

export const memoryOf = {
  holding: (it: Holding): number =>
    MEMORY.holding + it.userData.length + it.customerInfo.length + MEMORY.hop * it.custody.length,
  grant: (it: StoredGrant): number => MEMORY.grant + it.raw.length,
  certificate: (it: StoredCertificate): number => MEMORY.certificate + it.raw.length,
  record: (it: StoredRecord): number => MEMORY.record + it.raw.length,
  partner: ({ inbound, outbound, witness }: Partner): number => {
    const { orders } = outbound;
    const remembered = orders.reduce((sum, order) => sum + MEMORY.refusal * order.refused.length, 0);
    const further = MEMORY.order * Math.max(0, orders.length - COVERED.orders);
    const said = Math.max(0, (witness?.statement.length ?? 0) - COVERED.statement);
    return MEMORY.partner + further + remembered + refusalBytes(inbound.refused.length) + said;
  },
  pending: (it: PendingEntry): number =>
    it.parts.reduce<number>(
      (sum, part) => sum + MEMORY.pendingPart + part.userData.length + part.customerInfo.length,
      MEMORY.pendingEntry,
    ),
  evidence: (it: Evidence): number =>
    it.statements.reduce<number>(
      (sum, said) => sum + MEMORY.evidenceStatement + said.statement.length,
      MEMORY.evidence,
    ),
} as const;
