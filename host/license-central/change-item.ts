import type { EntryContent } from '../../container/files/entries.ts';
import type { ItemId } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import {
  type Foundation,
  type IssuedRange,
  issueEntries,
  openChannel,
  requireTrust,
  requireUnlocked,
} from './channels.ts';
import type { FirmKeys } from './firm-keys.ts';
import { type GrantSpec, makeGrant, storeGrant } from './grant-items.ts';
import { type CertainItem, certainPlace } from './item-places.ts';
import { requireUnrevoked } from './revocations.ts';
import type { FirmRow, Writes } from './tables.ts';

/** What a change of an item came to: the entry, and the container that it is for. */
export interface ChangeOrder extends IssuedRange {
  readonly target: SerialNumber;
}

/** How a firm changes an item that is in a container. */
export type ItemChange = 'withdraw' | 'enable' | 'disable';

/** Withdraws, enables or disables an item where it certainly is. @throws PLACE_UNKNOWN and what issuing throws */
export async function changeItem(
  tx: Writes,
  base: Foundation,
  firm: FirmRow,
  itemId: ItemId,
  kind: ItemChange,
): Promise<ChangeOrder> {
  const place = await certainPlace(tx, firm.firmCode, itemId);
  return issueChange(tx, base, firm, place, { kind, itemId, quantity: place.grant.quantity });
}

/** Replaces an item where it certainly is by a new grant to the same container. @throws PLACE_UNKNOWN, USAGE_WRONG, TARGET_REVOKED */
export async function replaceItem(
  tx: Writes,
  base: Foundation,
  firm: FirmRow,
  keys: FirmKeys,
  itemId: ItemId,
  spec: GrantSpec,
): Promise<ChangeOrder & { readonly itemId: ItemId }> {
  const place = await certainPlace(tx, firm.firmCode, itemId);
  await requireUnrevoked(tx, firm.firmCode, place.container);
  const granted = makeGrant(base, firm, keys, place.container.key, spec);
  const expected = { itemId, quantity: place.grant.quantity };
  const order = await issueChange(tx, base, firm, place, { kind: 'replace', expected, grant: granted.raw });
  await storeGrant(tx, granted, order.first);
  return { ...order, itemId: granted.content.itemId };
}

async function issueChange(
  tx: Writes,
  base: Foundation,
  firm: FirmRow,
  { grant, container }: CertainItem,
  content: EntryContent,
): Promise<ChangeOrder> {
  const channel = await openChannel(tx, base, firm, container.key);
  requireTrust(firm, channel, container);
  requireUnlocked(container);
  const range = await issueEntries(tx, base, channel, [{ content, itemId: grant.itemId }], container);
  return { ...range, target: container.serial };
}
