import type { Crypto } from '../../container/crypto/port.ts';
import { chainNext, entryHash, newHead } from '../../container/engine/issuer-channel.ts';
import type { Env } from '../../container/env.ts';
import { Defect, FerryError } from '../../container/errors.ts';
import { type EntryContent, encodeEntry } from '../../container/files/entries.ts';
import { U32_MAX } from '../../container/files/fields.ts';
import { fromHex, toHex } from '../../container/model/bytes.ts';
import type { Hash, ItemId, PublicKey } from '../../container/model/ids.ts';
import { FORMAT } from '../../container/model/limits.ts';
import { revokedByRoot } from './revocations.ts';
import type { ChannelRow, ContainerRow, FirmRow, Reads, Writes } from './tables.ts';

/** What every rule of this server stands on. */
export interface Foundation {
  readonly crypto: Crypto;
  readonly env: Env;
}

/** A firm's content for one container, with the item that it is about. */
export interface NewEntry {
  readonly content: EntryContent;
  readonly itemId: ItemId | null;
}

/** Sequences of entries that were issued together. */
export interface IssuedRange {
  readonly first: number;
  readonly last: number;
}

export async function findChannel(db: Reads, firmCode: number, container: PublicKey): Promise<ChannelRow | undefined> {
  return db
    .selectFrom('channels')
    .selectAll()
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .executeTakeFirst();
}

/** The channel from a firm to a container; the first use makes it, and it is never dropped. */
export async function openChannel(
  tx: Writes,
  base: Foundation,
  firm: FirmRow,
  container: PublicKey,
): Promise<ChannelRow> {
  const known = await findChannel(tx, firm.firmCode, container);
  if (known !== undefined) return known;
  const channel: ChannelRow = {
    firmCode: firm.firmCode,
    container,
    ...newHead(base.crypto, firm.key, container),
    generation: 1,
    stateHash: toHex(base.env.random(32)) as Hash,
    witness: null,
    toldGeneration: 0,
    toldSettled: 0,
    custodyKnownThrough: 0,
    logWhole: 1,
    logLost: 0,
    // Of a restored server: a channel that is new here may have been used before, so it has to begin anew.
    restore: 0,
    acceptance: 'none',
    contradiction: null,
    challenge: null,
  };
  await tx.insertInto('channels').values(channel).execute();
  return channel;
}

/** Whether a firm may give this container anything at all. @throws CENTRAL_ROLLED_BACK, PARTNER_ROLLED_BACK, EPOCH_NEEDED */
export function requireTrust(firm: FirmRow, channel: ChannelRow, container: ContainerRow): void {
  if (firm.rolledBackBy !== null)
    throw new FerryError('CENTRAL_ROLLED_BACK', { partner: firm.rolledBackBy, firm: firm.firmCode });
  const why = channel.contradiction;
  if (why !== null) throw new FerryError('PARTNER_ROLLED_BACK', { partner: container.serial, why });
  if (channel.restore < firm.restores)
    throw new FerryError('EPOCH_NEEDED', { target: container.serial, firm: firm.firmCode });
}

/** Whether a container takes files at all, as far as it told. @throws TARGET_LOCKED */
export function requireUnlocked({ locked, serial }: ContainerRow): void {
  if (locked === 1) throw new FerryError('TARGET_LOCKED', { target: serial });
}

/** Whether its certificate counts. @throws CERTIFICATE_REVOKED when the root has withdrawn it */
export async function requireCertified(db: Reads, { key, serial }: ContainerRow): Promise<void> {
  if ((await revokedByRoot(db)).has(key)) throw new FerryError('CERTIFICATE_REVOKED', { who: serial });
}

/** Generation and state hash of a channel after one more change; fresh randomness makes every history its own. */
export function nextState(base: Foundation, channel: ChannelRow): Pick<ChannelRow, 'generation' | 'stateHash'> {
  if (channel.generation >= U32_MAX) throw new FerryError('EXHAUSTED', { what: 'generation' });
  const hash = base.crypto.sha256(fromHex(channel.stateHash), base.env.random(16));
  return { generation: channel.generation + 1, stateHash: toHex(hash) as Hash };
}

/**
 * Issues entries to a container (R2): the channel moves from the sequence that was read to the last new one by compare
 * and set, in the transaction that stores the entries.
 *
 * @throws CHANNEL_FULL, EXHAUSTED, CERTIFICATE_REVOKED
 */
export async function issueEntries(
  tx: Writes,
  base: Foundation,
  channel: ChannelRow,
  entries: readonly NewEntry[],
  target: ContainerRow,
): Promise<IssuedRange> {
  const { firmCode, container, epoch, issued, settled } = channel;
  await requireCertified(tx, target);
  if (issued - settled + entries.length > FORMAT.pendingEntries)
    throw new FerryError('CHANNEL_FULL', { pending: issued - settled, target: target.serial });
  if (issued + entries.length > U32_MAX) throw new FerryError('EXHAUSTED', { what: 'sequence' });
  let chain = channel.issuedChain;
  let sequence = issued;
  for (const { content, itemId } of entries) {
    const bytes = encodeEntry(content, base.env.random(16));
    const hash = entryHash(base.crypto, bytes);
    chain = chainNext(base.crypto, chain, hash);
    sequence += 1;
    const entry = { firmCode, container, sequence, epoch, kind: content.kind, bytes, hash, chain, itemId };
    await tx
      .insertInto('entries')
      .values({ ...entry, cancelled: 0, outcome: null })
      .execute();
  }
  const moved = await tx
    .updateTable('channels')
    .set({ issued: sequence, issuedChain: chain, ...nextState(base, channel) })
    .where('firmCode', '=', firmCode)
    .where('container', '=', container)
    .where('issued', '=', issued)
    .executeTakeFirst();
  if (moved.numUpdatedRows !== 1n) throw new Defect('a sequence was taken in spite of the write lock');
  return { first: issued + 1, last: sequence };
}

/**
 * Cancels entries that are in transit, for good (R6). Cancelling one again changes nothing.
 *
 * @throws NOT_PENDING
 */
export async function cancelEntries(
  tx: Writes,
  base: Foundation,
  channel: ChannelRow,
  sequences: readonly number[],
  target: ContainerRow,
): Promise<void> {
  const { firmCode, container, issued, settled } = channel;
  const stray = sequences.find((sequence) => !(sequence > settled && sequence <= issued));
  if (stray !== undefined) throw new FerryError('NOT_PENDING', { sequence: stray, target: target.serial });
  for (const sequence of sequences)
    await tx
      .updateTable('entries')
      .set({ cancelled: 1 })
      .where('firmCode', '=', firmCode)
      .where('container', '=', container)
      .where('sequence', '=', sequence)
      .execute();
  await updateChannel(tx, channel, nextState(base, channel));
}

export async function updateChannel(tx: Writes, channel: ChannelRow, change: Partial<ChannelRow>): Promise<void> {
  await tx
    .updateTable('channels')
    .set(change)
    .where('firmCode', '=', channel.firmCode)
    .where('container', '=', channel.container)
    .execute();
}
