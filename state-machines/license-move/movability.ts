import type { ListedHolding, Listing } from '../../container/commands/list.ts';
import { type Refusal, refuse } from '../../container/errors.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { IssuerListing } from './move-ports.ts';

/** Whom licenses are to go to. */
export interface Destination {
  readonly key: PublicKey;
  /** Where it is known; otherwise only the issuer finds out, when it is asked, that the terms exclude this kind. */
  readonly kind?: Listing['kind'] | undefined;
  /** What people call it, where it is known. */
  readonly serial?: string | null | undefined;
}

/**
 * Whether a holding can be expected to move to the target: enabled, seats free, and its terms allow a hop or a return.
 * A listing does not say from whom a holding came, so a return is expected towards any target that has sent something.
 */
export function isMovable(issuer: IssuerListing, target: Destination, holding: ListedHolding): boolean {
  return holding.quantity > 0 && obstacleOf(issuer, target, holding) === undefined;
}

/**
 * What to answer when fewer seats of an item may move than are wanted: too few are free, or they may not move and why.
 *
 * @param held all holdings of the item
 * @returns QUANTITY_NOT_HELD, ITEM_DISABLED or MAY_NOT_ISSUE
 */
export function tooFewMovable(
  issuer: IssuerListing,
  target: Destination,
  item: string,
  wanted: number,
  held: readonly ListedHolding[],
): Refusal {
  const blocked = held.filter((holding) => holding.quantity > 0 && !isMovable(issuer, target, holding));
  const [free, staying] = [seatsOf(held), seatsOf(blocked)];
  const moving = free - staying;
  if (free === 0 || (moving > 0 && free < wanted)) return refuse('QUANTITY_NOT_HELD', { wanted, item, held: moving });
  if (blocked.every(({ enabled }) => !enabled)) return refuse('ITEM_DISABLED', { item });
  const reasons = [...new Set(blocked.map((holding) => obstacleOf(issuer, target, holding)))].join('; or ');
  const why = moving === 0 ? reasons : `only ${moving} of ${free} may; of the others, ${reasons}`;
  return refuse('MAY_NOT_ISSUE', { here: issuer.serial ?? issuer.key, item, target: nameOf(issuer, target), why });
}

/** So many reasons are told: an order for everything may meet thousands. */
const MOST_REASONS = 6;

/** Why an order for everything finds nothing: the reason of each item that is here. */
export function whyNothing(issuer: IssuerListing, target: Destination): string {
  const name = nameOf(issuer, target);
  if (issuer.holdings.length === 0) return `no license is held here, and none is in transit to ${name}`;
  const reasons = new Set(
    issuer.holdings.map((holding) => {
      const why = holding.quantity === 0 ? 'all of it is in transit' : obstacleOf(issuer, target, holding);
      return `${holding.firmCode}:${holding.productCode}: ${why}`;
    }),
  );
  const told = [...reasons].slice(0, MOST_REASONS);
  if (reasons.size > told.length) told.push(`${reasons.size - told.length} more`);
  return `none of what is here may go to ${name} (${told.join('; ')})`;
}

export function seatsOf(holdings: readonly ListedHolding[]): number {
  return holdings.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** What people call the target, where it or the issuer tells; otherwise the beginning of its key. */
function nameOf(issuer: IssuerListing, { key, serial }: Destination): string {
  return serial ?? issuer.channels.find(({ partner }) => partner === key)?.name ?? key.slice(0, 8);
}

/** Why the terms or the container keep a holding here; undefined when they do not. */
export function obstacleOf(issuer: IssuerListing, target: Destination, holding: ListedHolding): string | undefined {
  if (!holding.enabled) return 'it is disabled by its vendor';
  if (issuer.issues === 'nothing') return 'the container may not issue';
  const why = whyNotOn(issuer, target, holding);
  if (why === undefined) return undefined;
  if (!mayReturn(issuer, target, holding)) return why;
  return holding.returnable ? undefined : `${why}, and it may not be given back`;
}

/** Whether the holding may have come from the target: then the terms of a return may be those that count. */
export function mayReturn(issuer: IssuerListing, target: Destination, { hops }: ListedHolding): boolean {
  return hops > 0 && issuer.channels.some(({ partner, applied }) => partner === target.key && applied > 0);
}

function whyNotOn(
  { issues }: IssuerListing,
  { kind }: Destination,
  { transfer, hops, depth, targetKinds }: ListedHolding,
): string | undefined {
  if (issues === 'return') return 'the container may only give licenses back';
  if (transfer === 'none') return 'it may not be moved at all';
  if (hops >= depth) return `it has made ${hops} of ${depth} hops`;
  if (kind === undefined || targetKinds.length === 0 || targetKinds.includes(kind)) return undefined;
  return `it may not move to a container of kind ${kind}`;
}
