import type { CustodyRecord } from '../../../container/engine/check-custody.ts';
import type { Inventory } from '../../../container/files/context-file.ts';
import type { Grant } from '../../../container/files/grant.ts';
import type { Hash, ItemId, PublicKey } from '../../../container/model/ids.ts';
import { countSeats, type ToldSeats } from '../../../host/license-central/seat-balance.ts';
import type { Meaning } from './vendor.ts';

/** What a vendor without a database was told of the seats of its licenses. It is never changed, only followed by another. */
export interface Ledger {
  readonly grants: ReadonlyMap<ItemId, Pick<Grant, 'quantity' | 'terms' | 'firstHolder'>>;
  readonly words: ReadonlyMap<PublicKey, Word>;
  readonly transfers: ReadonlyMap<Hash, Transfer>;
  readonly writeOffs: readonly WriteOff[];
}

export const NO_LEDGER: Ledger = { grants: new Map(), words: new Map(), transfers: new Map(), writeOffs: [] };

/** What a container says that it has. */
interface Word {
  readonly generation: number;
  /** Whether all that its custody log holds up to that generation is known. */
  readonly whole: boolean;
  /** Whether a part of its log was lost with what the server has forgotten. */
  readonly lost: boolean;
  /** Seats held and in transit, and when it said so; an older word stands where a newer one had no room for the item. */
  readonly seats: ReadonlyMap<ItemId, { readonly told: number; readonly generation: number }>;
}

interface Transfer extends Pick<CustodyRecord['content'], 'from' | 'to' | 'sequence' | 'items'> {
  readonly toldBy: ReadonlySet<PublicKey>;
}

interface WriteOff {
  readonly from: PublicKey;
  readonly target: PublicKey;
  /** Sequences up to here were settled, as `from` told. */
  readonly after: number;
  readonly through: number;
  readonly meaning: Meaning;
}

/** An inventory, its verified transfer records, and what its teller is known for. */
export interface Telling {
  readonly container: PublicKey;
  readonly content: Inventory;
  readonly records: readonly CustodyRecord[];
  readonly generation: number;
  /** Position in its custody log up to which it was known before. */
  readonly knownThrough: number;
  readonly contradicted: boolean;
  readonly mayHaveGaps: boolean;
}

/** The ledger after a container has told; one that was just contradicted is believed its transfers alone. */
export function tell(ledger: Ledger, telling: Telling): Ledger {
  const { container, content, records, generation, contradicted } = telling;
  const transfers = new Map(ledger.transfers);
  for (const { hash, content: transfer } of records) {
    const toldBy = new Set(transfers.get(hash)?.toldBy).add(container);
    transfers.set(hash, { ...transfer, toldBy });
  }
  const before = ledger.words.get(container) ?? { generation: 0, whole: true, lost: false, seats: new Map() };
  const hasGap = content.logFirst > telling.knownThrough + 1;
  const lost = before.lost || (hasGap && telling.mayHaveGaps && !contradicted);
  if (contradicted || generation < before.generation)
    return { ...ledger, transfers, words: new Map(ledger.words).set(container, { ...before, lost }) };
  const seats = content.complete ? new Map() : new Map(before.seats);
  for (const [itemId, told] of held(content)) seats.set(itemId, { told, generation });
  const word = { generation, whole: !lost && !hasGap, lost, seats };
  return { ...ledger, transfers, words: new Map(ledger.words).set(container, word) };
}

/** The last sequence that a container told to be settled with another. */
export function settledThrough({ transfers }: Ledger, from: PublicKey, target: PublicKey): number {
  const settled = [...transfers.values()].filter((it) => it.from === from && it.to === target && it.toldBy.has(from));
  return Math.max(0, ...settled.map(({ sequence }) => sequence));
}

/** What else a vendor knows that bears on its ledger. */
export interface Known {
  readonly settled: ReadonlySet<Meaning>;
  /** Whether an entry is known to be applied, may be, or is in transit. */
  readonly fate: (meaning: Meaning) => 'applied' | 'unsure' | 'open';
  readonly teller: (container: PublicKey) => Pick<ToldSeats, 'issues' | 'contradicted'>;
}

/** Whether of any of some items more seats exist for certain than were granted and accepted to be there twice. */
export function hasSurplus(ledger: Ledger, items: ReadonlySet<ItemId>, known: Known): boolean {
  return [...items].some((itemId) => missing(ledger, itemId, known) < 0);
}

/** Seats of an item that are unaccounted for; below 0 when there are more than were granted and accepted. */
function missing(ledger: Ledger, itemId: ItemId, known: Known): number {
  const grant = ledger.grants.get(itemId);
  if (grant === undefined || !isActive(itemId, known.settled)) return 0;
  const containers = new Map<PublicKey, Counted>();
  const at = (container: PublicKey) => {
    const counted = containers.get(container) ?? {
      ...wordOf(ledger, container, itemId),
      left: 0,
      arrived: 0,
      logged: 0,
    };
    containers.set(container, counted);
    return counted;
  };
  for (const [container, { seats }] of ledger.words) if (seats.has(itemId)) at(container);
  let accepted = 0;
  for (const transfer of ledger.transfers.values()) {
    const quantity = transfer.items.find((moved) => moved.itemId === itemId)?.quantity;
    if (quantity === undefined) continue;
    const fates = ledger.writeOffs.filter((it) => isAbout(it, transfer)).map(({ meaning }) => known.fate(meaning));
    if (fates.some((fate) => fate !== 'open')) accepted += quantity;
    if (!transfer.toldBy.has(transfer.from) && !fates.includes('applied')) at(transfer.from).left += quantity;
    if (!transfer.toldBy.has(transfer.to)) at(transfer.to).arrived += quantity;
    if (transfer.toldBy.has(transfer.from)) at(transfer.from).logged -= quantity;
    if (transfer.toldBy.has(transfer.to)) at(transfer.to).logged += quantity;
  }
  const told = [...containers].map(([container, counted]) => ({
    ...counted,
    ...known.teller(container),
    container,
    accepted: false,
    taken: 0,
    takenForGood: false,
  }));
  const unaccounted = grant.quantity - countSeats(told, { ...grant, over: false });
  return unaccounted < 0 ? Math.min(0, unaccounted + accepted) : unaccounted;
}

/** Whether the first holder is known to have got an item, and nobody to have lost it to its vendor. */
function isActive(itemId: ItemId, settled: ReadonlySet<Meaning>): boolean {
  let active = false;
  for (const meaning of settled) {
    if ((meaning.kind === 'withdraw' || meaning.kind === 'replace') && meaning.itemId === itemId) return false;
    active ||= isGrantOf(itemId, meaning);
  }
  return active;
}

/** Whether an entry brings an item to its first holder. */
function isGrantOf(itemId: ItemId, meaning: Meaning): boolean {
  if (meaning.kind === 'replace') return meaning.by.itemId === itemId;
  return meaning.kind === 'add' && meaning.items.some((item) => item.itemId === itemId);
}

/** Items that an inventory tells of, by holding or transfer. */
export function itemsIn({ content, records }: Pick<Telling, 'content' | 'records'>): ReadonlySet<ItemId> {
  const moved = records.flatMap((record) => record.content.items);
  return new Set([...content.holdings, ...moved].map(({ itemId }) => itemId));
}

function wordOf({ words }: Ledger, container: PublicKey, itemId: ItemId): Pick<ToldSeats, 'told' | 'whole'> {
  const word = words.get(container);
  const place = word?.seats.get(itemId);
  const isNewest = place === undefined || place.generation >= (word?.generation ?? 0);
  return { told: place?.told ?? 0, whole: (word?.whole ?? true) && isNewest };
}

type Counted = Pick<ToldSeats, 'told' | 'whole'> & { left: number; arrived: number; logged: number };

function isAbout({ from, target, after, through }: WriteOff, transfer: Transfer): boolean {
  const isBetween = transfer.from === from && transfer.to === target;
  return isBetween && transfer.sequence > after && transfer.sequence <= through;
}

function held({ holdings }: Inventory): ReadonlyMap<ItemId, number> {
  const seats = new Map<ItemId, number>();
  for (const { itemId, quantity, pending } of holdings)
    seats.set(itemId, (seats.get(itemId) ?? 0) + quantity + pending);
  return seats;
}
