import { contradiction, type Outcome } from '../../container/engine/issuer-channel.ts';
import { FerryError } from '../../container/errors.ts';
import type { PinnedRoot } from '../../container/files/certificate.ts';
import { type ContextFile, openContextFile, openInventory } from '../../container/files/context-file.ts';
import { signedStatement } from '../../container/files/signed-file.ts';
import { type Statement, statement } from '../../container/files/statement.ts';
import { toHex } from '../../container/model/bytes.ts';
import type { Hash, PublicKey } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import { dropAcceptance, isUsedAsSetBack, noteAccepted } from './accepted-states.ts';
import { type Foundation, findChannel, openChannel, updateChannel } from './channels.ts';
import { type CheckedInventory, checkInventory, contradictedLog, itemsOf, storeInventory } from './custody.ts';
import { keepEvidence } from './evidence.ts';
import { excessOf, type Surplus } from './ledger.ts';
import { HERE, isKnown, rememberContainer } from './parties.ts';
import { type ProvenContainer, receiveProofs } from './proofs.ts';
import { revokedByRoot } from './revocations.ts';
import { settleChannel } from './settle-channel.ts';
import { leaveOutSettled } from './settled-before.ts';
import type { ChannelRow, FirmRow, Reads, Writes } from './tables.ts';
import { settleUnsure } from './unsure-entries.ts';
import { confirmShown } from './unsure-grants.ts';

/** What a context or receipt told a firm. */
export interface ContextReport {
  readonly firmCode: number;
  readonly target: PublicKey;
  readonly serial: SerialNumber;
  /** Whether the container was not known here before. */
  readonly madeKnown: boolean;
  /** Whether this very file was taken before. */
  readonly repeated: boolean;
  /** Entries that it settled; reason null: applied. */
  readonly outcomes: readonly Outcome[];
  /** Sequences that were applied although they had been cancelled: the cancellation came too late. */
  readonly tooLate: readonly number[];
  /** Sequences that were applied or refused, but this server, which was restored from a backup, has lost which. */
  readonly unsure: readonly number[];
  /** The epoch in which its channel began anew, behind this context; null when it did not. */
  readonly newEpoch: number | null;
  /** Entries still in transit to the container. */
  readonly pending: number;
  /** What shows that the container was set back or copied; null for an honest one. */
  readonly contradiction: string | null;
  /** Other containers that this one proved to have been set back or copied, and that were not known for it. */
  readonly proven: readonly ProvenContainer[];
  /** Licenses in this context that are shown although they were written off: duplicates that their vendor accepted. */
  readonly duplicates: readonly Surplus[];
  /** Licenses in this context of which more seats are shown now than were granted; empty while everybody is honest. */
  readonly surplus: readonly Surplus[];
}

/**
 * Verifies a context file for one of the firms here.
 *
 * @param from whose it has to be, where only one container is meant
 * @throws what opening says, NOT_ADDRESSED, TARGET_OTHER
 */
export async function openContext(
  db: Reads,
  { crypto }: Foundation,
  root: PinnedRoot,
  raw: Uint8Array,
  from?: PublicKey,
): Promise<{ readonly file: ContextFile; readonly firm: FirmRow }> {
  const revoked = await revokedByRoot(db);
  const verifier = { crypto, root, known: () => undefined, isRevoked: (key: PublicKey) => revoked.has(key) };
  const opened = openContextFile(verifier, raw);
  if (!opened.ok) throw new FerryError(opened.code, opened.details);
  const { issuer } = opened.value.header;
  const firm = await db.selectFrom('firms').selectAll().where('key', '=', issuer).executeTakeFirst();
  if (firm === undefined)
    throw new FerryError('NOT_ADDRESSED', { wanted: `the issuer ${issuer.slice(0, 16)}`, here: HERE });
  const { key, serial } = opened.value.certificate;
  if (from !== undefined && key !== from)
    throw new FerryError('TARGET_OTHER', { found: serial, wanted: `the container with the key ${from.slice(0, 8)}` });
  return { file: opened.value, firm };
}

/**
 * Takes in a verified context: settles what was in transit, remembers the container's word and its custody. Taking it
 * again, or after a newer one, changes nothing.
 *
 * The report says when the container proved that this server was set back; evidence of it is kept then.
 *
 * @throws CANNOT_OPEN, CUSTODY_WRONG, CERTIFICATE_WRONG and what else its content is refused for
 */
export async function receiveContext(
  tx: Writes,
  base: Foundation,
  root: PinnedRoot,
  given: {
    readonly firm: FirmRow;
    readonly sealingSecret: Uint8Array;
    readonly file: ContextFile;
    readonly raw: Uint8Array;
  },
): Promise<ContextReport & { readonly provesRollback: boolean }> {
  const { firm, file } = given;
  const { firmCode } = firm;
  const opened = openInventory(base.crypto, given.sealingSecret, file);
  if (!opened.ok) throw new FerryError(opened.code, opened.details);
  const { certificate } = file;
  const inventory =
    opened.value === null ? null : await checkInventory(tx, base, root, firmCode, certificate, opened.value);
  const madeKnown = !(await isKnown(tx, certificate.key));
  await rememberContainer(tx, certificate);
  const channel = await openChannel(tx, base, firm, certificate.key);
  const { repeated, toldAt } = await noteReceipt(tx, base, firmCode, file, given.raw);
  const { generation } = file.statement;
  const { locked } = file.header;
  const isNewest = generation >= (rememberedStatement(channel)?.generation ?? 0);
  const logged = inventory === null ? null : await contradictedLog(tx, channel, inventory, { generation, locked });
  const admitted =
    locked || (inventory?.content.setBackBy ?? null) === null ? null : 'a partner proved to it that it was set back';
  const witnessed = await witnessContainer(tx, base, channel, file, logged ?? admitted);
  const { contradiction: settledWrong, ...settled } = await settleChannel(tx, base, firm, channel, file, {
    isNewest,
    contradicted: witnessed !== null,
  });
  const why = witnessed ?? settledWrong;
  // Of a container that was contradicted before, nothing is believed any more.
  if (inventory !== null && channel.contradiction === null) {
    const mayHaveGaps = isNewest && firm.restores > 0;
    const isOfPast = channel.acceptance === 'taken' && !locked;
    const known = (await findChannel(tx, firmCode, certificate.key)) ?? channel;
    const telling = {
      generation,
      settled: Math.min(file.statement.inbound.applied, known.settled),
      contradicted: why !== null || isOfPast,
      mayHaveGaps,
      toldAt,
    };
    const teller = why === null ? await followAcceptance(tx, base, channel, file, inventory) : channel;
    await storeInventory(tx, teller, inventory, telling);
    if (why === null) await confirmShown(tx, firmCode, itemsOf(inventory));
  }
  const proven = inventory === null ? [] : await receiveProofs(tx, base, firm, inventory.content);
  const now = (await findChannel(tx, firmCode, certificate.key)) ?? channel;
  // What a container that was set back shows, and the log that is known of it, are not of one state.
  const tellsItsState = generation === now.toldGeneration && !locked;
  if (why === null && tellsItsState && inventory?.content.complete === true) {
    const applied = settled.outcomes.filter(({ reason }) => reason === null);
    await leaveOutSettled(tx, now, new Set(applied.map(({ sequence }) => sequence)));
    if (firm.restores > 0) await settleUnsure(tx, now);
  }
  const excess = await excessOf(tx, inventory === null ? [] : itemsOf(inventory));
  const { key: target, serial } = certificate;
  const pending = now.issued - now.settled;
  const told = { firmCode, target, serial, madeKnown, repeated };
  return { ...told, ...settled, pending, contradiction: why, proven, ...excess };
}

/** Its channel, after a container told that it is used as it was set back, or that it is back in a later state. */
async function followAcceptance(
  tx: Writes,
  base: Foundation,
  channel: ChannelRow,
  file: ContextFile,
  { content }: CheckedInventory,
): Promise<ChannelRow> {
  if (channel.acceptance !== 'taken' && isUsedAsSetBack(file, channel.firmCode, content))
    return noteAccepted(tx, base, channel, file, 'taken');
  const isBack = !file.header.locked && file.statement.generation > channel.toldGeneration;
  if (channel.acceptance === 'given' && isBack) await dropAcceptance(tx, channel);
  return channel;
}

/** @returns when this file was taken first, in seconds since 2000-01-01 */
async function noteReceipt(
  tx: Writes,
  { crypto, env }: Foundation,
  firmCode: number,
  { certificate, statement: said }: ContextFile,
  raw: Uint8Array,
): Promise<{ readonly repeated: boolean; readonly toldAt: number }> {
  const hash = toHex(crypto.sha256(raw)) as Hash;
  const before = await tx.selectFrom('contexts').select('receivedAt').where('hash', '=', hash).executeTakeFirst();
  if (before !== undefined) return { repeated: true, toldAt: before.receivedAt };
  const row = { hash, firmCode, container: certificate.key, generation: said.generation, receivedAt: env.now() };
  await tx.insertInto('contexts').values(row).execute();
  return { repeated: false, toldAt: row.receivedAt };
}

/**
 * Holds a container's statement against what is remembered of it (R8) and remembers the newer one.
 *
 * @param known what contradicts its custody log, or what it says of itself
 */
async function witnessContainer(
  tx: Writes,
  base: Foundation,
  channel: ChannelRow,
  file: ContextFile,
  known: string | null,
): Promise<string | null> {
  const { largestRecord, locked, lockedFirms } = file.header;
  // Where the licenses of the firm are locked, it is asked to accept a state, and by the same field.
  const challenge = lockedFirms.includes(channel.firmCode) ? null : file.header.challenge;
  // Of one that says itself that it was set back, no state is newer than what is remembered.
  if (locked) await updateChannel(tx, channel, { challenge });
  if (channel.contradiction !== null) return channel.contradiction;
  const remembered = rememberedStatement(channel);
  const why = contradiction(base.crypto, remembered, file.statement, { applied: 0, settled: channel.settled }) ?? known;
  if (why !== null) {
    await keepEvidence(tx, base, channel.firmCode, file, why, channel.witness);
    await updateChannel(tx, channel, { contradiction: why, ...(locked ? {} : { challenge: null }) });
    return why;
  }
  if (remembered !== undefined && file.statement.generation < remembered.generation) return null;
  await updateChannel(tx, channel, { witness: signedStatement.encode(file.signed), challenge });
  await tx
    .updateTable('containers')
    .set({ largestRecord, locked: locked ? 1 : 0 })
    .where('key', '=', channel.container)
    .execute();
  return null;
}

function rememberedStatement({ witness }: ChannelRow): Statement | undefined {
  if (witness === null) return undefined;
  return statement.decodeTrusted(signedStatement.decodeTrusted(witness).statement);
}
