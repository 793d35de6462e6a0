import { codeOfNumber, type ErrorCode } from '../../container/errors.ts';
import type { ItemId } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import { rowsOf } from './named-at-once.ts';
import { acceptedSeats, type Balanced, countSeats } from './seat-balance.ts';
import type { GrantStatus, Reads } from './tables.ts';
import {
  type Arrival,
  arrivalsIn,
  balancedGrant,
  type ItemPlace,
  placesIn,
  type ToldContainer,
  toldItems,
} from './told-seats.ts';
import { appliedThoughWrittenOff } from './write-off.ts';

/** A grant and what became of it, as far as this server was told. */
export interface LedgerLine {
  readonly itemId: ItemId;
  readonly firmCode: number;
  readonly productCode: number;
  readonly text: string;
  readonly firstHolder: SerialNumber;
  readonly granted: number;
  /**
   * issued: not confirmed by its first holder; active; refused by it; withdrawn; replaced by another grant.
   */
  readonly status: GrantStatus;
  /** Why the first holder refused it. */
  readonly refusedFor: ErrorCode | null;
  /** Seats held and in transit, each counted once, however old the words are. @see `countSeats` */
  readonly held: number;
  readonly inTransit: number;
  /** Seats among `places` that are elsewhere by now for all that is known, though nobody told yet which of them moved. */
  readonly movedOn: number;
  /** Seats of which nobody told where they went, as after the loss of this server's data. */
  readonly unaccounted: number;
  /**
   * Seats beyond those granted of which their vendor accepted that they are there twice: written off, yet applied, or in a
   * container that was set back. Of a license that is withdrawn, replaced or refused, every seat is beyond.
   */
  readonly duplicates: number;
  /** Those of them that are in a state that a container was set back to and that was accepted. */
  readonly usedAgain: number;
  /** Further seats that certainly exist: a container was copied. Honest containers never come to this. */
  readonly surplus: number;
  readonly places: readonly ItemPlace[];
  /** Seats among those held that went to containers which have not told of them. */
  readonly arrivals: readonly Arrival[];
}

/** Seats of a license beyond those that were granted. */
export interface Surplus {
  readonly itemId: ItemId;
  readonly quantity: number;
}

/** The licenses of which more seats exist than were granted, with and without their vendor's consent. */
export interface Excess {
  readonly duplicates: readonly Surplus[];
  readonly surplus: readonly Surplus[];
}

/** Every grant of every firm with its whereabouts, or those of some items, oldest first. */
export async function listLedger(db: Reads, itemIds?: readonly ItemId[]): Promise<LedgerLine[]> {
  const told = await toldItems(db, itemIds);
  const writtenOff = await appliedThoughWrittenOff(db, itemIds);
  const all = db
    .selectFrom('grants')
    .innerJoin('containers', 'containers.key', 'grants.container')
    .select(['itemId', 'firmCode', 'productCode', 'quantity', 'status', 'reason', 'raw', 'serial'])
    .orderBy('firmCode')
    .orderBy('grants.container')
    .orderBy('sequence');
  const grants = await (itemIds === undefined ? all : all.where('itemId', 'in', itemIds)).execute();
  return grants.map(({ raw, reason, quantity: granted, serial: firstHolder, ...row }) => {
    const grant = balancedGrant({ raw, status: row.status });
    const valid = grant.over ? 0 : granted;
    const containers = told.get(row.itemId) ?? [];
    const seats = count(row.itemId, containers, grant);
    const missing = valid - seats.held - seats.inTransit;
    const usedAgain = Math.min(Math.max(0, -missing), acceptedSeats(containers));
    const duplicates = Math.min(Math.max(0, -missing), usedAgain + (writtenOff.get(row.itemId) ?? 0));
    return {
      ...row,
      ...seats,
      text: grant.text,
      firstHolder,
      granted,
      refusedFor: reason === 0 ? null : (codeOfNumber(reason) ?? null),
      unaccounted: row.status === 'active' ? Math.max(0, missing) : 0,
      duplicates,
      usedAgain,
      surplus: Math.max(0, -missing) - duplicates,
    };
  });
}

/** Those of some items of which more seats exist than were granted. */
export async function excessOf(db: Reads, itemIds: Iterable<ItemId>): Promise<Excess> {
  const lines = await rowsOf(itemIds, (some) => listLedger(db, some));
  const beyond = (kind: keyof Excess): Surplus[] =>
    lines.filter((line) => line[kind] > 0).map((line) => ({ itemId: line.itemId, quantity: line[kind] }));
  return { duplicates: beyond('duplicates'), surplus: beyond('surplus') };
}

type Count = Pick<LedgerLine, 'held' | 'inTransit' | 'movedOn' | 'places' | 'arrivals'>;

/** Seats that have left a place since are taken off what it had in transit first: most likely they were. */
function count(itemId: ItemId, containers: readonly ToldContainer[], grant: Balanced): Count {
  const places = placesIn(itemId, containers, grant);
  const arrivals = arrivalsIn(containers);
  let held = arrivals.reduce((sum, { quantity }) => sum + quantity, 0);
  let inTransit = 0;
  for (const { quantity, pending, leftSince } of places) {
    const arrived = Math.min(pending, leftSince);
    inTransit += pending - arrived;
    held += quantity - (leftSince - arrived);
  }
  const movedOn = held + inTransit - countSeats(containers, grant);
  const fromHeld = Math.min(held, movedOn);
  return { held: held - fromHeld, inTransit: inTransit - (movedOn - fromHeld), movedOn, places, arrivals };
}
