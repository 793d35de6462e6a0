import type { Crypto } from '../crypto/port.ts';
import { type Refusal, refuse } from '../errors.ts';
import type { Certificate } from '../files/certificate.ts';
import type { CarriedHolding, EntryContent, Expectation, TransferInBody } from '../files/entries.ts';
import { signedEnvelope, verifyParts } from '../files/envelope.ts';
import { type MovedItem, transferRecord } from '../files/transfer-record.ts';
import { copyBytes, NO_BYTES, toHex } from '../model/bytes.ts';
import type { Hash, ItemId } from '../model/ids.ts';
import { type CustodyRecord, checkCustody, checkRecord, isReturn } from './check-custody.ts';
import { type Certificates, type CheckedGrant, checkGrant } from './check-grant.ts';
import { type Draft, nameOf } from './draft.ts';
import { unblock } from './owner-pin.ts';
import { keepCertificate } from './partners.ts';
import { logHolds } from './reserve.ts';
import { isRevoked } from './revoked-keys.ts';
import { type ContainerState, counter, type Holding } from './state.ts';
import { grantOf } from './stored.ts';
import { writeOff } from './write-off.ts';

/** Everything around one entry that its rules look at. */
export interface EntryScene {
  readonly crypto: Crypto;
  readonly issuer: Certificate;
  readonly certificates: Certificates;
  readonly sequence: number;
  /** The signature of the entry's own transfer record; null for a firm's entries. */
  readonly signature: Uint8Array | null;
}

/** What became of an entry: how many items it changed, a refusal for good, or a table that is full. */
export type EntryResult = { readonly ok: true; readonly items: number } | Refusal;

/** Carries one entry out on a draft of its own (R3, R11). A refusal leaves the draft to be thrown away. */
export function applyEntry(draft: Draft, content: EntryContent, scene: EntryScene): EntryResult {
  const { issuer } = scene;
  if (content.kind === 'transferIn')
    return issuer.party === 'firm'
      ? refuse('ENTRY_MALFORMED', { why: 'a firm does not transfer' })
      : transferIn(draft, content, scene);
  if (issuer.party !== 'firm') return refuse('ENTRY_MALFORMED', { why: 'only a firm grants or changes licenses' });
  switch (content.kind) {
    case 'add':
      return add(draft, content.grants, scene);
    case 'replace':
      return replace(draft, content.expected, content.grant, scene);
    case 'withdraw':
      return withdraw(draft, content, scene);
    case 'enable':
    case 'disable':
      return setEnabled(draft, content, content.kind === 'enable', scene);
    case 'unblock':
      unblock(draft, content.tries);
      return { ok: true, items: 0 };
    case 'writeOff':
      return writeOff(draft, content, issuer.firmCode);
  }
}

/** A grant made for this very container by the firm of the channel. */
function ownGrant(draft: Draft, raw: Uint8Array, { crypto, issuer, certificates }: EntryScene): CheckedGrant | Refusal {
  const checked = checkGrant(crypto, draft.state, certificates, raw);
  if (!checked.ok) return checked;
  const { grant } = checked.value;
  if (issuer.party !== 'firm' || grant.firmCode !== issuer.firmCode) return refuse('FOREIGN_FIRM');
  if (grant.firstHolder !== draft.state.identity.key)
    return refuse('GRANT_WRONG', { why: 'it names another first holder' });
  if (draft.state.grants.has(grant.itemId)) return refuse('ITEM_KNOWN');
  return checked.value;
}

function isRefusal(value: object): value is Refusal {
  return 'ok' in value;
}

function nextId(draft: Draft): number {
  return counter(draft.state, 'nextHolding');
}

function putHolding(draft: Draft, granted: CheckedGrant, holding: Omit<Holding, 'id' | 'itemId' | 'pending'>): void {
  keepCertificate(draft, granted.firm);
  const { itemId } = granted.grant;
  if (!draft.state.grants.has(itemId))
    draft.push({ change: 'grantStored', itemId, firm: granted.firm.key, raw: copyBytes(granted.raw) });
  draft.push({ change: 'holdingPut', id: nextId(draft), itemId, pending: 0, ...holding });
}

function add(draft: Draft, grants: readonly Uint8Array[], scene: EntryScene): EntryResult {
  for (const raw of grants) {
    const granted = ownGrant(draft, raw, scene);
    if (isRefusal(granted)) return granted;
    putHolding(draft, granted, { ...fresh(granted), userData: NO_BYTES, customerInfo: NO_BYTES });
  }
  return { ok: true, items: grants.length };
}

function fresh({ grant }: CheckedGrant): Pick<Holding, 'quantity' | 'units' | 'usageStart' | 'enabled' | 'custody'> {
  return { quantity: grant.quantity, units: grant.unitCounter, usageStart: null, enabled: true, custody: [] };
}

/** All holdings of an item, if they are exactly what its firm expects here and none of it is in transit. */
function expected(state: ContainerState, wanted: Expectation, scene: EntryScene): readonly Holding[] | Refusal {
  const holdings = holdingsOf(state, wanted.itemId);
  const first = holdings[0];
  if (first !== undefined && scene.issuer.party === 'firm') {
    if (grantOf(state, first.itemId).firmCode !== scene.issuer.firmCode) return refuse('FOREIGN_FIRM');
  }
  const held = holdings.reduce((sum, { quantity }) => sum + quantity, 0);
  const pending = holdings.reduce((sum, holding) => sum + holding.pending, 0);
  if (held !== wanted.quantity || pending > 0)
    return refuse('ITEM_ELSEWHERE', { expected: wanted.quantity, held, pending });
  return holdings;
}

function holdingsOf(state: ContainerState, itemId: ItemId): Holding[] {
  return (state.holdingsOfItem.get(itemId) ?? []).flatMap((id) => state.holdings.get(id) ?? []);
}

function replace(draft: Draft, wanted: Expectation, raw: Uint8Array, scene: EntryScene): EntryResult {
  const holdings = expected(draft.state, wanted, scene);
  if (isRefusal(holdings)) return holdings;
  const granted = ownGrant(draft, raw, scene);
  if (isRefusal(granted)) return granted;
  const [{ userData, customerInfo }] = holdings as [Holding];
  for (const { id } of holdings) draft.push({ change: 'holdingDropped', id });
  putHolding(draft, granted, { ...fresh(granted), userData, customerInfo });
  return { ok: true, items: 1 };
}

function withdraw(draft: Draft, wanted: Expectation, scene: EntryScene): EntryResult {
  const holdings = expected(draft.state, wanted, scene);
  if (isRefusal(holdings)) return holdings;
  for (const { id } of holdings) draft.push({ change: 'holdingDropped', id });
  return { ok: true, items: 1 };
}

function setEnabled(draft: Draft, wanted: Expectation, enabled: boolean, scene: EntryScene): EntryResult {
  const holdings = expected(draft.state, wanted, scene);
  if (isRefusal(holdings)) return holdings;
  for (const holding of holdings) draft.push({ change: 'holdingPut', ...holding, enabled });
  return { ok: true, items: 1 };
}

function transferIn(draft: Draft, body: TransferInBody, scene: EntryScene): EntryResult {
  const { crypto } = scene;
  const own = ownRecord(draft, body, scene);
  if (isRefusal(own)) return own;
  if (isRevoked(draft.state, own.content.firmCode, scene.issuer.key)) return refuse('SENDER_REVOKED');
  const earlier: CustodyRecord[] = [];
  for (const raw of body.records) {
    const record = checkRecord(crypto, scene.certificates, raw);
    if (!record.ok) return record;
    earlier.push(record.value);
  }
  if (!logHolds(draft.state, own.content.firmCode, 1))
    return refuse('LOG_FULL', { here: nameOf(draft.state), firm: own.content.firmCode });
  keepRecord(draft, own, scene);
  draft.push({ change: 'logAppended', firmCode: own.content.firmCode, record: own.hash });
  for (const [at, carried] of body.holdings.entries()) {
    const way = carried.custody.map((position) => earlier[position]);
    if (way.some((hop) => hop === undefined))
      return refuse('ENTRY_MALFORMED', { why: 'a custody position is missing' });
    const wrong = takeHolding(
      draft,
      carried,
      own.content.items[at] as MovedItem,
      [...(way as CustodyRecord[]), own],
      scene,
    );
    if (wrong !== undefined) return wrong;
  }
  return { ok: true, items: body.holdings.length };
}

/** The transfer record of the entry itself: of this channel, this sequence, one firm, no item twice, signed. */
function ownRecord(draft: Draft, body: TransferInBody, scene: EntryScene): CustodyRecord | Refusal {
  const content = transferRecord.decode(body.record);
  if (!content.ok) return refuse('ENTRY_MALFORMED', { why: String(content.details.what) });
  const { from, to, sequence, items } = content.value;
  const here = draft.state.identity.key;
  if (from !== scene.issuer.key || to !== here || sequence !== scene.sequence)
    return refuse('CUSTODY_WRONG', { why: 'its transfer record belongs to another entry' });
  if (items.length !== body.holdings.length || new Set(items.map(({ itemId }) => itemId)).size !== items.length)
    return refuse('ENTRY_MALFORMED', { why: 'its transfer record does not list its items once each' });
  const hash = scene.crypto.sha256(body.record);
  if (scene.signature === null || !verifyParts(scene.crypto, from, 'transferRecord', [hash], scene.signature))
    return refuse('CUSTODY_WRONG', { why: 'its transfer record is not signed by its sender' });
  const raw = signedEnvelope.encode({
    kind: 'transferRecord',
    version: 1,
    parts: [body.record],
    signature: scene.signature,
  });
  return { hash: toHex(hash) as Hash, raw, content: content.value };
}

function keepRecord(draft: Draft, record: CustodyRecord, scene: EntryScene): void {
  const stored = draft.state.records.get(record.hash);
  if (stored !== undefined && !stored.own) return;
  const sender = scene.certificates.get(record.content.from);
  if (sender !== undefined) keepCertificate(draft, sender);
  const { hash, raw } = record;
  draft.push({ change: 'recordStored', hash, own: false, from: record.content.from, raw: copyBytes(raw) });
}

function takeHolding(
  draft: Draft,
  carried: CarriedHolding,
  item: MovedItem,
  way: readonly CustodyRecord[],
  scene: EntryScene,
): Refusal | undefined {
  const granted = checkGrant(scene.crypto, draft.state, scene.certificates, carried.grant);
  if (!granted.ok) return granted;
  const { grant } = granted.value;
  if (item.itemId !== grant.itemId || item.units !== carried.units || item.usageStart !== carried.usageStart)
    return refuse('CUSTODY_WRONG', { why: 'the transfer record and the item differ' });
  const { key, kind } = draft.state.identity;
  const hops = way.map(({ content }) => content);
  const wrong = checkCustody(grant, hops, scene.certificates, { key, kind });
  if (wrong !== undefined) return wrong;
  const holdings = holdingsOf(draft.state, grant.itemId);
  const held = holdings.reduce((sum, { quantity }) => sum + quantity, 0);
  if (held + item.quantity > grant.quantity)
    return refuse('QUANTITY_EXCEEDED', { granted: grant.quantity, item: grant.itemId });
  const goesBack = isReturn(hops);
  const { mostPerTarget } = grant.terms;
  // What is in transit from here counts too: cancelling it would bring it back.
  const mayHold = holdings.reduce((sum, { pending }) => sum + pending, held + item.quantity);
  if (!goesBack && mostPerTarget !== null && mayHold > mostPerTarget)
    return refuse('TARGET_LIMIT', { limit: mostPerTarget });
  const kept = goesBack ? way.slice(0, -2) : way;
  for (const record of kept) keepRecord(draft, record, scene);
  putHolding(draft, granted.value, {
    quantity: item.quantity,
    units: carried.units,
    usageStart: carried.usageStart,
    enabled: true,
    userData: copyBytes(carried.userData),
    customerInfo: copyBytes(carried.customerInfo),
    custody: kept.map(({ hash }) => hash),
  });
  return undefined;
}
