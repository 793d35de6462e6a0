import fs from 'node:fs';
import path from 'node:path';
import Database from 'libsql';
import { FerryError } from '../../../container/errors.ts';
import type { ItemId, PublicKey } from '../../../container/model/ids.ts';
import { type GrantSpec, LicenseCentral } from '../../../host/license-central/index.ts';
import type { WorldEnv } from './member.ts';
import type { Cast } from './prepared.ts';
import type { Accusation, Counted, ItemOrder, Meaning, Vendor, VendorFile } from './vendor.ts';

const PASSPHRASE = 'a passphrase of simulated worlds';
/** Guessing is not what these worlds are about. */
const LOW_COST = { scryptN: 2, scryptR: 4, scryptP: 1 };

/** What the world knows of the entries in a server's books; copied and brought back together with them. */
interface Notes {
  readonly entries: ReadonlyMap<PublicKey, ReadonlyMap<number, Meaning>>;
  readonly settled: ReadonlySet<Meaning>;
  readonly accusation: Accusation | null;
}

const NO_NOTES: Notes = { entries: new Map(), settled: new Set(), accusation: null };

/**
 * A vendor with a real License Central. Its server is opened once and serves one world after the other: each begins with the
 * database of a new one, put in place as a backup is.
 */
export class CentralVendor implements Vendor {
  readonly firmCode: number;
  readonly key: PublicKey;
  readonly certificate: Uint8Array;
  readonly asksBeforeWriteOff = true;
  readonly #central: LicenseCentral;
  readonly #files: DatabaseFiles;
  readonly #targets: ReadonlyMap<string, PublicKey>;
  readonly #items = new Map<ItemId, number>();
  readonly #switch: EnvSwitch;
  #notes: Notes = NO_NOTES;
  #backup: Notes = NO_NOTES;

  private constructor(
    central: LicenseCentral,
    files: DatabaseFiles,
    firm: Pick<Vendor, 'firmCode' | 'key' | 'certificate'>,
    given: { readonly targets: ReadonlyMap<string, PublicKey>; readonly env: EnvSwitch },
  ) {
    this.#central = central;
    this.#files = files;
    this.firmCode = firm.firmCode;
    this.key = firm.key;
    this.certificate = firm.certificate;
    this.#targets = given.targets;
    this.#switch = given.env;
  }

  /** Opens a License Central in a new folder, which knows all containers of the cast. */
  static async open(cast: Cast, folder: string, firmCode: number, env: WorldEnv): Promise<CentralVendor> {
    const { crypto, root } = cast;
    const switched = new EnvSwitch(env);
    const options = { folder, crypto, env: switched, passphrase: PASSPHRASE, passphraseCost: LOW_COST, root };
    const central = await LicenseCentral.init(options, [{ firmCode, name: `Firm ${firmCode}` }]);
    const targets = new Map<string, PublicKey>();
    for (const { certificate } of cast.containers) {
      const { serial, key } = await central.addContainer(certificate);
      targets.set(serial, key);
    }
    const [firm] = await central.firms();
    const certificate = await central.certificateOf(firmCode);
    const files = new DatabaseFiles(folder);
    files.copyTo('new');
    files.copyTo('backup');
    const key = firm?.key as PublicKey;
    return new CentralVendor(central, files, { firmCode, key, certificate }, { targets, env: switched });
  }

  /** The same vendor in another world: its server knows of nothing, and its clock and chance are those of that world. */
  begin(env: WorldEnv): void {
    this.#switch.env = env;
    this.#files.bringBack('new');
    fs.copyFileSync(this.#files.file('new'), this.#files.file('backup'));
    this.#notes = NO_NOTES;
    this.#backup = NO_NOTES;
    this.#items.clear();
  }

  async close(): Promise<void> {
    this.#files.close();
    await this.#central.close();
  }

  async grant(target: PublicKey, specs: readonly GrantSpec[]): Promise<void> {
    const { first, itemIds } = await this.#central.grantItems({ firmCode: this.firmCode, target, items: specs });
    const items = specs.map((spec, at) => this.#granted(itemIds[at] as ItemId, spec));
    this.#note(target, first, { kind: 'add', items });
  }

  async change({ kind, itemId, by }: ItemOrder): Promise<void> {
    const { firmCode } = this;
    const seats = this.#items.get(itemId) ?? 0;
    if (kind === 'replace') {
      const order = await this.#central.replaceItem({ firmCode, itemId, item: by });
      const meaning: Meaning = { kind, itemId, seats, by: this.#granted(order.itemId, by) };
      this.#note(this.#keyOf(order.target), order.first, meaning);
      return;
    }
    const order =
      kind === 'withdraw'
        ? await this.#central.withdrawItem({ firmCode, itemId })
        : await this.#central.setEnabled({ firmCode, itemId, enabled: kind === 'enable' });
    this.#note(this.#keyOf(order.target), order.first, kind === 'withdraw' ? { kind, itemId, seats } : { kind });
  }

  async unblock(target: PublicKey): Promise<void> {
    const { first } = await this.#central.unblock({ firmCode: this.firmCode, target });
    this.#note(target, first, { kind: 'unblock' });
  }

  async writeOff({ from, target, through }: Parameters<Vendor['writeOff']>[0]): Promise<void> {
    const { sequence } = await this.#central.writeOff({ firmCode: this.firmCode, from, target, through });
    this.#note(from, sequence, { kind: 'writeOff', target, through });
  }

  async revoke(target: PublicKey, lift: boolean): Promise<void> {
    await this.#central.revoke({ list: this.firmCode, target, lift });
  }

  async cancel(target: PublicKey): Promise<void> {
    const open = (await this.#central.transit(this.firmCode)).filter((entry) => entry.target === target);
    const sequences = open.map(({ sequence }) => sequence);
    if (sequences.length > 0) await this.#central.cancel({ firmCode: this.firmCode, target, sequences });
  }

  async updates(target: PublicKey): Promise<readonly VendorFile[]> {
    const files = await this.#central.updatesFor({ firmCode: this.firmCode, target });
    const meanings = this.#notes.entries.get(target) ?? new Map();
    return files.map((bytes) => ({ bytes, meanings }));
  }

  async receive(context: Uint8Array): Promise<void> {
    try {
      const before = await this.#sequences();
      const { target, outcomes, contradiction, surplus } = await this.#central.receiveContext(context);
      const meanings = this.#notes.entries.get(target);
      this.#follow(target, before.get(target) ?? [], (await this.#sequences()).get(target) ?? []);
      const taken = outcomes.flatMap(({ sequence, reason }) => {
        const meaning = meanings?.get(sequence);
        return reason === null && meaning !== undefined ? [meaning] : [];
      });
      this.#notes = { ...this.#notes, settled: new Set([...this.#notes.settled, ...taken]) };
      const why = contradiction ?? (surplus.length > 0 ? 'there are more seats than were granted' : null);
      if (why !== null) this.#notes = { ...this.#notes, accusation: { self: false, why } };
    } catch (error) {
      if (error instanceof FerryError && error.code === 'CENTRAL_ROLLED_BACK' && this.#notes.accusation === null)
        this.#notes = { ...this.#notes, accusation: { self: true, why: 'it was set back itself' } };
      throw error;
    }
  }

  async accept(context: Uint8Array): Promise<Uint8Array> {
    return (await this.#central.acceptState(context)).update;
  }

  async declareRestored(): Promise<void> {
    await this.#central.restored(this.firmCode);
    if (this.#notes.accusation?.self === true) this.#notes = { ...this.#notes, accusation: null };
  }

  async backUp(): Promise<void> {
    this.#files.copyTo('backup');
    this.#backup = this.#notes;
  }

  async restore(): Promise<void> {
    this.#files.bringBack('backup');
    this.#notes = this.#backup;
  }

  async pending(): Promise<ReadonlyMap<PublicKey, number>> {
    return new Map([...(await this.#sequences())].map(([target, sequences]) => [target, sequences.length]));
  }

  settled(): ReadonlySet<Meaning> {
    return this.#notes.settled;
  }

  async counts(): Promise<ReadonlyMap<ItemId, Counted>> {
    const active = (await this.#central.ledger()).filter(({ status }) => status === 'active');
    return new Map(
      active.map(({ itemId, granted, held, inTransit, surplus }) => [
        itemId,
        { granted, seats: held + inTransit, surplus },
      ]),
    );
  }

  async accuses(): Promise<Accusation | null> {
    return this.#notes.accusation;
  }

  #granted(itemId: ItemId, { quantity: seats, unitCounter }: GrantSpec) {
    this.#items.set(itemId, seats);
    return { itemId, seats, units: unitCounter ?? null };
  }

  #note(target: PublicKey, sequence: number, meaning: Meaning): void {
    const known = new Map(this.#notes.entries.get(target)).set(sequence, meaning);
    this.#notes = { ...this.#notes, entries: new Map(this.#notes.entries).set(target, known) };
  }

  /** What is in transit, by container. */
  async #sequences(): Promise<ReadonlyMap<PublicKey, readonly number[]>> {
    const open = new Map<PublicKey, number[]>();
    for (const { target, sequence } of await this.#central.transit(this.firmCode))
      open.set(target, [...(open.get(target) ?? []), sequence]);
    return open;
  }

  /** What stays in transit to a container, the last of what was, may have other sequences in a new epoch. */
  #follow(target: PublicKey, before: readonly number[], now: readonly number[]): void {
    const meanings = this.#notes.entries.get(target);
    const stays = before.slice(before.length - now.length);
    for (const [at, sequence] of now.entries()) {
      const meaning = meanings?.get(stays[at] ?? sequence);
      if (meaning !== undefined) this.#note(target, sequence, meaning);
    }
  }

  #keyOf(serial: string): PublicKey {
    return this.#targets.get(serial) as PublicKey;
  }
}

/** The environment of whichever world a server serves now. */
class EnvSwitch {
  env: WorldEnv;

  constructor(env: WorldEnv) {
    this.env = env;
  }

  now(): number {
    return this.env.now();
  }

  random(length: number): Uint8Array {
    return this.env.random(length);
  }
}

/** The database of a server whose content is copied, and put in place, while no transaction is under way. */
class DatabaseFiles {
  readonly #folder: string;
  readonly #database: Database.Database;

  constructor(folder: string) {
    this.#folder = folder;
    this.#database = new Database(this.file('central'));
  }

  file(name: string): string {
    return path.join(this.#folder, `${name}.sqlite`);
  }

  copyTo(name: string): void {
    fs.rmSync(this.file(name), { force: true });
    this.#database.exec(`VACUUM INTO '${this.file(name)}'`);
  }

  bringBack(name: string): void {
    const database = this.#database;
    database.exec(`PRAGMA foreign_keys = OFF; ATTACH '${this.file(name)}' AS old`);
    const tables = database.prepare("SELECT name FROM old.sqlite_master WHERE type = 'table'").all() as {
      name: string;
    }[];
    database.exec('BEGIN IMMEDIATE');
    for (const table of tables) {
      database.exec(`DELETE FROM main.${table.name}`);
      database.exec(`INSERT INTO main.${table.name} SELECT * FROM old.${table.name}`);
    }
    database.exec('COMMIT');
    database.exec('DETACH old');
  }

  close(): void {
    this.#database.close();
  }
}
