import type { ExpressionBuilder } from 'kysely';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import { type Reads, type Tables, UNSURE } from './tables.ts';

/** A whole license that was taken from a container. */
export interface TakenItem {
  readonly firmCode: number;
  readonly itemId: ItemId;
  readonly container: PublicKey;
  readonly quantity: number;
  /** Whether no write-off can have doubled it: no seat can have come to the container since, nor gone from it. */
  readonly forGood: boolean;
}

/**
 * The licenses that were withdrawn or replaced, as the container itself confirmed: every seat was in that container then. Those
 * items or all.
 */
export async function takenItems(db: Reads, itemIds?: readonly ItemId[]): Promise<TakenItem[]> {
  const all = db
    .selectFrom('entries')
    .innerJoin('grants', 'grants.itemId', 'entries.itemId')
    .select(['entries.firmCode', 'grants.itemId', 'entries.container', 'grants.quantity'])
    .select(({ exists, ...it }) => exists(mayHaveDoubled(it)).as('doubled'))
    .where('entries.kind', 'in', ['withdraw', 'replace'])
    .where('entries.outcome', '=', 0);
  const rows = await (itemIds === undefined ? all : all.where('grants.itemId', 'in', itemIds)).execute();
  return rows.map(({ doubled, ...row }) => ({ ...row, forGood: Number(doubled) === 0 }));
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
        eb('order.outcome', 'in', [0, UNSURE]).and(
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
