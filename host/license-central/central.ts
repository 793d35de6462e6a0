import { FerryError } from '../../container/errors.ts';
import type { PinnedRoot } from '../../container/files/certificate.ts';
import type { RootAuthority } from '../../container/files/test-root.ts';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import { type AcceptedState, type AcceptPlan, acceptState, planAccept, type SetBack } from './accept-state.ts';
import { addContainer, verifiedContainer } from './add-container.ts';
import type { CentralOptions, Direction } from './central-options.ts';
import { type ChangeOrder, changeItem, type ItemChange, replaceItem } from './change-item.ts';
import { cancelEntries, type Foundation, openChannel } from './channels.ts';
import { CentralDatabase } from './database.adapter.ts';
import { type KeptEvidence, listEvidence } from './evidence.ts';
import { type FirmKeys, KeyVault } from './firm-keys.ts';
import { type ListedFirm, listFirms, makeFirm, type NewFirm, requireDistinct, storeFirm } from './firms.ts';
import { type GrantedOrder, type GrantSpec, grantItems } from './grant-items.ts';
import { type ItemName, itemByName } from './item-places.ts';
import { type LedgerLine, listLedger } from './ledger.ts';
import { containerByName, firmByCode, keyByName } from './parties.ts';
import { isPossibleCost, PASSPHRASE_COST, type PassphraseCost, passphraseKey } from './passphrase-key.adapter.ts';
import { type ContextReport, openContext, receiveContext } from './receive-context.ts';
import { restoreFirm } from './restored-firms.ts';
import {
  changeList,
  type FirmKeeper,
  type ListKeeper,
  listRevocations,
  listsTooLargeFor,
  type RevocationList,
  requireStanding,
  standingFirm,
} from './revocations.ts';
import { createTables, hasTables, SCHEMA_VERSION } from './schema.ts';
import type { FirmRow, Reads, Writes } from './tables.ts';
import { firmsAskedForTime, makeTimeServer } from './time-server.ts';
import { type ItemPlace, listPlaces } from './told-seats.ts';
import { type CentralChannel, type CentralTransit, listChannels, listTransit } from './transit.ts';
import { unblockPin } from './unblock-pin.ts';
import { listUnknownItems, type UnknownItem } from './unknown-items.ts';
import { updateFiles } from './update-files.ts';
import { updateSource } from './update-source.ts';
import { usingDatabase } from './using-database.ts';
import { type WrittenOff, writeOff } from './write-off.ts';
import { planWriteOff, type WriteOffOrder, type WriteOffPlan } from './write-off-plan.ts';

/**
 * The vendor's server: grants licenses, makes update files, takes contexts in and knows where every license is. All that
 * it answers is durable. Several programs may work on one folder at a time.
 */
export class LicenseCentral {
  readonly #database: CentralDatabase;
  readonly #vault: KeyVault;
  readonly #base: Foundation;
  readonly #root: RootAuthority;

  private constructor(database: CentralDatabase, vault: KeyVault, options: CentralOptions) {
    this.#database = database;
    this.#vault = vault;
    this.#base = { crypto: options.crypto, env: options.env };
    this.#root = options.root;
  }

  /** Makes a new License Central in a folder, with its first firms. @throws CONTAINER_EXISTS, USAGE_WRONG, STORE_WRITE_FAILED, CENTRAL_UNUSABLE, CENTRAL_UNWRITTEN */
  static async init(options: CentralOptions, firms: readonly NewFirm[] = []): Promise<LicenseCentral> {
    const { folder, env, root, passphrase, passphraseCost: cost = PASSPHRASE_COST } = options;
    if (passphrase === '') throw new FerryError('USAGE_WRONG', { what: 'The passphrase for the firm keys is empty' });
    if (!isPossibleCost(cost))
      throw new FerryError('USAGE_WRONG', { what: 'The cost of the passphrase is impossible' });
    requireDistinct(firms);
    const salt = env.random(16);
    const vault = vaultOf(options, salt, cost);
    const made = firms.map((firm) => makeFirm(options, root, vault, firm));
    return usingDatabase(CentralDatabase.create(folder), async (database) => {
      await database.write(async (tx) => {
        if (await hasTables(tx)) throw new FerryError('CONTAINER_EXISTS', { where: folder });
        await createTables(tx);
        const row = { id: 1, schema: SCHEMA_VERSION, rootKey: root.key, salt, ...cost } as const;
        await tx
          .insertInto('central')
          .values({ ...row, keyCheck: vault.makeCheck(), ...makeTimeServer(options, root, vault) })
          .execute();
        for (const firm of made) await storeFirm(tx, firm);
      });
      return new LicenseCentral(database, vault, options);
    });
  }

  /**
   * Opens the License Central of a folder.
   *
   * @throws NO_CENTRAL, FILE_UNREADABLE, FILE_VERSION, CENTRAL_OUTDATED, CERTIFICATE_OTHER_ROOT, PASSPHRASE_WRONG, CENTRAL_DAMAGED,
   * CENTRAL_UNUSABLE
   */
  static async open(options: CentralOptions): Promise<LicenseCentral> {
    const { folder, root } = options;
    return usingDatabase(CentralDatabase.open(folder), async (database) => {
      const row = await database.read(async (db) =>
        (await hasTables(db)) ? db.selectFrom('central').selectAll().executeTakeFirst() : undefined,
      );
      if (row === undefined) throw new FerryError('NO_CENTRAL', { where: folder });
      if (row.schema < SCHEMA_VERSION)
        throw new FerryError('CENTRAL_OUTDATED', { where: folder, version: row.schema, known: SCHEMA_VERSION });
      if (row.schema > SCHEMA_VERSION)
        throw new FerryError('FILE_VERSION', { version: row.schema, known: SCHEMA_VERSION });
      if (row.rootKey !== root.key)
        throw new FerryError('CERTIFICATE_OTHER_ROOT', { who: folder, found: row.rootKey, pinned: root.key });
      if (!isPossibleCost(row))
        throw new FerryError('CENTRAL_DAMAGED', { where: folder, what: 'the cost of the passphrase is impossible' });
      const vault = vaultOf(options, row.salt, row);
      if (!vault.matches(row.keyCheck)) throw new FerryError('PASSPHRASE_WRONG', { where: folder });
      return new LicenseCentral(database, vault, options);
    });
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  /** Makes the keys of a firm and has the maker certify them. @throws USAGE_WRONG when the Firm Code is taken or impossible */
  async addFirm(firm: NewFirm): Promise<void> {
    const made = makeFirm(this.#base, this.#root, this.#vault, firm);
    await this.#database.write((tx) => storeFirm(tx, made));
  }

  /** Firm Codes that it issues for, ascending. */
  async firms(): Promise<ListedFirm[]> {
    return this.#read((db) => listFirms(db));
  }

  /** The firms that a container, in its newest context, has asked for the time: their next update file answers it. */
  async askedForTime(target: string): Promise<number[]> {
    return this.#read(async (db) => firmsAskedForTime(db, (await containerByName(db, target)).key));
  }

  /** The certificate of a firm, by which containers make contexts for it. @throws FIRM_UNKNOWN */
  async certificateOf(firmCode: number): Promise<Uint8Array> {
    return (await this.#read((db) => firmByCode(db, firmCode))).certificate;
  }

  /**
   * Remembers a container, so that licenses can be granted to it. Repeatable.
   *
   * @throws CERTIFICATE_WRONG, CERTIFICATE_OTHER_ROOT, CERTIFICATE_REVOKED, FILE_MALFORMED, FILE_VERSION
   */
  async addContainer(certificateRaw: Uint8Array): Promise<{ readonly serial: SerialNumber; readonly key: PublicKey }> {
    const certificate = verifiedContainer(this.#base.crypto, this.#pinned(), certificateRaw);
    await this.#database.write((tx) => addContainer(tx, certificate));
    return { serial: certificate.serial, key: certificate.key };
  }

  /**
   * Grants Product Items to a container, all in one commit. With a `name` the order is carried out once, however often it
   * is given; without one, every call grants anew.
   *
   * @throws FIRM_UNKNOWN, TARGET_UNKNOWN, TARGET_LOCKED, ORDER_EMPTY, USAGE_WRONG, ORDER_NAME_USED, TOO_LARGE_FOR_TARGET,
   * CHANNEL_FULL, EXHAUSTED, CENTRAL_ROLLED_BACK, PARTNER_ROLLED_BACK, EPOCH_NEEDED, TARGET_REVOKED, CERTIFICATE_REVOKED, FIRM_WITHDRAWN
   */
  async grantItems(
    order: Direction & { readonly items: readonly GrantSpec[]; readonly name?: string },
  ): Promise<GrantedOrder> {
    const { firmCode, items, name = null } = order;
    return this.#database.write(async (tx) => {
      const firm = await firmByCode(tx, firmCode);
      const target = await containerByName(tx, order.target);
      return grantItems(tx, this.#base, { firm, keys: this.#keysOf(firm), target, items, name });
    });
  }

  /**
   * Replaces an item where it is by a new grant.
   *
   * @throws PLACE_UNKNOWN unless it certainly is, whole, in one container; USAGE_WRONG, CHANNEL_FULL, FIRM_UNKNOWN, FIRM_WITHDRAWN
   */
  async replaceItem(
    order: ItemName & { readonly item: GrantSpec },
  ): Promise<ChangeOrder & { readonly itemId: ItemId }> {
    return this.#database.write(async (tx) => {
      const firm = await standingFirm(tx, order.firmCode);
      return replaceItem(tx, this.#base, firm, this.#keysOf(firm), order.itemId, order.item);
    });
  }

  /** Takes an item back from where it is. @throws as `replaceItem` */
  async withdrawItem(order: ItemName): Promise<ChangeOrder> {
    return this.#change(order, 'withdraw');
  }

  /** Enables or disables an item where it is. @throws as `replaceItem` */
  async setEnabled(order: ItemName & { readonly enabled: boolean }): Promise<ChangeOrder> {
    return this.#change(order, order.enabled ? 'enable' : 'disable');
  }

  async #change(order: ItemName, kind: ItemChange): Promise<ChangeOrder> {
    return this.#database.write(async (tx) =>
      changeItem(tx, this.#base, await standingFirm(tx, order.firmCode), order.itemId, kind),
    );
  }

  /**
   * Gives the PIN of a container all its tries back. Repeatable, each time with an entry of its own.
   *
   * @throws FIRM_UNKNOWN, TARGET_UNKNOWN, TARGET_LOCKED, CHANNEL_FULL, EXHAUSTED, CENTRAL_ROLLED_BACK, PARTNER_ROLLED_BACK, EPOCH_NEEDED, CERTIFICATE_REVOKED, FIRM_WITHDRAWN
   */
  async unblock(order: Direction): Promise<ChangeOrder> {
    return this.#database.write(async (tx) => {
      const firm = await standingFirm(tx, order.firmCode);
      return unblockPin(tx, this.#base, firm, await containerByName(tx, order.target));
    });
  }

  /**
   * Cancels entries in transit, irrevocably: the next update files tell the container, and its receipt tells which were
   * applied before (R6).
   *
   * @throws NOT_PENDING, FIRM_UNKNOWN, TARGET_UNKNOWN
   */
  async cancel(order: Direction & { readonly sequences: readonly number[] }): Promise<void> {
    await this.#database.write(async (tx) => {
      const firm = await firmByCode(tx, order.firmCode);
      const target = await containerByName(tx, order.target);
      const channel = await openChannel(tx, this.#base, firm, target.key);
      await cancelEntries(tx, this.#base, channel, order.sequences, target);
    });
  }

  /**
   * The update files with all that is in transit from a firm to a container; one without entries when nothing is. One that
   * was set back, as it says and as was proven, gets the time that it asked for, and nothing else. Changes nothing.
   *
   * @throws FIRM_UNKNOWN, TARGET_UNKNOWN, CENTRAL_ROLLED_BACK, PARTNER_ROLLED_BACK, EPOCH_NEEDED
   */
  async updatesFor({ firmCode, target }: Direction): Promise<Uint8Array[]> {
    const source = await this.#database.write(async (tx) => {
      const firm = await firmByCode(tx, firmCode);
      return updateSource(tx, this.#base, this.#vault, firm, await containerByName(tx, target));
    });
    return updateFiles(this.#base, this.#keysOf(source.firm), source);
  }

  /**
   * Takes a context or receipt, of anybody or only of `from`: settles, and learns where licenses are. Repeatable, late or not.
   *
   * @throws FILE_*, CERTIFICATE_*, SIGNATURE_WRONG, NOT_ADDRESSED, TARGET_OTHER, CANNOT_OPEN, CUSTODY_WRONG; then nothing was changed.
   * CENTRAL_ROLLED_BACK when the container proves that this server was set back; the evidence is kept.
   */
  async receiveContext(raw: Uint8Array, from?: PublicKey): Promise<ContextReport> {
    const { file, firm } = await this.#read((db) => openContext(db, this.#base, this.#pinned(), raw, from));
    const { sealingSecret } = this.#keysOf(firm);
    const { provesRollback, ...report } = await this.#database.write(async (tx) => {
      const now = await firmByCode(tx, firm.firmCode);
      return receiveContext(tx, this.#base, this.#pinned(), { firm: now, sealingSecret, file, raw });
    });
    if (provesRollback) throw new FerryError('CENTRAL_ROLLED_BACK', { partner: report.serial, firm: firm.firmCode });
    return report;
  }

  /**
   * Its vendor says that this server was restored from a backup, or that it is to go on after it was proven to be set back.
   * From now on every container gets something of the firm only after a context of it was brought, behind which its channel
   * begins anew. Each call counts as one more restoring.
   *
   * @throws FIRM_UNKNOWN
   */
  async restored(firmCode: number): Promise<void> {
    await this.#database.write(async (tx) => restoreFirm(tx, await firmByCode(tx, firmCode)));
  }

  /**
   * Puts a container on the list of a firm, which then refuses what it passes on of that firm, or on the root's, which
   * withdraws its certificate; or takes it off. Every later update file of the firm carries the list, the root's those of all
   * firms. Repeatable.
   *
   * @param change.list a Firm Code, or `root`
   * @param change.target a serial number, or a key, also of a container that is not known here
   * @throws FIRM_UNKNOWN, FIRM_WITHDRAWN, TARGET_UNKNOWN, REVOCATIONS_FULL
   */
  async revoke(change: {
    readonly list: number | 'root';
    readonly target: string;
    readonly lift?: boolean;
  }): Promise<RevocationList> {
    return this.#database.write(async (tx) => {
      const keeper: ListKeeper =
        change.list === 'root' ? { kind: 'root', root: this.#root } : await this.#keeperOf(tx, change.list);
      return changeList(tx, this.#base, keeper, await keyByName(tx, change.target), change.lift !== true);
    });
  }

  async #keeperOf(tx: Writes, firmCode: number): Promise<FirmKeeper> {
    const firm = await standingFirm(tx, firmCode);
    return { kind: 'firm', firm, keys: this.#keysOf(firm) };
  }

  /** Every list of revocations, the root's first. */
  async revocations(): Promise<RevocationList[]> {
    return this.#read((db) => listRevocations(db));
  }

  /** The lists that a container cannot be brought, as no file for it has room for them; null: that of the root. @throws TARGET_UNKNOWN */
  async listsTooLargeFor(target: string): Promise<(number | null)[]> {
    return this.#read(async (db) => listsTooLargeFor(db, await containerByName(db, target)));
  }

  /** What a write-off would concern; nothing is done. @throws FIRM_UNKNOWN, FIRM_WITHDRAWN, and as `planWriteOff` */
  async planWriteOff(order: WriteOffOrder): Promise<WriteOffPlan> {
    return this.#read(async (db) => planWriteOff(db, await standingFirm(db, order.firmCode), order));
  }

  /**
   * Gives a lost container up: the one that gave holds again what is in transit to it, as soon as it applies the entry, and the
   * lost one comes on the list of the firm, where that has room. If it was not lost, these seats are there twice, and the ledger says so when it is
   * next met.
   *
   * @throws as `planWriteOff`; CHANNEL_FULL, EXHAUSTED
   */
  async writeOff(order: WriteOffOrder): Promise<WrittenOff> {
    return this.#database.write(async (tx) =>
      writeOff(tx, this.#base, await this.#keeperOf(tx, order.firmCode), order),
    );
  }

  /**
   * Lets a firm's licenses be used in a container that was set back and shows its state by this context. Its vendor decides
   * that: what was used or given away since that state can be used again.
   *
   * @throws NOT_LOCKED, FIRM_WITHDRAWN, and what opening a context throws
   */
  async acceptState(raw: Uint8Array): Promise<AcceptedState> {
    const state = await this.#setBack(raw);
    return this.#database.write((tx) => acceptState(tx, this.#base, this.#pinned(), state));
  }

  /** What `acceptState` would mean; changes nothing. @throws as `acceptState` */
  async planAccept(raw: Uint8Array): Promise<AcceptPlan> {
    const state = await this.#setBack(raw);
    return this.#read((db) => planAccept(db, this.#base, this.#pinned(), state));
  }

  async #setBack(raw: Uint8Array): Promise<SetBack> {
    const { file, firm } = await this.#read((db) => openContext(db, this.#base, this.#pinned(), raw));
    await this.#read((db) => requireStanding(db, firm));
    return { firm, keys: this.#keysOf(firm), file };
  }

  /** Where an item is, or all items are, as their containers told last. */
  async where(itemId?: ItemId): Promise<ItemPlace[]> {
    return this.#read((db) => listPlaces(db, itemId === undefined ? undefined : [itemId]));
  }

  /** The item whose id begins so. @throws LICENSE_UNKNOWN when none does, or several do */
  async itemNamed(beginning: string): Promise<ItemName> {
    return this.#read((db) => itemByName(db, beginning));
  }

  /** Every grant and what became of it. */
  async ledger(): Promise<LedgerLine[]> {
    return this.#read((db) => listLedger(db));
  }

  /** Licenses that containers show and that are not known here; a server that was restored from a backup forgot them. */
  async unknownItems(): Promise<UnknownItem[]> {
    return this.#read((db) => listUnknownItems(db));
  }

  /** Pieces of signed evidence kept. */
  async evidence(): Promise<KeptEvidence[]> {
    return this.#read(listEvidence);
  }

  /** The last sequences issued to and settled by every container that a firm has a channel with. @throws FIRM_UNKNOWN */
  async channels(firmCode: number): Promise<CentralChannel[]> {
    return this.#read((db) => listChannels(db, firmCode));
  }

  /** Every entry of a firm that is in transit, by container and sequence. @throws FIRM_UNKNOWN */
  async transit(firmCode: number): Promise<CentralTransit[]> {
    return this.#read((db) => listTransit(db, firmCode));
  }

  #read<T>(work: (db: Reads) => Promise<T>): Promise<T> {
    return this.#database.read(work);
  }

  #keysOf(firm: FirmRow): FirmKeys {
    return this.#vault.openKeys(firm.firmCode, firm.sealedKeys);
  }

  #pinned(): PinnedRoot {
    return { key: this.#root.key, id: this.#root.id };
  }
}

function vaultOf({ crypto, env, passphrase }: CentralOptions, salt: Uint8Array, cost: PassphraseCost): KeyVault {
  return new KeyVault(crypto, env, passphraseKey(passphrase, salt, cost));
}
