import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement, sql } from 'kysely';
import Database from 'libsql';
import { FerryError } from '../../container/errors.ts';
import { makeFolder } from '../../container/store/file-durable.adapter.ts';
import { readFailed, systemCode, systemWords } from '../../container/store/file-failure.ts';
import { CENTRAL_FILE, isCentralFolder } from './central-folder.adapter.ts';
import type { Reads, Tables, Writes } from './tables.ts';

/** How long a statement may wait for another program, in milliseconds: it blocks the whole process meanwhile. */
const BUSY_MS = 5000;
/** Pauses between tries to get the write lock, which must not block: its holder may be in this process. */
const PAUSE_MS = 10;
const TRIES = 1000;

/** The database of one License Central. Every commit is on the disk when it returns. */
export class CentralDatabase {
  readonly #folder: string;
  readonly #database: Database.Database;
  readonly #connection: Kysely<Tables>;
  #lastWrite: Promise<unknown> = Promise.resolve();
  /** Whether a commit was begun: from then on a failure leaves open what happened of all that its user asked for. */
  #mayHaveChanged = false;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#database = connect(path.join(folder, CENTRAL_FILE));
    this.#connection = new Kysely({ dialect: new SqliteDialect({ database: adapted(this.#database) }) });
  }

  /**
   * Makes the folder and an empty database where there is none.
   *
   * @throws CONTAINER_EXISTS when there is anything else in the folder; STORE_WRITE_FAILED, CENTRAL_UNUSABLE, CENTRAL_DAMAGED
   */
  static create(folder: string): CentralDatabase {
    return translated(folder, () => {
      makeFolder(folder, 0o700);
      if (fs.readdirSync(folder).some((name) => !name.startsWith(CENTRAL_FILE)))
        throw new FerryError('CONTAINER_EXISTS', { where: folder });
      if (!isCentralFolder(folder)) makeEmpty(folder);
      requireContent(folder);
      return new CentralDatabase(folder);
    });
  }

  /** Opens the database of a folder. @throws NO_CENTRAL, FILE_UNREADABLE, CENTRAL_UNUSABLE, CENTRAL_DAMAGED */
  static open(folder: string): CentralDatabase {
    checkReadable(folder);
    requireContent(folder);
    return translated(folder, () => new CentralDatabase(folder));
  }

  /**
   * Runs `work` on what is committed at one moment, whatever is written meanwhile. `work` may only await what it reads.
   *
   * @throws CENTRAL_UNUSABLE, CENTRAL_DAMAGED, and what `work` throws; CENTRAL_UNWRITTEN after a write
   */
  async read<T>(work: (db: Reads) => Promise<T>): Promise<T> {
    try {
      return await this.#connection.connection().execute(async (db) => {
        await sql`begin deferred`.execute(db);
        try {
          return await work(db);
        } finally {
          await sql`rollback`.execute(db);
        }
      });
    } catch (error) {
      throw this.#storeError(error);
    }
  }

  /**
   * Runs `work` in one transaction that holds the write lock from its start, so that what it reads stays true. Waits for
   * other writers, of this process or another. `work` may only await the transaction.
   *
   * @throws CENTRAL_UNUSABLE, CENTRAL_DAMAGED, and what `work` throws; then nothing was changed. CENTRAL_UNWRITTEN where the commit
   *   failed, which may be on the disk all the same, and after an earlier write
   */
  async write<T>(work: (tx: Writes) => Promise<T>): Promise<T> {
    const turn = this.#lastWrite.then(() => this.#writeNow(work));
    this.#lastWrite = turn.catch(() => undefined);
    return turn;
  }

  async #writeNow<T>(work: (tx: Writes) => Promise<T>): Promise<T> {
    for (let left = TRIES; ; left--) {
      try {
        return await this.#connection.transaction().execute(async (tx) => {
          const result = await work(tx);
          this.#mayHaveChanged = true;
          return result;
        });
      } catch (error) {
        if (!isBusy(error) || left === 0) throw this.#storeError(error);
      }
      await setTimeout(PAUSE_MS);
    }
  }

  #storeError(error: unknown): unknown {
    return storeError(this.#folder, error, this.#mayHaveChanged ? 'CENTRAL_UNWRITTEN' : 'CENTRAL_UNUSABLE');
  }

  /**
   * Closes it after bringing everything into the one file. On a disk that is full or broken the log beside it stays, with
   * all that was committed, and a later close brings it in.
   */
  async close(): Promise<void> {
    await this.#lastWrite;
    try {
      if (this.#database.open) this.#database.pragma('wal_checkpoint(PASSIVE)');
    } catch (error) {
      // What was done is durable: a failure here would make its caller do it again.
      if (wordsFor(sqliteCode(error) ?? '') === undefined) throw error;
    } finally {
      await this.#connection.destroy();
    }
  }
}

/** What SQLite would say in no words of use. */
function checkReadable(folder: string): void {
  const file = path.join(folder, CENTRAL_FILE);
  try {
    fs.closeSync(fs.openSync(file, 'r'));
  } catch (error) {
    const code = systemCode(error);
    throw code === 'ENOENT' || code === 'ENOTDIR'
      ? new FerryError('NO_CENTRAL', { where: folder })
      : readFailed(file, error);
  }
}

/**
 * Makes an empty database that only its owner may read. It gets its name when it has its first page: what is empty under that name
 * has lost its content.
 */
function makeEmpty(folder: string): void {
  const making = path.join(folder, `${CENTRAL_FILE}-${randomUUID()}`);
  try {
    fs.closeSync(fs.openSync(making, 'wx', 0o600));
    connect(making).close();
    giveName(making, path.join(folder, CENTRAL_FILE));
  } catch (error) {
    // Another program made it meanwhile.
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    for (const beside of ['', '-wal', '-shm']) fs.rmSync(`${making}${beside}`, { force: true });
  }
}

/** Never takes the place of what another program made; at once where the disk knows links. */
function giveName(making: string, file: string): void {
  try {
    fs.linkSync(making, file);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw error;
    fs.copyFileSync(making, file, fs.constants.COPYFILE_EXCL);
  }
}

/** @throws CENTRAL_DAMAGED: SQLite would take an empty file for a new database. */
function requireContent(folder: string): void {
  if (fs.statSync(path.join(folder, CENTRAL_FILE)).size === 0)
    throw new FerryError('CENTRAL_DAMAGED', { where: folder, what: 'its file is empty' });
}

function connect(file: string): Database.Database {
  const database = new Database(file, { timeout: BUSY_MS });
  try {
    for (const setting of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON']) database.pragma(setting);
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/** How each step of a transaction is carried out: it takes the write lock at its start or fails at once. */
const TRANSACTION_STEPS: ReadonlyMap<string, readonly string[]> = new Map([
  ['begin', ['pragma busy_timeout = 0', 'begin immediate']],
  ['commit', ['commit']],
  ['rollback', ['rollback']],
]);

/** libsql as Kysely wants it: with transactions that lock at once, and blobs as Uint8Arrays. */
function adapted(database: Database.Database): SqliteDatabase {
  return {
    close: () => {
      database.close();
    },
    prepare: (query) => {
      const steps = TRANSACTION_STEPS.get(query);
      if (steps !== undefined) return transactionStep(database, query, steps);
      const statement = database.prepare(query);
      return {
        reader: statement.reader,
        all: (parameters) => statement.all(parameters).map(withBytes),
        run: (parameters) => statement.run(parameters),
        iterate: (parameters) => statement.iterate(parameters),
      };
    },
  };
}

/**
 * A step by `exec`: a prepared `begin` that meets a lock is not reset by libsql 0.5 and keeps the connection in a
 * half-open transaction, in which every later one fails. There is nothing to roll back when SQLite did it already, as on a
 * full disk.
 */
function transactionStep(database: Database.Database, query: string, steps: readonly string[]): SqliteStatement {
  return {
    reader: false,
    all: () => [],
    iterate: () => [].values(),
    run: () => {
      if (query === 'rollback' && !database.inTransaction) return { changes: 0, lastInsertRowid: 0 };
      try {
        for (const step of steps) database.exec(step);
      } finally {
        database.exec(`pragma busy_timeout = ${BUSY_MS}`);
      }
      return { changes: 0, lastInsertRowid: 0 };
    },
  };
}

function withBytes(row: unknown): unknown {
  if (typeof row !== 'object' || row === null) return row;
  const values = Object.entries(row).map(([name, value]) => [
    name,
    value instanceof ArrayBuffer ? new Uint8Array(value) : value,
  ]);
  return Object.fromEntries(values);
}

function translated<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeError(folder, error, 'CENTRAL_UNUSABLE');
  }
}

/** What a failure of the database or the disk means; anything else is passed on as it is. */
function storeError(where: string, error: unknown, failed: 'CENTRAL_UNUSABLE' | 'CENTRAL_UNWRITTEN'): unknown {
  const why = error instanceof Error ? error.message : String(error);
  const code = sqliteCode(error);
  if (code === 'SQLITE_NOTADB' || code?.startsWith('SQLITE_CORRUPT') === true)
    return new FerryError('CENTRAL_DAMAGED', { where, what: why }, { cause: error });
  if (code === undefined || code.startsWith('SQLITE_CONSTRAINT') || code === 'SQLITE_ERROR') return error;
  return new FerryError(
    failed,
    { where, why: wordsFor(code) ?? (code.startsWith('SQLITE_') ? why : systemWords(error)) },
    { cause: error },
  );
}

/** What SQLite's codes mean to a person, by how they begin. */
const WORDS: readonly (readonly [code: string, words: string])[] = [
  ['SQLITE_FULL', 'the disk is full'],
  ['SQLITE_IOERR', 'the disk reports an error, or is full'],
  ['SQLITE_READONLY', 'the database is read-only'],
  ['SQLITE_CANTOPEN', 'the database cannot be opened, or the disk is full'],
  ['SQLITE_BUSY', 'another program keeps it locked'],
];

function wordsFor(code: string): string | undefined {
  return WORDS.find(([beginning]) => code.startsWith(beginning))?.[1];
}

/** Whether another writer was faster: it holds the lock, or it committed while this one was taking it. */
function isBusy(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_BUSY') === true;
}

function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof FerryError || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
