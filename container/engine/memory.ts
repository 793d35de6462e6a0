import type {
  ArmedOrder,
  Evidence,
  Holding,
  Partner,
  PendingEntry,
  RevocationList,
  ServedTarget,
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
  /** A partner with both channels, the room of its witness (or of the word that it is there twice), one order, a few refusals. */
  partner: 716,
  /** A remembered order after the first. */
  order: 48,
  refusal: 10,
  /**
   * An entry in transit, with the room that its log line and record, its refusal here and in the witness, or its write-off
   * will need.
   */
  pendingEntry: 288,
  /** A part of it, with the room that it will need in the transfer record. */
  pendingPart: 40,
  /** An entry that was written off, beside the transfer record that is kept of it, with the room that settling it will need. */
  writtenOff: 160,
  /** A container that a firm has written off. */
  revoked: 44,
  /** A firm whose licenses stay locked. */
  lock: 5,
  /** An open challenge for certified time. */
  challenge: 60,
  /** A list of revocations, beside its signed bytes. */
  revocations: 60,
  evidence: 128,
  /** A signed statement in evidence, beside the statement itself. */
  evidenceStatement: 144,
  /** The owner's PIN, whatever its length. */
  ownerPin: 64,
  armedOrder: 32,
  /** A Product Item of an armed order. */
  orderItem: 16,
  /** A target that an armed order names by its key. */
  orderKey: 34,
  /** A target that an armed order has served. */
  served: 64,
  /** A Product Item of the order, for each target that it has served. */
  servedItem: 5,
} as const;

/** What `MEMORY.partner` covers: bytes of a statement without refusals, and refusals, so that a full container can refuse. */
const COVERED = { statement: 242, orders: 1, refusals: 8 } as const;

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
  pending: ({ parts, writtenOff }: PendingEntry): number =>
    writtenOff === null
      ? parts.reduce<number>(
          (sum, part) => sum + MEMORY.pendingPart + part.userData.length + part.customerInfo.length,
          MEMORY.pendingEntry,
        )
      : MEMORY.writtenOff + writtenOff.length,
  revocations: ({ raw }: RevocationList): number => MEMORY.revocations + raw.length,
  evidence: (it: Evidence): number =>
    it.statements.reduce<number>(
      (sum, said) => sum + MEMORY.evidenceStatement + said.statement.length,
      MEMORY.evidence,
    ),
  order: ({ items, keys }: Pick<ArmedOrder, 'items' | 'keys'>): number =>
    MEMORY.armedOrder + MEMORY.orderItem * items.length + MEMORY.orderKey * keys.length,
  served: ({ quantities }: ServedTarget): number => MEMORY.served + MEMORY.servedItem * quantities.length,
} as const;
