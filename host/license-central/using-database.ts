import type { CentralDatabase } from './database.adapter.ts';

/** Hands a database to `use`, which keeps it; when `use` throws, it is closed. */
export async function usingDatabase<T>(
  database: CentralDatabase,
  use: (database: CentralDatabase) => Promise<T>,
): Promise<T> {
  try {
    return await use(database);
  } catch (error) {
    await database.close();
    throw error;
  }
}
