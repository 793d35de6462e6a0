import type { Crypto } from '../crypto/port.ts';
import type { CheckedFile } from '../files/signed-file.ts';
import { toHex } from '../model/bytes.ts';
import type { Hash, PublicKey } from '../model/ids.ts';
import type { Draft } from './draft.ts';
import { judgeSettlement, type Outcome } from './issuer-channel.ts';
import { keepEvidence } from './partners.ts';
import {
  type ContainerState,
  type OutboundChannel,
  type PendingEntry,
  pendingKey,
  type RememberedOrder,
} from './state.ts';
import { heldAgain, holdingOf, pendingEntry } from './stored.ts';
import { transferRecordOf } from './transfer-entry.ts';

/** What a partner's statement did to what was in transit to it. */
export interface Settled {
  readonly outcomes: readonly Outcome[];
  readonly late: boolean;
}

/**
 * Settles this container's channel to a partner from the partner's signed statement (R4): what was applied is gone for
 * good and enters the custody log, what was refused is held again in the holding it left, as far as no more is held of an
 * item than was granted.
 *
 * A container that was proven to be set back settles nothing any more.
 */
export function settleFrom(draft: Draft, crypto: Crypto, file: CheckedFile): Settled {
  const nothing = { outcomes: [], late: true };
  // Nothing is issued to a firm, so that no word of one says anything of it.
  if (file.certificate.party === 'firm') return nothing;
  const partner = draft.state.partners.get(file.certificate.key);
  if (partner === undefined || draft.state.marks.has('rolledBack')) return nothing;
  const { outbound } = partner;
  const verdict = judgeSettlement(
    outbound,
    file.statement.inbound,
    (sequence) => draft.state.pending.get(pendingKey(partner.key, sequence))?.chain,
  );
  if (verdict.verdict === 'late') return nothing;
  if (verdict.verdict === 'issuerRolledBack') {
    draft.push({ change: 'rolledBackFound', partner: partner.key });
    keepEvidence(draft, draft.state.identity.key, verdict.why, [file.signed]);
    return nothing;
  }
  const accepted = acceptedTwice(draft.state, partner.key, verdict.outcomes);
  if (accepted !== null) keepEvidence(draft, partner.key, accepted, [file.signed]);
  for (const outcome of verdict.outcomes) {
    const entry = pendingEntry(draft.state, partner.key, outcome.sequence);
    if (entry.writtenOff === null) settleEntry(draft, crypto, entry, outcome);
    else settleWrittenOff(draft, crypto, { ...entry, writtenOff: entry.writtenOff }, outcome);
  }
  const last = verdict.outcomes.at(-1)?.sequence ?? outbound.settled;
  draft.push({
    change: 'partnerPut',
    ...partner,
    outbound: remember({ ...outbound, settled: last, settledChain: verdict.chain }, verdict.outcomes),
  });
  return { outcomes: verdict.outcomes, late: false };
}

function settleEntry(draft: Draft, crypto: Crypto, entry: PendingEntry, outcome: Outcome): void {
  if (outcome.reason === null) logTransfer(draft, crypto, entry.firmCode, transferRecordOf(draft.state, entry));
  for (const part of entry.parts) {
    const holding = holdingOf(draft.state, part);
    const pending = holding.pending - part.quantity;
    const again = outcome.reason === null ? 0 : heldAgain(draft.state, holding.itemId, part.quantity);
    const quantity = holding.quantity + again;
    if (quantity + pending === 0) draft.push({ change: 'holdingDropped', id: holding.id });
    else draft.push({ change: 'holdingCounted', id: holding.id, quantity, pending });
  }
  draft.push({ change: 'pendingDropped', target: entry.target, sequence: entry.sequence });
}

/**
 * An entry that its vendor had written off (R14): what it moved is here again since then. A late "refused" gives nothing
 * back twice; a late "applied" is the duplicate that the vendor accepted, logged for the vendor.
 */
function settleWrittenOff(
  draft: Draft,
  crypto: Crypto,
  entry: PendingEntry & { readonly writtenOff: Uint8Array },
  outcome: Outcome,
): void {
  if (outcome.reason === null) logTransfer(draft, crypto, entry.firmCode, entry.writtenOff);
  draft.push({ change: 'pendingDropped', target: entry.target, sequence: entry.sequence });
}

/** What a receipt proves of the duplicates that their vendors accepted, all of them at once; null: there are none. */
function acceptedTwice(state: ContainerState, target: PublicKey, outcomes: readonly Outcome[]): string | null {
  const sequences = outcomes
    .filter(({ sequence, reason }) => reason === null && pendingEntry(state, target, sequence).writtenOff !== null)
    .map(({ sequence }) => sequence);
  const ends = new Set([...sequences.slice(0, 1), ...sequences.slice(-1)]);
  return ends.size === 0 ? null : `written off, yet applied: sequence ${[...ends].join(' to ')}`;
}

function logTransfer(draft: Draft, crypto: Crypto, firmCode: number, raw: Uint8Array): void {
  const hash = toHex(crypto.sha256(raw)) as Hash;
  // An item may have come back over other containers before its receipt did: then its record is here already, signed.
  if (!draft.state.records.has(hash))
    draft.push({ change: 'recordStored', hash, own: true, from: draft.state.identity.key, raw });
  draft.push({ change: 'logAppended', firmCode, record: hash });
}

function remember(channel: OutboundChannel, outcomes: readonly Outcome[]): OutboundChannel {
  const refused = outcomes.flatMap(({ sequence, reason }) => (reason === null ? [] : [{ sequence, reason }]));
  if (refused.length === 0) return channel;
  const orders = channel.orders.map(
    (order): RememberedOrder => ({
      ...order,
      refused: [
        ...order.refused,
        ...refused.filter(({ sequence }) => sequence >= order.first && sequence <= order.last),
      ],
    }),
  );
  return { ...channel, orders };
}
