import type { OrderedPart } from '../commands/issue.ts';
import { type Refusal, refuse } from '../errors.ts';
import type { ContextFile } from '../files/context-file.ts';
import type { Grant } from '../files/grant.ts';
import type { Hash, PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import { checkTerms, movesWhole } from './check-custody.ts';
import { nameOf } from './draft.ts';
import { fileRoom, fileWeight, largestEntry } from './issuer-channel.ts';
import { isListed } from './revoked-keys.ts';
import type { ContainerState, Holding } from './state.ts';
import { grantOf, recordOf, storedGrant, storedRecord } from './stored.ts';
import { certificatesOf, type EntryPlan } from './transfer-entry.ts';

/** Parts of one firm that become one entry. */
interface Group {
  readonly firmCode: number;
  readonly parts: EntryPlan['parts'][number][];
  readonly items: Set<string>;
  /** Earlier transfer records that the entry carries, and keys whose certificates travel with it. */
  readonly records: Set<Hash>;
  readonly keys: Set<PublicKey>;
  bytes: number;
}

/** Most records of one entry: the bound of its schema. */
const ENTRY_RECORDS = 255;

/** Bytes of an entry beside what its parts add. */
const ENTRY_FRAME = 512;

/**
 * Checks every part of an order and groups them into entries of one firm, each within the bounds of an entry and, with the
 * certificates that it needs, of a file that the target takes.
 */
export function groupParts(state: ContainerState, file: ContextFile, parts: readonly OrderedPart[]): Group[] | Refusal {
  const most = largestEntry(file.header.largestRecord);
  const room = fileRoom(file.header.largestRecord);
  const fits = (bytes: number, keys: number): boolean => bytes <= most && fileWeight(bytes, keys) <= room;
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
    const size = ENTRY_FRAME + bytes;
    if (!fits(size, keys.length)) {
      const limit = Math.min(most, room - fileWeight(0, keys.length));
      return refuse('TOO_LARGE_FOR_TARGET', { item: itemName(grant), size, target: file.certificate.serial, limit });
    }
    let group = open.get(grant.firmCode);
    if (
      group === undefined ||
      group.parts.length >= FORMAT.entryItems ||
      !fits(group.bytes + bytes, sizeTogether(group.keys, keys)) ||
      group.items.has(holding.itemId) ||
      sizeTogether(group.records, holding.custody) > ENTRY_RECORDS
    ) {
      const firmCode = grant.firmCode;
      group = { firmCode, parts: [], items: new Set(), records: new Set(), keys: new Set(), bytes: ENTRY_FRAME };
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
  const grant = storedGrant(state, holding.itemId).raw.length;
  const records = holding.custody.reduce((sum, hash) => sum + storedRecord(state, hash).raw.length + 5, 0);
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
  // Nobody who has the list would take it back from there.
  if (isListed(state, grant.firmCode, target.key))
    return refuse('TARGET_REVOKED', { target: target.serial, firm: grant.firmCode });
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
