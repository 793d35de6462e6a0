import { type EntryContent, encodeEntry } from '../../../container/files/entries.ts';
import { utf8 } from '../../../container/model/bytes.ts';
import type { Channel } from './firm-channel.ts';
import type { FirmWish } from './firm-wishes.ts';
import { toyCrypto } from './toy-crypto.ts';
import { itemId, type ToyFirm, type ToyItem, toyGrant } from './toy-firm.ts';

/** Items of different histories are different ones, as their random numbers are. */
const ITEMS_PER_BRANCH = 0x100;

/** The item that a wish means in that history of its firm. */
export function itemIn(branch: number, item: ToyItem): ToyItem {
  return { ...item, number: item.number + branch * ITEMS_PER_BRANCH };
}

/** The next entry of a channel. @param wishes all that may be wanted of that container */
export function entryFor(
  firm: ToyFirm,
  branch: number,
  channel: Channel,
  wishes: readonly FirmWish[],
  wish: FirmWish,
): Uint8Array {
  const salt = toyCrypto.sha256(utf8(`${firm.name} salt ${channel.target.serial} ${branch} ${channel.issued + 1}`));
  return encodeEntry(contentOf(firm, branch, channel, wishes, wish), salt.slice(0, 16));
}

function contentOf(
  firm: ToyFirm,
  branch: number,
  channel: Channel,
  wishes: readonly FirmWish[],
  wish: FirmWish,
): EntryContent {
  const grant = (item: ToyItem): Uint8Array => toyGrant(firm, itemIn(branch, item), channel.target.key);
  switch (wish.kind) {
    case 'add':
      return { kind: 'add', grants: [grant(wish.item)] };
    case 'writeOff':
      return { kind: 'writeOff', target: wish.target, through: wish.through };
    case 'unblock':
      return { kind: 'unblock', tries: 8 };
  }
  const known = itemIn(branchOf(channel, wishes, wish.item) ?? branch, wish.item);
  const expected = { itemId: itemId(known), quantity: known.seats };
  if (wish.kind === 'replace') return { kind: 'replace', expected, grant: grant(wish.by) };
  return { kind: wish.kind, ...expected };
}

/** In which history an item was granted, as far as the firm remembers. */
function branchOf(channel: Channel, wishes: readonly FirmWish[], item: ToyItem): number | undefined {
  return channel.entries.find(({ wish }) => {
    const wanted = wish === null ? undefined : wishes[wish];
    return wanted?.kind === 'add' && wanted.item.number === item.number;
  })?.branch;
}

/** An entry in words. */
export function describeWish(wish: FirmWish): string {
  if (wish.kind === 'writeOff') return `write-off of ${wish.of} through ${wish.through}`;
  return wish.kind === 'unblock' ? wish.kind : `${wish.kind} ${wish.item.number}`;
}

/** Seats by item that an entry grants; with a minus those that it takes away. */
export function seatsOf(wish: FirmWish): readonly (readonly [string, number])[] {
  if (wish.kind === 'add') return [[itemId(wish.item), wish.item.seats]];
  if (wish.kind === 'withdraw') return [[itemId(wish.item), -wish.item.seats]];
  if (wish.kind === 'replace')
    return [
      [itemId(wish.item), -wish.item.seats],
      [itemId(wish.by), wish.by.seats],
    ];
  return [];
}
