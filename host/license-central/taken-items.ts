import type { ExpressionBuilder } from 'kysely';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import type { Reads, Tables } from './tables.ts';

/** Containers from which a whole license was taken, by item. */
export type TakenItems = ReadonlyMap<ItemId, ReadonlySet<PublicKey>>;

/**
 * The licenses that were withdrawn or replaced, as the container itself confirmed, and that no write-off can have doubled; those
 * items or all. Every seat was in that container then, so none can have come to it since, nor gone from it.
 */
export async function takenItems(db: Reads, itemIds?: readonly ItemId[]): Promise<TakenItems> {
  const all = db
    .selectFrom('entries')
    .innerJoin('grants', 'grants.itemId', 'entries.itemId')
    .select(['grants.itemId', 'entries.container'])
    .where('entries.kind', 'in', ['withdraw', 'replace'])
    .where('entries.outcome', '=', 0)
    .where(({ not, exists, ...it }) => not(exists(mayHaveDoubled(it))));
  const rows = await (itemIds === undefined ? all : all.where('grants.itemId', 'in', itemIds)).execute();
  const taken = new Map<ItemId, Set<PublicKey>>();
  for (const { itemId, container } of rows) taken.set(itemId, (taken.get(itemId) ?? new Set()).add(container));
  return taken;
}

/**
 * Write-offs after which the license may be there twice: all but those that were refused and those of a giver that, as it told
 * since, never had any of it.
 */
function mayHaveDoubled(it: Pick<ExpressionBuilder<Tables, 'grants'>, 'selectFrom'>) {
  return it
    .selectFrom('writeOffs')
    .innerJoin('entries as order', (join) =>
      join
        .onRef('order.firmCode', '=', 'writeOffs.firmCode')
        .onRef('order.container', '=', 'writeOffs.container')
        .onRef('order.sequence', '=', 'writeOffs.sequence'),
    )
    .innerJoin('channels', (join) =>
      join
        .onRef('channels.firmCode', '=', 'writeOffs.firmCode')
        .onRef('channels.container', '=', 'writeOffs.container'),
    )
    .select('writeOffs.sequence')
    .whereRef('writeOffs.firmCode', '=', 'grants.firmCode')
    .where(({ or, eb, ref, exists, selectFrom }) =>
      or([
        eb('order.outcome', 'is', null),
        eb('order.outcome', '<=', 0).and(
          or([
            eb('channels.logWhole', '=', 0),
            eb('writeOffs.container', '=', ref('grants.container')),
            exists(
              selectFrom('transferItems')
                .innerJoin('transfers', 'transfers.hash', 'transferItems.hash')
                .select('transfers.hash')
                .whereRef('transferItems.itemId', '=', 'grants.itemId')
                .whereRef('transfers.target', '=', 'writeOffs.container'),
            ),
          ]),
        ),
      ]),
    );
}
