import type { OrderedPart } from '../commands/issue.ts';
import { type Refusal, refuse } from '../errors.ts';
import type { ContextFile } from '../files/context-file.ts';
import { openContextFile } from '../files/context-file.ts';
import { ENTRY_VERSION } from '../files/entries.ts';
import { U32_MAX } from '../files/fields.ts';
import type { Grant } from '../files/grant.ts';
import { fromHex, type Hex, toHex, utf8 } from '../model/bytes.ts';
import type { Hash, PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import type { Change } from './changes.ts';
import { checkTerms, movesWhole } from './check-custody.ts';
import { type Decided, Draft, nameOf, type Rulebook, verifierOf } from './draft.ts';
import { chainNext, entryHash, largestEntry } from './issuer-channel.ts';
import { keepCertificate, partnerOrNew, provenRolledBack, reservePartner, witnessPartner } from './partners.ts';
import { canSettle, logHolds } from './reserve.ts';
import { settleFrom } from './settle-channel.ts';
import type { ContainerState, Holding, RememberedOrder } from './state.ts';
import { grantOf, recordOf } from './stored.ts';
import { certificatesOf, type EntryPlan, transferEntry } from './transfer-entry.ts';

export interface IssueOrder {
  readonly context: Uint8Array;
  readonly first: number;
  readonly parts: readonly OrderedPart[];
}

export interface IssueResult {
  readonly target: ContextFile;
  readonly order: RememberedOrder;
  readonly repeated: boolean;
  readonly refusal: Refusal | null;
}

const ORDER_DOMAIN = utf8('license-ferry order\0');

/** Decides an order (R2): settles from the target's context, then moves seats from held to in transit. Pure. */
export function decideIssue(
  state: ContainerState,
  book: Rulebook,
  order: IssueOrder,
  entropy: Uint8Array,
): Decided<IssueResult> | Refusal {
  const { identity } = state;
  if (identity.certified === null) return refuse('NOT_ENROLLED', { where: nameOf(state) });
  const opened = openContextFile(verifierOf(state, book.crypto), order.context);
  if (!opened.ok) return opened;
  const file = opened.value;
  const here = nameOf(state);
  if (file.header.issuer !== identity.key) return refuse('NOT_ADDRESSED', { wanted: 'another issuer', here });
  if (book.locked) return refuse('CONTAINER_LOCKED', { here });
  if (identity.certified.issues === 'nothing') return refuse('ROLE_WRONG', { here, why: 'it may not issue' });
  const draft = new Draft(state);
  const full = reservePartner(book.crypto, draft, file.certificate, 0);
  if (full !== undefined) return full;
  const suspicious = witnessPartner(draft, file);
  if (suspicious !== undefined) return refused(evidenceOf(draft), file, suspicious);
  settleFrom(draft, book.crypto, file);
  const proven = provenRolledBack(draft.state);
  if (proven !== undefined) return refused(draft.full === undefined ? draft.changes : evidenceOf(draft), file, proven);
  const digest = orderDigest(book, file, order);
  const known = repeatedOrder(draft, file, order.first, digest);
  if (known !== null) return 'ok' in known ? known : decided(draft, file, known, true);
  if (file.header.locked) return refuse('TARGET_LOCKED', { target: file.certificate.serial });
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
function refused(changes: readonly Change[], target: ContextFile, refusal: Refusal): Decided<IssueResult> {
  const order = { first: 1, last: 1, digest: '' as Hash, refused: [] };
  return { ok: true, changes, result: { target, order, repeated: false, refusal } };
}

/** Evidence and the mark of a container that was set back: neither needs memory that may be full. */
function evidenceOf(draft: Draft): readonly Change[] {
  return draft.changes.filter(({ change }) => change === 'evidenceKept' || change === 'rolledBackFound');
}

function orderDigest(book: Rulebook, file: ContextFile, order: IssueOrder): Hash {
  const numbers = new Uint32Array([
    order.first,
    ...order.parts.flatMap(({ holding, quantity }) => [holding, quantity]),
  ]);
  const bytes = new Uint8Array(numbers.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [at, number] of numbers.entries()) view.setUint32(at * 4, number);
  return toHex(book.crypto.sha256(ORDER_DOMAIN, fromHex(file.certificate.key), bytes)) as Hash;
}

/** What an order at an already used sequence means; null when it is a new one. */
function repeatedOrder(draft: Draft, file: ContextFile, first: number, digest: Hash): RememberedOrder | Refusal | null {
  const outbound = draft.state.partners.get(file.certificate.key)?.outbound;
  const next = (outbound?.issued ?? 0) + 1;
  if (first === next) return null;
  if (first > next) return refuse('SEQUENCE_AHEAD', { sequence: first, next });
  const covering = outbound?.orders.find((order) => order.first <= first && first <= order.last);
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
  keepCertificate(draft, file.certificate);
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
    draft.push({ change: 'pendingPut', ...plan, version: ENTRY_VERSION, hash, chain, cancelled: false });
    sequence += 1;
  }
  const { settled } = partner.outbound;
  if (!canSettle(draft.state, file.certificate.key, settled + 1, sequence - 1))
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

interface Group {
  readonly firmCode: number;
  readonly parts: EntryPlan['parts'][number][];
  readonly items: Set<string>;
  /** Earlier transfer records that the entry carries, and keys whose certificates travel with it. */
  readonly records: Set<Hash>;
  readonly keys: Set<PublicKey>;
  bytes: number;
}

/** Most records and most certificates of one entry: bounds of its schema, and of a file that carries only it. */
const ENTRY_RECORDS = 255;

function groupParts(state: ContainerState, file: ContextFile, parts: readonly OrderedPart[]): Group[] | Refusal {
  const most = largestEntry(file.header.largestRecord);
  const groups: Group[] = [];
  const open = new Map<number, Group>();
  for (const part of parts) {
    const holding = state.holdings.get(part.holding);
    if (holding === undefined) return refuse('NOT_HELD', { here: nameOf(state), item: `holding ${part.holding}` });
    const grant = grantOf(state, holding.itemId);
    const wrong = checkPart(state, file, holding, grant, part.quantity);
    if (wrong !== undefined) return wrong;
    const bytes = partBytes(state, holding);
    const keys = certificatesOf(state, holding);
    if (bytes + 512 > most) {
      const target = file.certificate.serial;
      return refuse('TOO_LARGE_FOR_TARGET', { item: itemName(grant), size: bytes, target, limit: most });
    }
    let group = open.get(grant.firmCode);
    if (
      group === undefined ||
      group.parts.length >= FORMAT.entryItems ||
      group.bytes + bytes > most ||
      group.items.has(holding.itemId) ||
      sizeTogether(group.records, holding.custody) > ENTRY_RECORDS ||
      sizeTogether(group.keys, keys) > FORMAT.fileCertificates
    ) {
      const firmCode = grant.firmCode;
      group = { firmCode, parts: [], items: new Set(), records: new Set(), keys: new Set(), bytes: 512 };
      groups.push(group);
      open.set(grant.firmCode, group);
    }
    const { units, usageStart, userData, customerInfo } = holding;
    group.parts.push({ holding: holding.id, quantity: part.quantity, units, usageStart, userData, customerInfo });
    group.items.add(holding.itemId);
    for (const hash of holding.custody) group.records.add(hash);
    for (const key of keys) group.keys.add(key);
    group.bytes += bytes;
  }
  if (groups.length === 0) return refuse('ORDER_EMPTY', { why: 'the order names no holding' });
  return groups;
}

function sizeTogether<T>(set: ReadonlySet<T>, more: Iterable<T>): number {
  let size = set.size;
  for (const value of new Set(more)) if (!set.has(value)) size += 1;
  return size;
}

/** Bytes that a holding adds to an entry at most. */
function partBytes(state: ContainerState, holding: Holding): number {
  const grant = state.grants.get(holding.itemId)?.raw.length ?? 0;
  const records = holding.custody.reduce((sum, hash) => sum + (state.records.get(hash)?.raw.length ?? 0) + 5, 0);
  return grant + records + holding.userData.length + holding.customerInfo.length + 96;
}

function itemName(grant: Grant): string {
  return `${grant.firmCode}:${grant.productCode}`;
}

/** Whether these seats may go to this target: what the target would refuse anyway is refused here first. */
function checkPart(
  state: ContainerState,
  file: ContextFile,
  holding: Holding,
  grant: Grant,
  quantity: number,
): Refusal | undefined {
  const item = itemName(grant);
  const target = file.certificate;
  if (!holding.enabled) return refuse('ITEM_DISABLED', { item });
  if (quantity > holding.quantity)
    return refuse('QUANTITY_NOT_HELD', { wanted: quantity, item, held: holding.quantity });
  if (movesWhole(grant) && quantity !== holding.quantity)
    return refuse('MOVES_WHOLE', {
      item,
      quantity: holding.quantity,
      why: 'its terms or counters do not allow a part',
    });
  const last = holding.custody.at(-1);
  const goesBack = last !== undefined && recordOf(state, last).from === target.key;
  if (!goesBack && state.identity.certified?.issues === 'return')
    return refuse('MAY_NOT_ISSUE', { here: nameOf(state), item, target: target.serial, why: 'it may only return' });
  const hop = { isReturn: goesBack, hops: holding.custody.length, quantity };
  const wrong = checkTerms(grant, hop, { key: target.key, kind: target.kind });
  if (wrong === undefined) return undefined;
  if (wrong.code === 'CUSTODY_FULL') return wrong;
  return refuse('MAY_NOT_ISSUE', { here: nameOf(state), item, target: target.serial, why: whyOf(wrong) });
}

function whyOf(refusal: Refusal): string {
  if (refusal.code === 'DEPTH_EXCEEDED') return `it was moved as often as allowed (${refusal.details.depth})`;
  if (refusal.code === 'TARGET_LIMIT') return `one target may hold at most ${refusal.details.limit}`;
  if (refusal.code === 'NOT_RETURNABLE') return 'it may not be returned';
  return String(refusal.details.why ?? refusal.code);
}
