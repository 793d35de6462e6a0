import type { ContainerState } from '../../../container/engine/state.ts';
import type { ItemId, PublicKey } from '../../../container/model/ids.ts';
import type { Member } from './member.ts';
import type { Granted, Meaning } from './vendor.ts';

interface Moved {
  readonly itemId: ItemId;
  readonly seats: number;
}

/**
 * How many seats and units there have to be of every item, kept by what containers were seen to apply: granted, less
 * withdrawn and used up, and more where a vendor wrote off what was not lost.
 */
export class Truth {
  readonly #seats = new Map<ItemId, number>();
  readonly #units = new Map<ItemId, number>();
  readonly #done = new Set<Meaning>();
  /** Parts of entries that were written off, by issuer, target and sequence. */
  readonly #writtenOff = new Map<string, readonly Moved[]>();
  /** Items of which a vendor has accepted duplicates, or may have, with those who gave and got what it wrote off. */
  readonly doubted = new Map<ItemId, ReadonlySet<PublicKey>>();

  /** Somebody applied an entry of a firm; one that was set back may apply it again, and it is one entry all the same. */
  firmDid(meaning: Meaning): void {
    if (this.#done.has(meaning)) return;
    this.#done.add(meaning);
    countIn(this.#seats, meaning);
    if (meaning.kind === 'add') for (const item of meaning.items) this.#count(item);
    if (meaning.kind === 'replace') this.#count(meaning.by);
    if (meaning.kind === 'withdraw' || meaning.kind === 'replace') this.#units.delete(meaning.itemId);
  }

  /** An item was written off, and so many of its seats came back although their target has them. */
  writtenOff(itemId: ItemId, twice: number, parties: readonly PublicKey[]): void {
    this.doubted.set(itemId, new Set([...(this.doubted.get(itemId) ?? []), ...parties]));
    this.#seats.set(itemId, (this.#seats.get(itemId) ?? 0) + twice);
  }

  /** So many seats that a vendor has accepted twice are gone: where they came back, all that were granted are held. */
  duplicateGone(itemId: ItemId, seats: number): void {
    this.#seats.set(itemId, (this.#seats.get(itemId) ?? 0) - seats);
  }

  /** What was written off has come back: if its target applies it all the same, it is there twice. */
  mayComeTwice(issuer: PublicKey, target: PublicKey, sequence: number, parts: readonly Moved[]): void {
    this.#writtenOff.set(`${issuer}:${target}:${sequence}`, parts);
  }

  /** Somebody applied an entry of a container: where it had been written off, that is a duplicate. */
  containerDid(issuer: PublicKey, target: PublicKey, sequence: number): void {
    for (const { itemId, seats } of this.#writtenOff.get(`${issuer}:${target}:${sequence}`) ?? [])
      this.#seats.set(itemId, (this.#seats.get(itemId) ?? 0) + seats);
  }

  used(itemId: ItemId, units: number): void {
    this.#units.set(itemId, (this.#units.get(itemId) ?? 0) - units);
  }

  seats(): ReadonlyMap<ItemId, number> {
    return this.#seats;
  }

  units(): ReadonlyMap<ItemId, number> {
    return this.#units;
  }

  #count({ itemId, units }: Granted): void {
    if (units !== null) this.#units.set(itemId, units);
  }
}

/** What the entries of a firm come to, by item. */
export function seatsOf(meanings: Iterable<Meaning>): Map<ItemId, number> {
  const seats = new Map<ItemId, number>();
  for (const meaning of meanings) countIn(seats, meaning);
  return seats;
}

function countIn(seats: Map<ItemId, number>, meaning: Meaning): void {
  const count = (itemId: ItemId, more: number): void => {
    seats.set(itemId, (seats.get(itemId) ?? 0) + more);
  };
  if (meaning.kind === 'add') for (const { itemId, seats: more } of meaning.items) count(itemId, more);
  if (meaning.kind === 'withdraw' || meaning.kind === 'replace') count(meaning.itemId, -meaning.seats);
  if (meaning.kind === 'replace') count(meaning.by.itemId, meaning.by.seats);
}

/** Seats and units by item. */
export interface Found {
  readonly seats: Map<ItemId, number>;
  readonly units: Map<ItemId, number>;
}

/**
 * What is held anywhere, and what is in transit and not applied, each part once. Containers that take part in nothing any
 * more, since they were set back beside their anchor, are left out.
 */
export function foundIn(members: readonly Member[]): Found {
  const found: Found = { seats: new Map(), units: new Map() };
  const count = (itemId: ItemId, seats: number, units: number | null): void => {
    found.seats.set(itemId, (found.seats.get(itemId) ?? 0) + seats);
    if (units !== null) found.units.set(itemId, (found.units.get(itemId) ?? 0) + units);
  };
  for (const member of members) {
    if (member.isOut) continue;
    const { state } = member;
    for (const { itemId, quantity, units } of state.holdings.values())
      count(itemId, quantity, quantity > 0 ? units : null);
    for (const entry of state.pending.values()) {
      const target = members.find(({ key }) => key === entry.target);
      if (target !== undefined && hasTaken(target.state, member.key, entry.sequence)) continue;
      for (const { holding, quantity, units } of entry.parts) {
        const itemId = state.holdings.get(holding)?.itemId;
        if (itemId !== undefined) count(itemId, quantity, units);
      }
    }
  }
  return found;
}

/** Whether a container has applied an entry, and not refused it. */
export function hasTaken(target: ContainerState, issuer: PublicKey, sequence: number): boolean {
  const inbound = target.partners.get(issuer)?.inbound;
  if (inbound === undefined || sequence > inbound.applied) return false;
  return !inbound.refused.some((refused) => refused.sequence === sequence);
}
