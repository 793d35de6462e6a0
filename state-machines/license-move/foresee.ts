import type { OrderedPart } from '../../container/commands/issue.ts';
import type { ListedHolding, Listing } from '../../container/commands/list.ts';
import { FORMAT } from '../../container/model/limits.ts';
import type { Failure } from '../failure.ts';
import { mayReturn } from './movability.ts';
import type { IssuerListing } from './move-ports.ts';

/** What can be known of the target before it is asked for a context. */
export type TargetListing = Pick<Listing, 'serial' | 'key' | 'kind' | 'locked' | 'holdings' | 'channels'>;

/** A part of a plan, and what is known of the holding that it takes from. */
export interface KnownPart extends OrderedPart {
  readonly from: ListedHolding;
}

/** The parts of a plan with their holdings. */
export function knownParts(issuer: IssuerListing, parts: readonly OrderedPart[]): readonly KnownPart[] {
  const held = new Map(issuer.holdings.map((holding) => [holding.id, holding]));
  return parts.flatMap((part) => {
    const from = held.get(part.holding);
    return from === undefined ? [] : [{ ...part, from }];
  });
}

/** Why an issuer would refuse a whole order because of this part; undefined when no reason can be known. */
export function foreseenAtIssuer(issuer: IssuerListing, target: TargetListing, part: KnownPart): Failure | undefined {
  const { from, quantity } = part;
  if (mayReturn(issuer, target, from)) return undefined;
  const item = itemOf(from);
  const [here, there] = [issuer.serial ?? issuer.key, target.serial ?? target.key];
  if (from.hops + 1 > FORMAT.custodyRecords)
    return { code: 'CUSTODY_FULL', details: { limit: FORMAT.custodyRecords, item } };
  if (from.mostPerTarget === null || quantity <= from.mostPerTarget) return undefined;
  const why = `one target may hold at most ${from.mostPerTarget}`;
  return { code: 'MAY_NOT_ISSUE', details: { here, item, target: there, why } };
}

/** Whether the issuer's owner is missing, so that only an armed work order can allow what is asked of it. */
export function isWithoutOwner({ pinTries = null }: IssuerListing, isPinAtHand: boolean): boolean {
  return pinTries === 0 || (pinTries !== null && !isPinAtHand);
}

/** Why an issuer without its owner would refuse; undefined where an armed work order, which no listing shows, may allow it. */
export function foreseenWithoutOwner(issuer: IssuerListing, what: 'issue' | 'transit'): Failure | undefined {
  const { pinTries, armedOrders = 0 } = issuer;
  const here = issuer.serial ?? issuer.key;
  if (armedOrders > 0) return undefined;
  if (pinTries === 0) return { code: 'PIN_BLOCKED', details: { here } };
  return { code: 'OWNER_NEEDED', details: { here, what, orders: 'no armed work order covers it' } };
}

/**
 * Why the target would refuse the entry with this part; undefined when no reason can be known. What of the same license it
 * holds, has in transit and gets by the parts before counts too.
 */
export function foreseenAtTarget(
  issuer: IssuerListing,
  target: TargetListing,
  part: KnownPart,
  before: readonly KnownPart[],
): Failure | undefined {
  const { itemId, mostPerTarget } = part.from;
  if (mostPerTarget === null || mayReturn(issuer, target, part.from)) return undefined;
  const same = target.holdings.filter((holding) => holding.itemId === itemId);
  const there = same.reduce((sum, { quantity, pending }) => sum + quantity + pending, 0);
  const earlier = before.filter(({ from }) => from.itemId === itemId).reduce((sum, { quantity }) => sum + quantity, 0);
  if (there + earlier + part.quantity <= mostPerTarget) return undefined;
  return { code: 'TARGET_LIMIT', details: { limit: mostPerTarget, item: itemOf(part.from) } };
}

/** The parts as they go into entries: of one firm each, no license twice, so many at most; an entry is refused as a whole. */
export function entriesOf(parts: readonly KnownPart[]): readonly (readonly KnownPart[])[] {
  const entries: KnownPart[][] = [];
  for (const part of parts) {
    const open = entries.findLast(([first]) => first?.from.firmCode === part.from.firmCode);
    const takes =
      open !== undefined &&
      open.length < FORMAT.entryItems &&
      open.every(({ from }) => from.itemId !== part.from.itemId);
    if (takes) open.push(part);
    else entries.push([part]);
  }
  return entries;
}

function itemOf({ firmCode, productCode }: ListedHolding): string {
  return `${firmCode}:${productCode}`;
}
