import type { CustodyRecord } from '../../../container/engine/check-custody.ts';
import type { Inventory } from '../../../container/files/context-file.ts';
import type { Grant } from '../../../container/files/grant.ts';
import type { Hash, ItemId, PublicKey } from '../../../container/model/ids.ts';
import { countSeats, type ToldSeats } from '../../../host/license-central/seat-balance.ts';
import type { Counted, Meaning } from './vendor.ts';

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
  readonly seats: ReadonlyMap<ItemId, Told>;
  /** The last entry of the vendor that it had settled then. */
  readonly settled: number;
}

interface Told {
  readonly told: number;
  /** Those of them that are in transit. */
  readonly pending: number;
  readonly generation: number;
}

interface Transfer extends Pick<CustodyRecord['content'], 'from' | 'to' | 'sequence' | 'items'> {
  readonly toldBy: ReadonlySet<PublicKey>;
  /** The last entry that the vendor had issued to its sender when it heard of it. */
  readonly issuedBefore: number;
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
  /** The last entry of the vendor that it had settled then. */
  readonly settled: number;
  /** How much the vendor has issued to whom. */
  readonly issued: (container: PublicKey) => number;
  /** Position in its custody log up to which it was known before. */
  readonly knownThrough: number;
  readonly contradicted: boolean;
  readonly mayHaveGaps: boolean;
}

/** The ledger after a container has told; one that was just contradicted is believed its transfers alone. */
export function tell(ledger: Ledger, telling: Telling): Ledger {
  const { container, content, records, generation, settled, contradicted } = telling;
  const transfers = new Map(ledger.transfers);
  for (const { hash, content: transfer } of records) {
    const known = transfers.get(hash);
    const issuedBefore = known?.issuedBefore ?? telling.issued(transfer.from);
    transfers.set(hash, { ...transfer, toldBy: new Set(known?.toldBy).add(container), issuedBefore });
  }
  const before = ledger.words.get(container) ?? {
    generation: 0,
    whole: true,
    lost: false,
    seats: new Map(),
    settled: 0,
  };
  const hasGap = content.logFirst > telling.knownThrough + 1;
  const lost = before.lost || (hasGap && telling.mayHaveGaps && !contradicted);
  if (contradicted || generation < before.generation)
    return { ...ledger, transfers, words: new Map(ledger.words).set(container, { ...before, lost }) };
  const seats = content.complete ? new Map() : new Map(before.seats);
  for (const [itemId, told] of held(content)) seats.set(itemId, { ...told, generation });
  const word = { generation, whole: !lost && !hasGap, lost, seats, settled };
  return { ...ledger, transfers, words: new Map(ledger.words).set(container, word) };
}

/** The ledger after a container applied what its vendor has forgotten: that does not say what it did before and what after. */
export function forgetOrder(ledger: Ledger, container: PublicKey, issued: number): Ledger {
  const transfers = [...ledger.transfers].map(([hash, transfer]): [Hash, Transfer] => [
    hash,
    transfer.from === container ? { ...transfer, issuedBefore: Math.max(issued, transfer.issuedBefore) } : transfer,
  ]);
  return { ...ledger, transfers: new Map(transfers) };
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
  return [...items].some((itemId) => (countOf(ledger, itemId, known)?.surplus ?? 0) > 0);
}

/** What the ledger says of every license that stands. */
export function countsOf(ledger: Ledger, known: Known): ReadonlyMap<ItemId, Counted> {
  return new Map(
    [...ledger.grants.keys()].flatMap((itemId): [ItemId, Counted][] => {
      const counted = countOf(ledger, itemId, known);
      return counted === null ? [] : [[itemId, counted]];
    }),
  );
}

/** Null for a license that does not stand. */
function countOf(ledger: Ledger, itemId: ItemId, known: Known): Counted | null {
  const grant = ledger.grants.get(itemId);
  if (grant === undefined || !isActive(itemId, known.settled)) return null;
  const containers = new Map<PublicKey, Counting>();
  const at = (container: PublicKey) => {
    const counted = containers.get(container) ?? {
      ...wordOf(ledger, container, itemId),
      left: 0,
      leftBefore: 0,
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
    if (!transfer.toldBy.has(transfer.from) && !fates.includes('applied')) {
      const sender = at(transfer.from);
      sender.left += quantity;
      if (transfer.issuedBefore < sender.settled) sender.leftBefore += quantity;
    }
    if (!transfer.toldBy.has(transfer.to)) at(transfer.to).arrived += quantity;
    if (transfer.toldBy.has(transfer.from)) at(transfer.from).logged -= quantity;
    if (transfer.toldBy.has(transfer.to)) at(transfer.to).logged += quantity;
  }
  const told = [...containers].map(([container, counted]) => ({
    ...counted,
    left: counted.left - givenTwice(counted),
    ...known.teller(container),
    container,
    accepted: false,
    taken: 0,
    takenForGood: false,
  }));
  const seats = countSeats(told, { ...grant, over: false });
  return { granted: grant.quantity, seats, surplus: Math.max(0, seats - grant.quantity - accepted) };
}

/** What a container neither has in transit nor in its log, though it had left before its word. */
function givenTwice({ whole, leftBefore, pending }: Counting): number {
  return whole ? Math.max(0, leftBefore - pending) : 0;
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

function wordOf({ words }: Ledger, container: PublicKey, itemId: ItemId): Seen {
  const word = words.get(container);
  const place = word?.seats.get(itemId);
  const isNewest = place === undefined || place.generation >= (word?.generation ?? 0);
  const whole = (word?.whole ?? true) && isNewest;
  return { told: place?.told ?? 0, pending: place?.pending ?? 0, whole, settled: word?.settled ?? 0 };
}

type Seen = Pick<ToldSeats, 'told' | 'whole'> & Pick<Told, 'pending'> & Pick<Word, 'settled'>;
type Counting = Seen & { left: number; leftBefore: number; arrived: number; logged: number };

function isAbout({ from, target, after, through }: WriteOff, transfer: Transfer): boolean {
  const isBetween = transfer.from === from && transfer.to === target;
  return isBetween && transfer.sequence > after && transfer.sequence <= through;
}

function held({ holdings }: Inventory): ReadonlyMap<ItemId, Omit<Told, 'generation'>> {
  const seats = new Map<ItemId, Omit<Told, 'generation'>>();
  for (const { itemId, quantity, pending } of holdings) {
    const before = seats.get(itemId) ?? { told: 0, pending: 0 };
    seats.set(itemId, { told: before.told + quantity + pending, pending: before.pending + pending });
  }
  return seats;
}
