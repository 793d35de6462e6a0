/** Values that one query names: SQLite takes 32,766, and no more. */
const NAMED_AT_ONCE = 500;

/** The rows of all values, asked for by one query for so many of them. */
export async function rowsOf<V, R>(
  values: Iterable<V>,
  ask: (some: readonly V[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const all = [...values];
  const rows: R[] = [];
  for (let from = 0; from < all.length; from += NAMED_AT_ONCE)
    rows.push(...(await ask(all.slice(from, from + NAMED_AT_ONCE))));
  return rows;
}
