import { type CustodyRecord, checkRecord } from '../../container/engine/check-custody.ts';
import { FerryError } from '../../container/errors.ts';
import {
  type Certificate,
  type PinnedRoot,
  readStoredCertificate,
  verifyCertificate,
} from '../../container/files/certificate.ts';
import type { Inventory } from '../../container/files/context-file.ts';
import { readEnvelope } from '../../container/files/envelope.ts';
import { transferRecord } from '../../container/files/transfer-record.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import { FORMAT } from '../../container/model/limits.ts';
import type { Foundation } from './channels.ts';
import { findChannel, updateChannel } from './channels.ts';
import { rowsOf } from './named-at-once.ts';
import { rememberPartners } from './parties.ts';
import type { ChannelRow, Flag, PlaceRow, Reads, Writes } from './tables.ts';

/** More than a transfer record and a holding add to a context beside their own bytes: framing and certificates. */
const BESIDE_RECORD = 600;
const HOLDING_BYTES = 64;

/** An inventory of which every certificate and every transfer record was verified. */
export interface CheckedInventory {
  readonly content: Inventory;
  readonly certificates: readonly (Certificate & { readonly party: 'container' })[];
  readonly records: readonly CustodyRecord[];
}

/**
 * Verifies what a container tells a firm of its licenses' ways: each transfer record is signed by its sender, a certified
 * container, is about this firm and names each license once, as every container wants it; and no license that is named was granted by another firm here.
 *
 * @throws CUSTODY_WRONG, CERTIFICATE_WRONG, CERTIFICATE_OTHER_ROOT, FILE_MALFORMED, FILE_VERSION
 */
export async function checkInventory(
  db: Reads,
  { crypto }: Foundation,
  root: PinnedRoot,
  firmCode: number,
  teller: Certificate,
  content: Inventory,
): Promise<CheckedInventory> {
  const parties = new Map<PublicKey, Certificate>();
  for (const known of await certificatesOf(db, sendersIn(content.log))) parties.set(known.key, known);
  parties.set(teller.key, teller);
  const certificates: CheckedInventory['certificates'][number][] = [];
  for (const raw of content.certificates) {
    const checked = verifyCertificate(crypto, root, raw);
    if (!checked.ok) throw new FerryError(checked.code, checked.details);
    if (checked.value.party !== 'container') continue;
    certificates.push(checked.value);
    parties.set(checked.value.key, checked.value);
  }
  const records = content.log.map((raw) => {
    const record = checkRecord(crypto, parties, raw);
    if (!record.ok) throw new FerryError(record.code, record.details);
    const { items, ...content } = record.value.content;
    if (content.firmCode !== firmCode)
      throw new FerryError('CUSTODY_WRONG', { why: 'a transfer record belongs to another vendor' });
    if (new Set(items.map(({ itemId }) => itemId)).size < items.length)
      throw new FerryError('CUSTODY_WRONG', { why: 'a transfer record names a license twice' });
    return record.value;
  });
  const inventory = { content, certificates, records };
  await requireOwn(db, firmCode, itemsOf(inventory));
  await requireGranted(db, records);
  return inventory;
}

/** @throws CUSTODY_WRONG when a transfer is said to have moved more seats than there ever were of a license */
async function requireGranted(db: Reads, records: CheckedInventory['records']): Promise<void> {
  const moved = records.flatMap(({ content }) => content.items);
  const granted = await rowsOf(new Set(moved.map(({ itemId }) => itemId)), (some) =>
    db.selectFrom('grants').select(['itemId', 'quantity']).where('itemId', 'in', some).execute(),
  );
  const most = new Map(granted.map(({ itemId, quantity }) => [itemId, quantity]));
  if (moved.some(({ itemId, quantity }) => quantity > (most.get(itemId) ?? quantity)))
    throw new FerryError('CUSTODY_WRONG', { why: 'a transfer record moves more seats than were granted' });
}

/** @throws CUSTODY_WRONG when another firm granted one of the items */
async function requireOwn(db: Reads, firmCode: number, items: ReadonlySet<ItemId>): Promise<void> {
  const foreign = await rowsOf(items, (some) =>
    db.selectFrom('grants').select('itemId').where('itemId', 'in', some).where('firmCode', '!=', firmCode).execute(),
  );
  if (foreign.length > 0) throw new FerryError('CUSTODY_WRONG', { why: 'a license belongs to another vendor' });
}

/** Who says to have made these records; what cannot be read names nobody, and is refused when it is verified. */
function sendersIn(log: readonly Uint8Array[]): ReadonlySet<PublicKey> {
  const senders = new Set<PublicKey>();
  for (const raw of log) {
    const envelope = readEnvelope(raw, 'transferRecord', 1, 'a transfer record');
    const content = envelope.ok ? transferRecord.decode(envelope.value.parts[0] ?? NO_BYTES) : envelope;
    if (content.ok) senders.add(content.value.from);
  }
  return senders;
}

async function certificatesOf(db: Reads, keys: ReadonlySet<PublicKey>): Promise<Certificate[]> {
  const rows = await rowsOf(keys, (some) =>
    db.selectFrom('containers').select('certificate').where('key', 'in', some).execute(),
  );
  return rows.map(({ certificate }) => readStoredCertificate(certificate));
}

/**
 * What in an inventory contradicts the custody log that its container told before, whichever word is the older one; null when
 * both belong to one honest history. A log only grows, and what is in it never changes: otherwise the container was set
 * back or copied.
 *
 * A container that says itself that it was set back may have a shorter one.
 */
export async function contradictedLog(
  db: Reads,
  channel: ChannelRow,
  { content, records }: CheckedInventory,
  { generation, locked }: { readonly generation: number; readonly locked: boolean },
): Promise<string | null> {
  const last = content.logFirst + records.length - 1;
  const known = await db
    .selectFrom('custodyLog')
    .select(['position', 'hash'])
    .where('firmCode', '=', channel.firmCode)
    .where('container', '=', channel.container)
    .where('position', '>=', content.logFirst)
    .where('position', '<=', last)
    .execute();
  if (known.some(({ position, hash }) => records[position - content.logFirst]?.hash !== hash))
    return 'two different transfers are at one position of its custody log';
  const { custodyKnownThrough, toldGeneration, logWhole } = channel;
  const isShorter = generation >= toldGeneration && last < custodyKnownThrough && hasRoomLeft(content) && !locked;
  const isLonger = generation < toldGeneration && last > custodyKnownThrough && logWhole === 1;
  return isShorter || isLonger ? 'a newer state has a shorter custody log' : null;
}

/** The circumstances of an inventory. */
interface Telling {
  /** Of the container when it said so. */
  readonly generation: number;
  /** The last entry of the firm that it had settled then, as far as its chain shows. */
  readonly settled: number;
  /** Whether the container just now turned out to be set back or copied. */
  readonly contradicted: boolean;
  /** Whether this server may have forgotten what the container was told that it knows, and this is its newest word. */
  readonly mayHaveGaps: boolean;
  /** When it was brought first, in seconds since 2000-01-01. */
  readonly toldAt: number;
}

/**
 * Stores a verified inventory: the transfers whoever tells of them first, and where the items are unless something newer
 * is known already. Of a container that just now turned out to be set back or copied (`contradicted`), only the transfers:
 * that one of its copies signed them is true. Repeatable, in any order.
 */
export async function storeInventory(
  tx: Writes,
  before: ChannelRow,
  inventory: CheckedInventory,
  { generation, settled, contradicted, mayHaveGaps, toldAt }: Telling,
): Promise<void> {
  await rememberPartners(tx, inventory.certificates);
  const channel = mayHaveGaps && !contradicted ? await passOverGap(tx, before, inventory.content) : before;
  await storeLog(tx, channel, inventory);
  if (contradicted || generation < channel.toldGeneration) return;
  const { content } = inventory;
  if (content.complete)
    await tx
      .deleteFrom('places')
      .where('firmCode', '=', channel.firmCode)
      .where('container', '=', channel.container)
      .execute();
  for (const [itemId, counted] of countByItem(content)) {
    const place: PlaceRow = { ...counted, itemId, generation, toldAt, ...placeKey(channel) };
    const { quantity, pending, enabled } = place;
    await tx
      .insertInto('places')
      .values(place)
      .onConflict((it) =>
        it.columns(['itemId', 'container']).doUpdateSet({ quantity, pending, enabled, generation, toldAt }),
      )
      .execute();
  }
  const logWhole = tellsAll(channel, content) ? 1 : 0;
  await updateChannel(tx, channel, { toldGeneration: generation, toldSettled: settled, logWhole });
}

/**
 * A container whose log begins behind what is known here has forgotten the part between, because this server knew it before
 * it was restored. That part is lost; the log is known again from where it begins.
 */
async function passOverGap(tx: Writes, channel: ChannelRow, { logFirst }: Inventory): Promise<ChannelRow> {
  if (logFirst <= channel.custodyKnownThrough + 1) return channel;
  const passed = { custodyKnownThrough: logFirst - 1, logLost: 1 } as const;
  await updateChannel(tx, channel, passed);
  return { ...channel, ...passed };
}

/**
 * Whether an inventory certainly brings the log as far as it goes: nothing is missing before it, and it is small enough for
 * the container to have had room for more.
 */
function tellsAll({ custodyKnownThrough, logLost }: ChannelRow, content: Inventory): boolean {
  return logLost === 0 && content.logFirst <= custodyKnownThrough + 1 && hasRoomLeft(content);
}

/** Whether an inventory is small enough for its container to have had room for more of the log, if there were more. */
function hasRoomLeft({ log, holdings }: Inventory): boolean {
  const bytes = log.reduce((sum, { length }) => sum + length + BESIDE_RECORD, 0) + holdings.length * HOLDING_BYTES;
  return bytes < FORMAT.fileBytes / 2;
}

function placeKey({ firmCode, container }: ChannelRow): Pick<PlaceRow, 'firmCode' | 'container'> {
  return { firmCode, container };
}

/** Items that an inventory tells of, by holding or transfer. */
export function itemsOf({ content, records }: CheckedInventory): Set<ItemId> {
  const moved = records.flatMap((record) => record.content.items);
  return new Set([...content.holdings, ...moved].map(({ itemId }) => itemId));
}

/** Seats of each item over all holdings of it; enabled only when every one of them is. */
export function countByItem({
  holdings,
}: Pick<Inventory, 'holdings'>): Map<ItemId, Pick<PlaceRow, 'quantity' | 'pending' | 'enabled'>> {
  const counted = new Map<ItemId, { quantity: number; pending: number; enabled: Flag }>();
  for (const { itemId, quantity, pending, enabled } of holdings) {
    const sum = counted.get(itemId) ?? { quantity: 0, pending: 0, enabled: 1 };
    counted.set(itemId, {
      quantity: sum.quantity + quantity,
      pending: sum.pending + pending,
      enabled: enabled ? sum.enabled : 0,
    });
  }
  return counted;
}

async function storeLog(tx: Writes, channel: ChannelRow, { content, records }: CheckedInventory): Promise<void> {
  const { firmCode, container, custodyKnownThrough } = channel;
  for (const [at, record] of records.entries()) {
    await storeTransfer(tx, record);
    const line = { firmCode, container, position: content.logFirst + at, hash: record.hash };
    await tx
      .insertInto('custodyLog')
      .values(line)
      .onConflict((it) => it.doNothing())
      .execute();
  }
  const last = content.logFirst + records.length - 1;
  if (content.logFirst <= custodyKnownThrough + 1 && last > custodyKnownThrough)
    await updateChannel(tx, channel, { custodyKnownThrough: last });
}

async function storeTransfer(tx: Writes, { hash, raw, content }: CustodyRecord): Promise<void> {
  const { firmCode, from: sender, to: target, sequence } = content;
  const issuedBefore = (await findChannel(tx, firmCode, sender))?.issued ?? 0;
  const stored = await tx
    .insertInto('transfers')
    .values({ hash, firmCode, sender, target, sequence, raw, issuedBefore })
    .onConflict((it) => it.doNothing())
    .executeTakeFirst();
  if (stored.numInsertedOrUpdatedRows === 0n) return;
  for (const { itemId, quantity } of content.items)
    await tx.insertInto('transferItems').values({ hash, itemId, quantity }).execute();
}
