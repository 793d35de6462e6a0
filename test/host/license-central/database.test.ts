import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CentralDatabase } from '../../../host/license-central/database.adapter.ts';
import { createTables } from '../../../host/license-central/schema.ts';
import type { Reads, Writes } from '../../../host/license-central/tables.ts';

describe('the database of a License Central', () => {
  let folder: string;
  let database: CentralDatabase;
  let other: Database.Database;
  beforeEach(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'central-'));
    database = CentralDatabase.create(folder);
    await database.write(createTables);
    other = new Database(path.join(folder, 'central.sqlite'), { timeout: 0 });
  });
  afterEach(async () => {
    other.close();
    await database.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const insertFirm = async (tx: Writes, firmCode: number): Promise<void> => {
    const bytes = new Uint8Array(1);
    const row = { firmCode, key: `${firmCode}` as never, name: '', certificate: bytes, sealedKeys: bytes };
    await tx
      .insertInto('firms')
      .values({ ...row, rolledBackBy: null, restores: 0 })
      .execute();
  };
  const addFirm = (firmCode: number): Promise<void> => database.write((tx) => insertFirm(tx, firmCode));
  const firms = (): unknown[] => other.prepare('select "firmCode" from firms order by "firmCode"').pluck().all();
  const setting = async (name: string): Promise<unknown> =>
    database.read(async (db: Reads) => {
      const { rows } = await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(db);
      return rows[0]?.[name];
    });

  it('flushes every commit to the disk, by write-ahead log', async () => {
    expect(await setting('synchronous')).toBe(2);
    expect(await setting('journal_mode')).toBe('wal');
    expect(await setting('foreign_keys')).toBe(1);
  });

  it('is read as it is at one moment, whatever another program commits meanwhile', async () => {
    await addFirm(1);
    const count = async (db: Reads): Promise<number> =>
      (await db.selectFrom('firms').select('firmCode').execute()).length;
    const seen = await database.read(async (db) => {
      const before = await count(db);
      other.exec('delete from firms');
      return [before, await count(db)];
    });
    expect(seen).toEqual([1, 1]);
    expect(await database.read(count)).toBe(0);
  });

  it('goes on after reading that failed', async () => {
    await expect(database.read(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await addFirm(1);
    expect(firms()).toEqual([1]);
  });

  it('has the write lock from the start of a transaction, before its first statement', async () => {
    await database.write(async () => {
      expect(() => other.exec('begin immediate')).toThrow('database is locked');
    });
    other.exec('begin immediate');
    other.exec('rollback');
  });

  it('waits for a writer elsewhere, then does its work once, and can write again', async () => {
    let runs = 0;
    other.exec('begin immediate');
    const waiting = database.write(async () => {
      runs += 1;
    });
    await setImmediate();
    expect(runs).toBe(0);
    other.exec('commit');
    await waiting;
    expect(runs).toBe(1);
    await addFirm(1);
    expect(firms()).toEqual([1]);
  });

  it('says that the disk is full, changes nothing, and goes on when there is room again', async () => {
    const pages = await setting('page_count');
    await setting(`max_page_count = ${pages}`);
    const full = { code: 'CENTRAL_UNWRITTEN', details: { where: folder, why: 'the disk is full' } };
    const filling = database.write(async (tx) => {
      for (let firmCode = 1; ; firmCode++) await insertFirm(tx, firmCode);
    });
    await expect(filling).rejects.toMatchObject(full);
    expect(firms()).toEqual([]);
    await setting('max_page_count = 1000000');
    await addFirm(1);
    expect(firms()).toEqual([1]);
  });

  it('says that it cannot be used, and was not changed, until a commit is begun; then that it may have been', async () => {
    const fails = (statement: string): void => {
      const { exec } = Database.prototype;
      vi.spyOn(Database.prototype, 'exec').mockImplementation(function (this: Database.Database, text) {
        if (text.startsWith(statement)) throw Object.assign(new Error('no'), { code: 'SQLITE_IOERR_FSYNC' });
        return exec.call(this, text);
      });
    };
    const codeOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined).catch(({ code }) => code);
    const fresh = CentralDatabase.open(folder);
    const codes: unknown[] = [];
    for (const statement of ['begin', 'commit']) {
      fails(statement);
      codes.push(await codeOf(fresh.write((tx) => insertFirm(tx, 1))));
      vi.restoreAllMocks();
    }
    fails('begin');
    codes.push(await codeOf(fresh.write((tx) => insertFirm(tx, 1))));
    vi.restoreAllMocks();
    expect(codes).toEqual(['CENTRAL_UNUSABLE', 'CENTRAL_UNWRITTEN', 'CENTRAL_UNWRITTEN']);
    await fresh.close();
  });

  it('changes nothing in a transaction whose work fails, and goes on', async () => {
    const failing = database.write(async (tx) => {
      await tx.deleteFrom('firms').execute();
      throw new Error('no');
    });
    await addFirm(1).catch(() => undefined);
    await expect(failing).rejects.toThrow('no');
    expect(firms()).toEqual([1]);
  });
});
