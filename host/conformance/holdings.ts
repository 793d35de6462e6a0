import type { Listing } from '../../container/commands/list.ts';
import type { ItemId } from '../../container/model/ids.ts';
import { present, same } from './check.ts';

/** The one holding of an item. @throws CaseFailure */
export function holdingOf({ holdings }: Listing, itemId: ItemId): Listing['holdings'][number] {
  const found = holdings.filter((holding) => holding.itemId === itemId);
  same(`holdings of item ${itemId}`, found.length, 1);
  return present(found[0], `the holding of item ${itemId}`);
}

/** Nothing is held of an item. @throws CaseFailure */
export function notHeld({ holdings }: Listing, itemId: ItemId): void {
  const found = holdings.filter((holding) => holding.itemId === itemId);
  same(`holdings of item ${itemId}`, found.length, 0);
}
