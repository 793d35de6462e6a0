import type { ListedHolding } from '../../container/commands/list.ts';
import { type Refusal, refuse } from '../../container/errors.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { IssuerListing } from './move-ports.ts';

/**
 * Whether a holding can be expected to move to the target: enabled, seats free, and its terms allow a hop or a return.
 * A listing does not say from whom a holding came, so a return is expected towards any target that has sent something.
 */
export function isMovable(issuer: IssuerListing, target: PublicKey, holding: ListedHolding): boolean {
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
  target: PublicKey,
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
export function whyNothing(issuer: IssuerListing, target: PublicKey): string {
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

/** What people call the target, where the issuer knows it; otherwise the beginning of its key. */
function nameOf(issuer: IssuerListing, target: PublicKey): string {
  return issuer.channels.find(({ partner }) => partner === target)?.name ?? target.slice(0, 8);
}

/** Why the terms or the container keep a holding here; undefined when they do not. */
function obstacleOf(issuer: IssuerListing, target: PublicKey, holding: ListedHolding): string | undefined {
  const { enabled, transfer, hops, depth, returnable } = holding;
  if (!enabled) return 'it is disabled by its vendor';
  if (issuer.issues === 'nothing') return 'the container may not issue';
  if (issuer.issues === 'move' && transfer !== 'none' && hops < depth) return undefined;
  const mayHaveComeFromThere =
    hops > 0 && issuer.channels.some(({ partner, applied }) => partner === target && applied > 0);
  if (!mayHaveComeFromThere) return whyNotOn(issuer, holding);
  return returnable ? undefined : `${whyNotOn(issuer, holding)}, and it may not be given back`;
}

function whyNotOn({ issues }: IssuerListing, { transfer, hops, depth }: ListedHolding): string {
  if (issues === 'return') return 'the container may only give licenses back';
  if (transfer === 'none') return 'it may not be moved at all';
  return `it has made ${hops} of ${depth} hops`;
}
