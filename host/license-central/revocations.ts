import type { Crypto } from '../../container/crypto/port.ts';
import { fileRoom, noticeWeight } from '../../container/engine/issuer-channel.ts';
import type { Env } from '../../container/env.ts';
import { FerryError } from '../../container/errors.ts';
import { U32_MAX } from '../../container/files/fields.ts';
import { revokedKeys, signFirmRevocations, signRootRevocations } from '../../container/files/notices.ts';
import type { RootAuthority } from '../../container/files/test-root.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { FORMAT } from '../../container/model/limits.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import type { FirmKeys } from './firm-keys.ts';
import { firmByCode, largestRecordOf } from './parties.ts';
import { type ContainerRow, type FirmRow, type Reads, ROOT_LIST, type Writes } from './tables.ts';

/** Whoever keeps a list of revocations, with the secret that signs it. */
export type ListKeeper = { readonly kind: 'root'; readonly root: RootAuthority } | FirmKeeper;

/** A firm as the keeper of its list. */
export interface FirmKeeper {
  readonly kind: 'firm';
  readonly firm: FirmRow;
  readonly keys: FirmKeys;
}

/** A list of revocations as it is kept here. */
export interface RevocationList {
  /** null: the list of the root. */
  readonly firmCode: number | null;
  /** 0 as long as nothing was ever on it. */
  readonly version: number;
  readonly containers: readonly { readonly key: PublicKey; readonly serial: SerialNumber | null }[];
}

/**
 * Puts a container on a list, or takes it off. What is so already stays, and the list keeps its version.
 *
 * A server that was restored from a backup has forgotten versions, and what it signs later is to take the place of them
 * nevertheless: see `leastVersion`. So such a server signs each time: what is so already by the list that is known here may be
 * otherwise by one that it has forgotten. It signs nothing before it is asked to: forgotten revocations hold until then.
 *
 * @throws REVOCATIONS_FULL, EXHAUSTED
 */
export async function changeList(
  tx: Writes,
  { crypto, env }: { readonly crypto: Crypto; readonly env: Env },
  keeper: ListKeeper,
  key: PublicKey,
  isRevoked: boolean,
): Promise<RevocationList> {
  const firmCode = keeper.kind === 'root' ? ROOT_LIST : keeper.firm.firmCode;
  const known = await listOf(tx, firmCode);
  const keys = new Set<PublicKey>(known === undefined ? [] : revokedKeys(known.raw));
  const restores = await restoresOf(tx, firmCode);
  if (keys.has(key) !== isRevoked || restores > 0) {
    if (isRevoked) keys.add(key);
    else keys.delete(key);
    if (keys.size > FORMAT.revokedKeys)
      throw new FerryError('REVOCATIONS_FULL', { list: listName(firmCode), limit: FORMAT.revokedKeys });
    const before = known?.version ?? 0;
    if (before >= U32_MAX) throw new FerryError('EXHAUSTED', { what: 'version of a list' });
    const version = Math.max(before + 1, leastVersion(env, restores));
    const row = { firmCode, version, raw: signed(crypto, keeper, { version, keys: [...keys] }) };
    await tx
      .insertInto('revocations')
      .values(row)
      .onConflict((it) => it.column('firmCode').doUpdateSet(row))
      .execute();
  }
  return (await listRevocations(tx)).find((list) => (list.firmCode ?? ROOT_LIST) === firmCode) ?? emptyList(firmCode);
}

/** Whether a firm's list has room for a container, or has it already. */
export async function hasRoomOnList(db: Reads, firmCode: number, key: PublicKey): Promise<boolean> {
  const known = await listOf(db, firmCode);
  const keys = known === undefined ? new Set<PublicKey>() : revokedKeys(known.raw);
  return keys.has(key) || keys.size < FORMAT.revokedKeys;
}

/** Versions by which each restoring is ahead of the time: about a year of seconds. */
const AHEAD = 2 ** 25;
/** As many restorings count, so that versions last until 2069 however many there are. */
const MOST_COUNTED = 64;

/**
 * The version that a list has at least: the present time in seconds since 2000-01-01, and more after each restoring. So it is
 * higher than what was forgotten, also where more changes were made than seconds have passed, and where the clock was ahead by
 * less than `AHEAD`.
 */
function leastVersion(env: Env, restores: number): number {
  return Math.min(env.now() + Math.min(restores, MOST_COUNTED) * AHEAD, U32_MAX);
}

/** How often a keeper's server was restored, as the vendors say of any of its firms, so that containers may have newer lists. */
async function restoresOf(db: Reads, firmCode: number): Promise<number> {
  const all = db.selectFrom('firms').select(({ fn }) => fn.max('restores').as('restores'));
  const found = await (firmCode === ROOT_LIST ? all : all.where('firmCode', '=', firmCode)).executeTakeFirst();
  return found?.restores ?? 0;
}

function signed(
  crypto: Crypto,
  keeper: ListKeeper,
  content: { readonly version: number; readonly keys: readonly PublicKey[] },
): Uint8Array {
  if (keeper.kind === 'root') return signRootRevocations(crypto, keeper.root.seed, content);
  return signFirmRevocations(crypto, keeper.keys.seed, { firmCode: keeper.firm.firmCode, ...content });
}

function listName(firmCode: number): string {
  return firmCode === ROOT_LIST ? 'The list of the root' : `The list of firm ${firmCode}`;
}

function emptyList(firmCode: number): RevocationList {
  return { firmCode: firmCode === ROOT_LIST ? null : firmCode, version: 0, containers: [] };
}

/** Every list, the root's first. */
export async function listRevocations(db: Reads): Promise<RevocationList[]> {
  const rows = await db.selectFrom('revocations').selectAll().orderBy('firmCode').execute();
  const known = await db.selectFrom('containers').select(['key', 'serial']).execute();
  const serials = new Map(known.map(({ key, serial }) => [key, serial]));
  return rows.map(({ firmCode, version, raw }) => ({
    ...emptyList(firmCode),
    version,
    containers: [...revokedKeys(raw)].map((key) => ({ key, serial: serials.get(key) ?? null })),
  }));
}

/** The signed lists that every update file of a firm is to carry, the root's first. */
export async function noticesOf(db: Reads, firmCode: number): Promise<Uint8Array[]> {
  const rows = await db
    .selectFrom('revocations')
    .select('raw')
    .where('firmCode', 'in', [ROOT_LIST, firmCode])
    .orderBy('firmCode')
    .execute();
  return rows.map(({ raw }) => raw);
}

/** Whether a firm gives that container licenses at all. @throws TARGET_REVOKED when it is on its list */
export async function requireUnrevoked(db: Reads, firmCode: number, { key, serial }: ContainerRow): Promise<void> {
  const list = await listOf(db, firmCode);
  if (list !== undefined && revokedKeys(list.raw).has(key))
    throw new FerryError('TARGET_REVOKED', { target: serial, firm: firmCode });
}

/** Whether the root has withdrawn the key of a firm. What that signs, no container takes where the list of the root has come. */
export async function isWithdrawn(db: Reads, { key }: Pick<FirmRow, 'key'>): Promise<boolean> {
  return (await revokedByRoot(db)).has(key);
}

/** @throws FIRM_WITHDRAWN */
export async function requireStanding(db: Reads, firm: Pick<FirmRow, 'key' | 'firmCode'>): Promise<void> {
  if (await isWithdrawn(db, firm)) throw new FerryError('FIRM_WITHDRAWN', { firm: firm.firmCode });
}

/** A firm that may sign. @throws FIRM_UNKNOWN, FIRM_WITHDRAWN */
export async function standingFirm(db: Reads, firmCode: number): Promise<FirmRow> {
  const firm = await firmByCode(db, firmCode);
  await requireStanding(db, firm);
  return firm;
}

/** The list of the root, where there is one that a file for the container has room for. */
export async function rootListFor(db: Reads, container: ContainerRow): Promise<Uint8Array[]> {
  const room = fileRoom(largestRecordOf(container));
  return (await noticesOf(db, ROOT_LIST)).filter((raw) => noticeWeight({ raw, signer: null }) <= room);
}

/** The lists that are too large for every file for a container, so that they are left out of them; null: that of the root. */
export async function listsTooLargeFor(db: Reads, container: ContainerRow): Promise<(number | null)[]> {
  const rows = await db.selectFrom('revocations').select(['firmCode', 'raw']).orderBy('firmCode').execute();
  const room = fileRoom(largestRecordOf(container));
  return rows
    .filter(({ raw }) => noticeWeight({ raw, signer: null }) > room)
    .map(({ firmCode }) => (firmCode === ROOT_LIST ? null : firmCode));
}

/** The keys whose certificates the root has withdrawn. */
export async function revokedByRoot(db: Reads): Promise<ReadonlySet<PublicKey>> {
  const list = await listOf(db, ROOT_LIST);
  return list === undefined ? new Set() : revokedKeys(list.raw);
}

async function listOf(db: Reads, firmCode: number) {
  return db.selectFrom('revocations').selectAll().where('firmCode', '=', firmCode).executeTakeFirst();
}
