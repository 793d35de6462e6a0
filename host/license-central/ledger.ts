import { readGrant } from '../../container/engine/stored.ts';
import { codeOfNumber, type ErrorCode } from '../../container/errors.ts';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import type { GrantStatus, Reads } from './tables.ts';

/** How much of an item a container said that it has. */
export interface ItemPlace {
  readonly itemId: ItemId;
  readonly container: PublicKey;
  readonly serial: SerialNumber;
  readonly quantity: number;
  /** Seats in transit from there to other containers. */
  readonly pending: number;
  readonly enabled: boolean;
  /** When this server heard it; seconds since 2000-01-01. */
  readonly toldAt: number;
}

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
  readonly held: number;
  readonly inTransit: number;
  /** Seats that were moved by containers whose contexts this server has not seen since. */
  readonly unaccounted: number;
  /** Seats shown beyond those granted: contexts of different age, or a copy. */
  readonly surplus: number;
  readonly places: readonly ItemPlace[];
}

/** Where an item is, or every item of every firm, as its containers told last. */
export async function listPlaces(db: Reads, itemId?: ItemId): Promise<ItemPlace[]> {
  const all = db
    .selectFrom('places')
    .innerJoin('containers', 'containers.key', 'places.container')
    .select(['itemId', 'container', 'serial', 'quantity', 'pending', 'enabled', 'toldAt'])
    .orderBy('itemId')
    .orderBy('serial');
  const rows = await (itemId === undefined ? all : all.where('itemId', '=', itemId)).execute();
  return rows.map((row) => ({ ...row, enabled: row.enabled === 1 }));
}

/** Every grant of every firm with its whereabouts, oldest first. */
export async function listLedger(db: Reads): Promise<LedgerLine[]> {
  const places = new Map<ItemId, ItemPlace[]>();
  for (const place of await listPlaces(db)) places.set(place.itemId, [...(places.get(place.itemId) ?? []), place]);
  const grants = await db
    .selectFrom('grants')
    .innerJoin('containers', 'containers.key', 'grants.container')
    .select(['itemId', 'firmCode', 'productCode', 'quantity', 'status', 'reason', 'raw', 'serial'])
    .orderBy('firmCode')
    .orderBy('grants.container')
    .orderBy('sequence')
    .execute();
  return grants.map(({ raw, reason, quantity: granted, serial: firstHolder, ...row }) => {
    const found = places.get(row.itemId) ?? [];
    const held = found.reduce((sum, { quantity }) => sum + quantity, 0);
    const inTransit = found.reduce((sum, { pending }) => sum + pending, 0);
    const missing = row.status === 'active' ? granted - held - inTransit : 0;
    return {
      ...row,
      text: readGrant(raw).text,
      firstHolder,
      granted,
      refusedFor: reason === 0 ? null : (codeOfNumber(reason) ?? null),
      held,
      inTransit,
      unaccounted: Math.max(0, missing),
      surplus: Math.max(0, -missing),
      places: found,
    };
  });
}
