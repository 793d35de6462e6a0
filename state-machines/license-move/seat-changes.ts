import type { Listing } from '../../container/commands/list.ts';
import type { KnownPart, TargetListing } from './foresee.ts';
import type { IssuerListing } from './move-ports.ts';

/** Seats of a product, held and free. */
interface NowAndAfter {
  readonly now: number;
  readonly after: number;
}

/** What a move would change of one product. */
export interface SeatChange {
  readonly firmCode: number;
  readonly productCode: number;
  readonly text: string;
  readonly giver: NowAndAfter;
  readonly getter: NowAndAfter;
  /** Seats that are in transit from the one to the other now; none are afterwards. */
  readonly inTransit: number;
}

interface Counted {
  readonly firmCode: number;
  readonly productCode: number;
  text: string;
  gives: number;
  gets: number;
  inTransit: number;
}

/**
 * The seats of every product that changes when these parts move, and all that is in transit to the target is delivered or,
 * where it was cancelled, comes back. Ascending by firm and product.
 */
export function seatChanges(
  issuer: IssuerListing,
  target: TargetListing,
  moving: readonly KnownPart[],
  inTransit: Listing['transit'],
): readonly SeatChange[] {
  const counted = new Map<string, Counted>();
  const applied = target.channels.find(({ partner }) => partner === issuer.key)?.applied ?? 0;
  const count = (of: Pick<Counted, 'firmCode' | 'productCode' | 'text'>): Counted => {
    const { firmCode, productCode, text } = of;
    const key = `${firmCode}:${productCode}`;
    const found = counted.get(key) ?? { firmCode, productCode, text, gives: 0, gets: 0, inTransit: 0 };
    counted.set(key, found);
    return found;
  };
  for (const { from, quantity } of moving) {
    const one = count(from);
    one.gives += quantity;
    one.gets += quantity;
  }
  const held = new Map(issuer.holdings.map((holding) => [holding.id, holding]));
  for (const { sequence, cancelled, holdings, quantities } of inTransit)
    for (const [at, id] of holdings.entries()) {
      const from = held.get(id);
      if (from === undefined) continue;
      const [one, quantity] = [count(from), quantities[at] ?? 0];
      one.inTransit += quantity;
      if (sequence <= applied) continue;
      if (cancelled) one.gives -= quantity;
      else one.gets += quantity;
    }
  return [...counted.values()].map((one) => asChange(one, issuer, target)).sort(byProduct);
}

function asChange({ gives, gets, ...product }: Counted, issuer: IssuerListing, target: TargetListing): SeatChange {
  const [there, here] = [seatsOf(issuer.holdings, product), seatsOf(target.holdings, product)];
  return { ...product, giver: { now: there, after: there - gives }, getter: { now: here, after: here + gets } };
}

type Product = Pick<SeatChange, 'firmCode' | 'productCode'>;

function seatsOf(holdings: Listing['holdings'], { firmCode, productCode }: Product): number {
  const same = holdings.filter((holding) => holding.firmCode === firmCode && holding.productCode === productCode);
  return same.reduce((sum, { quantity }) => sum + quantity, 0);
}

function byProduct(one: Product, other: Product): number {
  return one.firmCode - other.firmCode || one.productCode - other.productCode;
}
