import { type CreateTableBuilder, sql } from 'kysely';
import type { Reads, Tables, Writes } from './tables.ts';

/** The version of the tables that this program reads and writes. */
export const SCHEMA_VERSION = 5;

type ColumnType = 'integer' | 'text' | 'blob';

/** Columns by table; a question mark marks those that may be null. */
const COLUMNS: {
  readonly [T in keyof Tables]: Readonly<Record<keyof Tables[T] & string, ColumnType | `${ColumnType}?`>>;
} = {
  central: {
    id: 'integer',
    schema: 'integer',
    rootKey: 'text',
    salt: 'blob',
    scryptN: 'integer',
    scryptR: 'integer',
    scryptP: 'integer',
    keyCheck: 'blob',
    sealedTimeSeed: 'blob',
    timeCertificate: 'blob',
  },
  firms: {
    firmCode: 'integer',
    key: 'text',
    name: 'text',
    certificate: 'blob',
    sealedKeys: 'blob',
    rolledBackBy: 'text?',
    restores: 'integer',
  },
  containers: {
    key: 'text',
    serial: 'text',
    kind: 'text',
    certificate: 'blob',
    largestRecord: 'integer?',
    locked: 'integer',
  },
  channels: {
    firmCode: 'integer',
    container: 'text',
    epoch: 'integer',
    issued: 'integer',
    issuedChain: 'text',
    settled: 'integer',
    settledChain: 'text',
    generation: 'integer',
    stateHash: 'text',
    witness: 'blob?',
    toldGeneration: 'integer',
    toldSettled: 'integer',
    custodyKnownThrough: 'integer',
    logWhole: 'integer',
    logLost: 'integer',
    restore: 'integer',
    acceptance: 'text',
    contradiction: 'text?',
    challenge: 'blob?',
  },
  entries: {
    firmCode: 'integer',
    container: 'text',
    sequence: 'integer',
    epoch: 'integer',
    kind: 'text',
    bytes: 'blob?',
    hash: 'text',
    chain: 'text',
    cancelled: 'integer',
    itemId: 'text?',
    outcome: 'integer?',
  },
  orders: {
    number: 'integer',
    firmCode: 'integer',
    container: 'text',
    name: 'text?',
    digest: 'text',
    first: 'integer',
    last: 'integer',
    orderedAt: 'integer',
  },
  grants: {
    itemId: 'text',
    firmCode: 'integer',
    productCode: 'integer',
    quantity: 'integer',
    container: 'text',
    sequence: 'integer',
    raw: 'blob',
    status: 'text',
    reason: 'integer',
  },
  places: {
    firmCode: 'integer',
    itemId: 'text',
    container: 'text',
    quantity: 'integer',
    pending: 'integer',
    enabled: 'integer',
    generation: 'integer',
    toldAt: 'integer',
  },
  transfers: {
    hash: 'text',
    firmCode: 'integer',
    sender: 'text',
    target: 'text',
    sequence: 'integer',
    raw: 'blob',
    issuedBefore: 'integer',
  },
  transferItems: { hash: 'text', itemId: 'text', quantity: 'integer' },
  custodyLog: { firmCode: 'integer', container: 'text', position: 'integer', hash: 'text' },
  contexts: { hash: 'text', firmCode: 'integer', container: 'text', generation: 'integer', receivedAt: 'integer' },
  evidence: {
    hash: 'text',
    firmCode: 'integer',
    container: 'text',
    reason: 'text',
    proof: 'blob',
    keptAt: 'integer',
  },
  revocations: { firmCode: 'integer', version: 'integer', raw: 'blob' },
  writeOffs: {
    firmCode: 'integer',
    container: 'text',
    sequence: 'integer',
    target: 'text',
    after: 'integer',
    through: 'integer',
  },
};

type Keys = { readonly [T in keyof Tables]: readonly (keyof Tables[T] & string)[] };

const PRIMARY: Keys = {
  central: ['id'],
  firms: ['firmCode'],
  containers: ['key'],
  channels: ['firmCode', 'container'],
  entries: ['firmCode', 'container', 'sequence'],
  orders: ['number'],
  grants: ['itemId'],
  places: ['itemId', 'container'],
  transfers: ['hash'],
  transferItems: ['hash', 'itemId'],
  custodyLog: ['firmCode', 'container', 'position', 'hash'],
  contexts: ['hash'],
  evidence: ['hash', 'reason'],
  revocations: ['firmCode'],
  writeOffs: ['firmCode', 'container', 'sequence'],
};

const UNIQUE: { readonly [T in keyof Tables]?: Keys[T] } = {
  firms: ['key'],
  containers: ['serial'],
  orders: ['firmCode', 'name'],
};

type Parent = readonly [columns: readonly string[], table: keyof Tables, parentColumns: readonly string[]];

const PARENTS: { readonly [T in keyof Tables]?: readonly Parent[] } = {
  channels: [
    [['firmCode'], 'firms', ['firmCode']],
    [['container'], 'containers', ['key']],
  ],
  entries: [[['firmCode', 'container'], 'channels', ['firmCode', 'container']]],
  orders: [[['firmCode', 'container'], 'channels', ['firmCode', 'container']]],
  grants: [[['firmCode', 'container', 'sequence'], 'entries', ['firmCode', 'container', 'sequence']]],
  places: [[['firmCode', 'container'], 'channels', ['firmCode', 'container']]],
  transferItems: [[['hash'], 'transfers', ['hash']]],
  custodyLog: [
    [['firmCode', 'container'], 'channels', ['firmCode', 'container']],
    [['hash'], 'transfers', ['hash']],
  ],
  contexts: [[['firmCode', 'container'], 'channels', ['firmCode', 'container']]],
  writeOffs: [[['firmCode', 'container', 'sequence'], 'entries', ['firmCode', 'container', 'sequence']]],
};

const INDEXES: { readonly [T in keyof Tables]?: Keys[T] } = {
  grants: ['firmCode', 'container', 'sequence'],
  places: ['firmCode', 'container'],
  transferItems: ['itemId'],
  custodyLog: ['hash', 'container'],
};

/** Makes every table. Atomic with the transaction that it is given. */
export async function createTables(tx: Writes): Promise<void> {
  for (const table of tablesParentsFirst()) {
    let builder: CreateTableBuilder<string, string> = tx.schema.createTable(table);
    for (const [column, type] of Object.entries(COLUMNS[table])) {
      const kind = type.replace('?', '') as ColumnType;
      builder = builder.addColumn(column, kind, (it) => (type.endsWith('?') ? it : it.notNull()));
    }
    builder = builder.addPrimaryKeyConstraint(`${table}Key`, [...PRIMARY[table]] as never);
    const unique = UNIQUE[table];
    if (unique !== undefined) builder = builder.addUniqueConstraint(`${table}Unique`, [...unique] as never);
    for (const [at, [columns, parent, parentColumns]] of (PARENTS[table] ?? []).entries())
      builder = builder.addForeignKeyConstraint(`${table}Parent${at}`, [...columns] as never, parent, [
        ...parentColumns,
      ]);
    await builder.modifyEnd(sql`strict`).execute();
    const index = INDEXES[table];
    if (index !== undefined)
      await tx.schema
        .createIndex(`${table}Index`)
        .on(table)
        .columns([...index])
        .execute();
  }
}

function tablesParentsFirst(): (keyof Tables)[] {
  return Object.keys(COLUMNS) as (keyof Tables)[];
}

/** Whether the file holds a License Central at all. */
export async function hasTables(db: Reads): Promise<boolean> {
  const tables = await db.introspection.getTables();
  return tables.some(({ name }) => name === 'central');
}
