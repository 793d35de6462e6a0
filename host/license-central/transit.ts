import type { EntryKind } from '../../container/files/entries.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import { firmByCode } from './parties.ts';
import type { Reads } from './tables.ts';

/** How far a channel is. */
export interface CentralChannel {
  readonly container: PublicKey;
  readonly serial: SerialNumber;
  readonly issued: number;
  readonly settled: number;
}

/** An entry on its way to a container. */
export interface CentralTransit {
  readonly firmCode: number;
  readonly target: PublicKey;
  readonly serial: SerialNumber;
  readonly sequence: number;
  readonly kind: EntryKind;
  readonly cancelled: boolean;
  /** What it grants; empty for entries that change something that was granted before. */
  readonly items: readonly { readonly productCode: number; readonly seats: number }[];
}

/** The channels of a firm, by serial number. @throws FIRM_UNKNOWN */
export async function listChannels(db: Reads, firmCode: number): Promise<CentralChannel[]> {
  await firmByCode(db, firmCode);
  return db
    .selectFrom('channels')
    .innerJoin('containers', 'containers.key', 'channels.container')
    .select(['container', 'serial', 'issued', 'settled'])
    .where('firmCode', '=', firmCode)
    .orderBy('serial')
    .execute();
}

/** The entries of a firm that are in transit, by serial number and sequence. @throws FIRM_UNKNOWN */
export async function listTransit(db: Reads, firmCode: number): Promise<CentralTransit[]> {
  await firmByCode(db, firmCode);
  const rows = await db
    .selectFrom('entries')
    .innerJoin('containers', 'containers.key', 'entries.container')
    .select(['container as target', 'serial', 'sequence', 'entries.kind as kind', 'cancelled', 'firmCode'])
    .where('firmCode', '=', firmCode)
    .where('outcome', 'is', null)
    .orderBy('serial')
    .orderBy('sequence')
    .execute();
  const granted = await db
    .selectFrom('entries')
    .innerJoin('grants', (join) =>
      join
        .onRef('grants.firmCode', '=', 'entries.firmCode')
        .onRef('grants.container', '=', 'entries.container')
        .onRef('grants.sequence', '=', 'entries.sequence'),
    )
    .select(['entries.container as target', 'entries.sequence as sequence', 'productCode', 'quantity as seats'])
    .where('entries.firmCode', '=', firmCode)
    .where('entries.kind', '=', 'add')
    .where('outcome', 'is', null)
    .execute();
  const items = new Map<string, { productCode: number; seats: number }[]>();
  for (const { target, sequence, productCode, seats } of granted) {
    const entry = `${target} ${sequence}`;
    items.set(entry, [...(items.get(entry) ?? []), { productCode, seats }]);
  }
  return rows.map((row) => ({
    ...row,
    cancelled: row.cancelled === 1,
    items: items.get(`${row.target} ${row.sequence}`) ?? [],
  }));
}
