import type { Crypto } from '../crypto/port.ts';
import { type Refusal, refuse } from '../errors.ts';
import type { ContainerKind } from '../files/certificate.ts';
import { readEnvelope, verifyEnvelope } from '../files/envelope.ts';
import type { Grant, TransferTerms } from '../files/grant.ts';
import { type MovedItem, type TransferRecord, transferRecord } from '../files/transfer-record.ts';
import { toHex } from '../model/bytes.ts';
import type { Hash, PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import type { Certificates } from './check-grant.ts';

/** A transfer record whose signature was verified, or that this very entry brings. */
export interface CustodyRecord {
  readonly hash: Hash;
  readonly raw: Uint8Array;
  readonly content: TransferRecord;
}

/** Verifies an earlier transfer record: made and signed by a certified container. */
export function checkRecord(
  crypto: Crypto,
  certificates: Certificates,
  raw: Uint8Array,
): { readonly ok: true; readonly value: CustodyRecord } | Refusal {
  const envelope = readEnvelope(raw, 'transferRecord', 1, 'a transfer record');
  if (!envelope.ok) return refuse('CUSTODY_WRONG', { why: 'a transfer record cannot be read' });
  const part = envelope.value.parts[0] as Uint8Array;
  const content = transferRecord.decode(part);
  if (!content.ok) return refuse('CUSTODY_WRONG', { why: 'a transfer record cannot be read' });
  const sender = certificates.get(content.value.from);
  if (sender?.party !== 'container') return refuse('CUSTODY_WRONG', { why: 'an earlier holder is not certified' });
  if (!verifyEnvelope(crypto, sender.key, envelope.value))
    return refuse('CUSTODY_WRONG', { why: 'an earlier holder did not sign its transfer' });
  return { ok: true, value: { hash: toHex(crypto.sha256(part)) as Hash, raw, content: content.value } };
}

/** Whether the last hop goes back to where the one before it came from. */
export function isReturn(way: readonly TransferRecord[]): boolean {
  const last = way.at(-1);
  return last !== undefined && way.at(-2)?.from === last.to;
}

/** The target of a transfer, as terms see it. */
export interface TransferTarget {
  readonly key: PublicKey;
  readonly kind: ContainerKind;
}

/**
 * Whether the terms of a grant allow one more hop (R3): a return wherever the item is returnable, a move within type,
 * target and depth. `hops` is the length of the net path before this hop.
 */
export function checkTerms(
  grant: Grant,
  hop: { readonly isReturn: boolean; readonly hops: number; readonly quantity: number },
  target: TransferTarget,
): Refusal | undefined {
  const { terms } = grant;
  if (hop.isReturn) return terms.returnable ? undefined : refuse('NOT_RETURNABLE');
  if (terms.type === 'none') return refuse('TERMS_FORBID', { why: 'it may not be moved at all' });
  if (movesWhole(grant) && hop.quantity !== grant.quantity)
    return refuse('TERMS_FORBID', { why: `it moves only as a whole (${grant.quantity})` });
  const unwelcome = checkTarget(terms, target);
  if (unwelcome !== undefined) return unwelcome;
  if (hop.hops + 1 > terms.depth) return refuse('DEPTH_EXCEEDED', { depth: terms.depth });
  if (hop.hops + 1 > FORMAT.custodyRecords) return refuse('CUSTODY_FULL', { limit: FORMAT.custodyRecords });
  if (terms.mostPerTarget !== null && hop.quantity > terms.mostPerTarget)
    return refuse('TARGET_LIMIT', { limit: terms.mostPerTarget });
  return undefined;
}

function checkTarget(terms: TransferTerms, target: TransferTarget): Refusal | undefined {
  if (terms.targetKinds.length > 0 && !terms.targetKinds.includes(target.kind))
    return refuse('TARGET_NOT_ALLOWED', { why: `it may not move to a container of kind ${target.kind}` });
  if (terms.targetKeys.length > 0 && !terms.targetKeys.includes(target.key))
    return refuse('TARGET_NOT_ALLOWED', { why: 'it may only move to containers that the vendor named' });
  return undefined;
}

/** Items with a Unit Counter or a Usage Period, and those with `complete` terms, are never split. */
export function movesWhole(grant: Grant): boolean {
  return grant.terms.type === 'complete' || grant.unitCounter !== null || grant.usagePeriod !== null;
}

/**
 * Checks the way of an item from its first holder to `here`: every hop follows the one before, by a sender that may
 * issue, with quantities and units that never grow and depth that is kept at every hop. Only the last hop may be a return:
 * an earlier one is off the way, with the hop that it undid.
 *
 * @returns CUSTODY_WRONG, SENDER_MAY_NOT_ISSUE, or what the terms say of a hop.
 */
export function checkCustody(
  grant: Grant,
  way: readonly TransferRecord[],
  certificates: Certificates,
  here: TransferTarget,
): Refusal | undefined {
  let holder = grant.firstHolder;
  let before: MovedItem = {
    itemId: grant.itemId,
    quantity: grant.quantity,
    units: grant.unitCounter,
    usageStart: null,
  };
  for (const [at, hop] of way.entries()) {
    const item = hop.items.find(({ itemId }) => itemId === grant.itemId);
    if (hop.from !== holder || item === undefined || hop.firmCode !== grant.firmCode)
      return refuse('CUSTODY_WRONG', { why: `hop ${at + 1} does not follow from the one before` });
    if (at < way.length - 1 && isReturn(way.slice(0, at + 1)))
      return refuse('CUSTODY_WRONG', {
        why: `hop ${at + 1} undoes the one before, and neither is on the way any more`,
      });
    const grown = growth(before, item);
    if (grown !== undefined) return refuse('CUSTODY_WRONG', { why: `hop ${at + 1}: ${grown}` });
    const wrong = checkHop(grant, way.slice(0, at + 1), item, certificates, here);
    if (wrong !== undefined) return wrong;
    holder = hop.to;
    before = item;
  }
  return holder === here.key ? undefined : refuse('CUSTODY_WRONG', { why: 'the last hop leads elsewhere' });
}

function growth(before: MovedItem, item: MovedItem): string | undefined {
  if (item.quantity > before.quantity) return 'the quantity grew';
  if ((item.units === null) !== (before.units === null)) return 'the Unit Counter appeared or vanished';
  if (item.units !== null && before.units !== null && item.units > before.units) return 'the units grew';
  if (before.usageStart !== null && item.usageStart !== before.usageStart) return 'the usage period began again';
  return undefined;
}

function checkHop(
  grant: Grant,
  way: readonly TransferRecord[],
  item: MovedItem,
  certificates: Certificates,
  here: TransferTarget,
): Refusal | undefined {
  const hop = way.at(-1) as TransferRecord;
  const sender = certificates.get(hop.from);
  const known = certificates.get(hop.to);
  const target =
    hop.to === here.key ? here : known?.party === 'container' ? { key: known.key, kind: known.kind } : undefined;
  if (sender?.party !== 'container' || target === undefined)
    return refuse('CUSTODY_WRONG', { why: 'an earlier holder is not certified' });
  const goesBack = isReturn(way);
  if (sender.issues === 'nothing' || (sender.issues === 'return' && !goesBack))
    return refuse('SENDER_MAY_NOT_ISSUE', { why: `${sender.serial} may issue: ${sender.issues}` });
  return checkTerms(grant, { isReturn: goesBack, hops: way.length - 1, quantity: item.quantity }, target);
}
