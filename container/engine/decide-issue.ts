import type { OrderedPart } from '../commands/issue.ts';
import { type Refusal, refuse } from '../errors.ts';
import type { ContextFile } from '../files/context-file.ts';
import { openContextFile } from '../files/context-file.ts';
import { ENTRY_VERSION } from '../files/entries.ts';
import { U32_MAX } from '../files/fields.ts';
import { fromHex, type Hex, toHex, utf8 } from '../model/bytes.ts';
import type { Hash, OrderId, PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import type { Change } from './changes.ts';
import { type Decided, Draft, nameOf, type Rulebook, verifierOf } from './draft.ts';
import { groupParts } from './group-parts.ts';
import { chainNext, entryHash } from './issuer-channel.ts';
import { retired } from './lock.ts';
import { partnerName, partnerOrNew, provenRolledBack, reservePartner, witnessPartner } from './partners.ts';
import { canSettle, logHolds } from './reserve.ts';
import type { Authority } from './session.ts';
import { settleFrom } from './settle-channel.ts';
import type { ContainerState, Holding, OutboundChannel, RememberedOrder } from './state.ts';
import { type EntryPlan, transferEntry } from './transfer-entry.ts';
import { coverageOf, isServed, issueNotCovered, usageOf } from './work-orders.ts';

export interface IssueOrder {
  readonly target: PublicKey;
  readonly orderId: OrderId;
  readonly context: Uint8Array;
  readonly first: number;
  readonly parts: readonly OrderedPart[];
}

/** An order that was carried out, now or before; or why it is refused although evidence is kept. */
export type IssueResult =
  | {
      readonly refusal: null;
      readonly target: ContextFile;
      readonly order: RememberedOrder;
      readonly repeated: boolean;
    }
  | { readonly refusal: Refusal };

const ORDER_DOMAIN = utf8('license-ferry order\0');

/**
 * Decides an order (R2): settles from the target's context, then moves seats from held to in transit. Without the owner
 * (R12) only what an armed work order covers, counted on it in the same record. Pure.
 */
export function decideIssue(
  state: ContainerState,
  book: Rulebook,
  order: IssueOrder,
  entropy: Uint8Array,
  authority: Authority,
): Decided<IssueResult> | Refusal {
  const { identity } = state;
  if (identity.certified === null) return refuse('NOT_ENROLLED', { where: nameOf(state) });
  const opened = openContextFile(verifierOf(state, book.crypto), order.context);
  if (!opened.ok) return opened;
  const file = opened.value;
  const here = nameOf(state);
  if (file.header.issuer !== identity.key)
    return refuse('NOT_ADDRESSED', { wanted: `the issuer with the key ${file.header.issuer.slice(0, 8)}`, here });
  if (file.certificate.key !== order.target)
    return refuse('TARGET_OTHER', { found: file.certificate.serial, wanted: partnerName(state, order.target) });
  if (book.lock !== null) return refuse('CONTAINER_LOCKED', { here });
  const worn = retired(state, here);
  if (worn !== undefined) return worn;
  if (identity.certified.issues === 'nothing') return refuse('ROLE_WRONG', { here, why: 'it may not issue' });
  const coverage = authority === 'order' ? coverageOf(state, file.certificate, order.parts) : undefined;
  // A set that was given before covers no second one, but its order may be repeated.
  if (authority === 'order' && coverage === undefined && !isServed(state, file.certificate.key))
    return issueNotCovered(state, file.certificate, order.parts);
  const draft = new Draft(state, 'owner');
  const full = reservePartner(book.crypto, draft, file.certificate, 0);
  if (full !== undefined) return full;
  const suspicious = witnessPartner(draft, book.crypto, file);
  if (suspicious !== undefined) return refused(draft.proofs, suspicious);
  settleFrom(draft, book.crypto, file);
  const proven = provenRolledBack(draft.state);
  if (proven !== undefined) return refused(draft.full === undefined ? draft.changes : draft.proofs, proven);
  const digest = orderDigest(book, file, order);
  const { outbound } = partnerOrNew(book.crypto, draft.state, file.certificate.key);
  const known = repeatedOrder(outbound, order.first, digest);
  if (known !== null) return 'ok' in known ? known : decided(draft, file, known, true);
  if (file.header.locked) return refuse('TARGET_LOCKED', { target: file.certificate.serial });
  if (authority === 'order' && coverage === undefined) return issueNotCovered(state, file.certificate, order.parts);
  const issued = issueParts(draft, book, file, order, entropy);
  if ('ok' in issued) return issued;
  const partner = partnerOrNew(book.crypto, draft.state, file.certificate.key);
  const remembered = { first: order.first, last: issued.last, digest, refused: [] };
  const orders = [...partner.outbound.orders, remembered].slice(-FORMAT.rememberedOrders);
  draft.push({
    change: 'partnerPut',
    ...partner,
    outbound: { ...partner.outbound, issued: issued.last, issuedChain: issued.chain, orders },
  });
  if (coverage !== undefined) draft.push(usageOf(state, coverage, remembered));
  return decided(draft, file, remembered, false);
}

function decided(
  draft: Draft,
  target: ContextFile,
  order: RememberedOrder,
  repeated: boolean,
): Decided<IssueResult> | Refusal {
  return draft.full ?? { ok: true, changes: draft.changes, result: { target, order, repeated, refusal: null } };
}

/** The order is refused; what proves something is kept all the same. */
function refused(changes: readonly Change[], refusal: Refusal): Decided<IssueResult> {
  return { ok: true, changes, result: { refusal } };
}

function orderDigest(book: Rulebook, file: ContextFile, order: IssueOrder): Hash {
  const numbers = new Uint32Array([
    order.first,
    ...order.parts.flatMap(({ holding, quantity }) => [holding, quantity]),
  ]);
  const bytes = new Uint8Array(numbers.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [at, number] of numbers.entries()) view.setUint32(at * 4, number);
  return toHex(book.crypto.sha256(ORDER_DOMAIN, fromHex(file.certificate.key), fromHex(order.orderId), bytes)) as Hash;
}

/** What an order at an already used sequence means; null when it is a new one. */
function repeatedOrder(
  { issued, orders }: OutboundChannel,
  first: number,
  digest: Hash,
): RememberedOrder | Refusal | null {
  const next = issued + 1;
  if (first === next) return null;
  if (first > next) return refuse('SEQUENCE_AHEAD', { sequence: first, next });
  const covering = orders.find((order) => order.first <= first && first <= order.last);
  if (covering === undefined) return refuse('ISSUE_FORGOTTEN', { sequence: first, next });
  return covering.digest === digest ? covering : refuse('ISSUED_OTHERWISE', { sequence: first });
}

/** Checks every part and puts the order in transit as entries of one firm, 64 items and a bounded size each. */
function issueParts(
  draft: Draft,
  book: Rulebook,
  file: ContextFile,
  order: IssueOrder,
  entropy: Uint8Array,
): { last: number; chain: Hash } | Refusal {
  if (new Set(order.parts.map(({ holding }) => holding)).size !== order.parts.length)
    return refuse('ORDER_EMPTY', { why: 'the order names a holding twice' });
  const partner = partnerOrNew(book.crypto, draft.state, file.certificate.key);
  const groups = groupParts(draft.state, file, order.parts);
  if ('ok' in groups) return groups;
  let sequence = order.first;
  let chain = partner.outbound.issuedChain;
  for (const group of groups) {
    if (sequence > U32_MAX - 1) return refuse('EXHAUSTED', { what: 'sequence' });
    if (sequence - partner.outbound.settled > FORMAT.pendingEntries)
      return refuse('CHANNEL_FULL', { pending: FORMAT.pendingEntries, target: file.certificate.serial });
    const salt = saltOf(book, entropy, sequence);
    const plan: EntryPlan = {
      target: file.certificate.key,
      sequence,
      salt,
      firmCode: group.firmCode,
      parts: group.parts,
    };
    const hash = entryHash(book.crypto, transferEntry(draft.state, plan).entry);
    chain = chainNext(book.crypto, chain, hash);
    for (const part of group.parts) {
      const { id, quantity, pending } = draft.state.holdings.get(part.holding) as Holding;
      draft.push({
        change: 'holdingCounted',
        id,
        quantity: quantity - part.quantity,
        pending: pending + part.quantity,
      });
    }
    draft.push({
      change: 'pendingPut',
      ...plan,
      version: ENTRY_VERSION,
      hash,
      chain,
      cancelled: false,
      writtenOff: null,
    });
    sequence += 1;
  }
  const { settled } = partner.outbound;
  if (!canSettle(draft.state, file.certificate.key, sequence - 1))
    return refuse('CHANNEL_FULL', { pending: order.first - settled - 1, target: file.certificate.serial });
  for (const firmCode of new Set(groups.map((group) => group.firmCode)))
    if (!logHolds(draft.state, firmCode, 0)) return refuse('LOG_FULL', { here: nameOf(draft.state), firm: firmCode });
  return { last: sequence - 1, chain };
}

function saltOf(book: Rulebook, entropy: Uint8Array, sequence: number): Hex {
  return toHex(
    book.crypto
      .sha256(entropy, new Uint8Array([sequence >>> 24, sequence >>> 16, sequence >>> 8, sequence]))
      .subarray(0, 16),
  );
}
