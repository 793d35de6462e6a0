import { sql } from 'kysely';
import * as v from 'valibot';
import { largestEntry } from '../../container/engine/issuer-channel.ts';
import { FerryError } from '../../container/errors.ts';
import { type Grant, grant, NO_OPTIONS } from '../../container/files/grant.ts';
import { signGrant } from '../../container/files/test-root.ts';
import { concatBytes, fromHex, toHex, utf8 } from '../../container/model/bytes.ts';
import type { Hash, ItemId, PublicKey } from '../../container/model/ids.ts';
import { FORMAT } from '../../container/model/limits.ts';
import {
  type Foundation,
  type IssuedRange,
  issueEntries,
  openChannel,
  requireTrust,
  requireUnlocked,
} from './channels.ts';
import type { FirmKeys } from './firm-keys.ts';
import { largestRecordOf } from './parties.ts';
import { requireStanding, requireUnrevoked } from './revocations.ts';
import type { ContainerRow, FirmRow, Writes } from './tables.ts';

type Chosen = Omit<Grant, 'itemId' | 'firmCode' | 'firstHolder'>;

/** A Product Item as its vendor orders it. What is left out has no limit and no content. */
export type GrantSpec = Pick<Chosen, 'productCode' | 'quantity' | 'terms'> & Partial<Chosen>;

/** What an order came to: the sequences of its entries and the ids of the items granted. */
export interface GrantedOrder extends IssuedRange {
  readonly itemIds: readonly ItemId[];
  /** Whether an order of that name had been carried out before; then nothing new was granted. */
  readonly repeated: boolean;
}

export interface GrantOrder {
  readonly firm: FirmRow;
  readonly keys: FirmKeys;
  readonly target: ContainerRow;
  readonly items: readonly GrantSpec[];
  readonly name: string | null;
}

/** A grant ready to be issued. */
export interface NewGrant {
  readonly content: Grant;
  readonly raw: Uint8Array;
}

/** Room in an entry beside its grants, and beside each of them. Bytes. */
const ENTRY_FRAME = 64;
const GRANT_FRAME = 5;

/** The grant that a specification stands for. @throws USAGE_WRONG when a value is outside its bounds, or it never is usable */
function grantFrom(spec: GrantSpec, itemId: ItemId, firmCode: number, firstHolder: PublicKey): Grant {
  const content: Grant = { ...NO_OPTIONS, ...spec, itemId, firmCode, firstHolder };
  const { activationTime: from, expirationTime: until } = content;
  if (from !== null && until !== null && from >= until) throw impossible(spec, 'it would expire before it is usable');
  const checked = v.safeParse(grant.schema, grant.wire(content));
  if (checked.success && !/\p{Surrogate}/u.test(content.text)) return content;
  const [issue] = checked.issues ?? [];
  const field = grant.record.fields[Number(issue?.path?.[0]?.key)];
  if (field !== undefined) throw impossible(spec, `its ${field.name} is not within bounds (${field.field.type})`);
  throw impossible(spec, 'its text has half a character in it');
}

function impossible({ productCode }: GrantSpec, why: string): FerryError {
  return new FerryError('USAGE_WRONG', { what: `The license of product ${productCode} is impossible: ${why}` });
}

/** A signed grant with a fresh id. @throws USAGE_WRONG */
export function makeGrant(
  base: Foundation,
  firm: Pick<FirmRow, 'firmCode'>,
  keys: FirmKeys,
  target: PublicKey,
  spec: GrantSpec,
): NewGrant {
  const content = grantFrom(spec, toHex(base.env.random(16)) as ItemId, firm.firmCode, target);
  return { content, raw: signGrant(base.crypto, keys.seed, content) };
}

/**
 * Grants Product Items to a container: signed grants in one or more `add` entries, all in one commit. An order with a
 * name is carried out once: repeating it answers what was granted.
 *
 * @throws ORDER_EMPTY, USAGE_WRONG, ORDER_NAME_USED, TARGET_LOCKED, TOO_LARGE_FOR_TARGET, CHANNEL_FULL, EXHAUSTED,
 * CENTRAL_ROLLED_BACK, PARTNER_ROLLED_BACK, EPOCH_NEEDED, TARGET_REVOKED, CERTIFICATE_REVOKED, FIRM_WITHDRAWN
 */
export async function grantItems(tx: Writes, base: Foundation, order: GrantOrder): Promise<GrantedOrder> {
  const { firm, keys, target, items, name } = order;
  if (items.length === 0) throw new FerryError('ORDER_EMPTY', { why: 'no license was named' });
  const digest = digestOf(base, order);
  const earlier = await earlierOrder(tx, order, digest);
  if (earlier !== undefined) return earlier;
  await requireStanding(tx, firm);
  const channel = await openChannel(tx, base, firm, target.key);
  requireTrust(firm, channel, target);
  requireUnlocked(target);
  await requireUnrevoked(tx, firm.firmCode, target);
  const grants = items.map((spec) => makeGrant(base, firm, keys, target.key, spec));
  const packs = packGrants(grants, target);
  const entries = packs.map((pack) => ({
    content: { kind: 'add' as const, grants: pack.map(({ raw }) => raw) },
    itemId: null,
  }));
  const range = await issueEntries(tx, base, channel, entries, target);
  for (const [at, pack] of packs.entries()) for (const granted of pack) await storeGrant(tx, granted, range.first + at);
  const placed = { firmCode: firm.firmCode, container: target.key, name, digest, ...range };
  await tx
    .insertInto('orders')
    .values({ ...placed, orderedAt: base.env.now() })
    .execute();
  return { ...range, itemIds: grants.map(({ content }) => content.itemId), repeated: false };
}

export async function storeGrant(tx: Writes, { content, raw }: NewGrant, sequence: number): Promise<void> {
  const { itemId, firmCode, productCode, quantity, firstHolder: container } = content;
  const row = { itemId, firmCode, productCode, quantity, container, sequence, raw };
  await tx
    .insertInto('grants')
    .values({ ...row, status: 'issued', reason: 0 })
    .execute();
}

/** Splits grants into as few entries as their number and size allow, in order. @throws TOO_LARGE_FOR_TARGET */
function packGrants(grants: readonly NewGrant[], target: ContainerRow): NewGrant[][] {
  const limit = largestEntry(largestRecordOf(target)) - ENTRY_FRAME;
  const packs: NewGrant[][] = [];
  let room = 0;
  for (const granted of grants) {
    const size = granted.raw.length + GRANT_FRAME;
    if (size > limit) {
      const item = `A license of product ${granted.content.productCode}`;
      throw new FerryError('TOO_LARGE_FOR_TARGET', { item, size, target: target.serial, limit });
    }
    const pack = packs.at(-1);
    if (pack === undefined || size > room || pack.length >= FORMAT.entryItems) {
      packs.push([granted]);
      room = limit - size;
    } else {
      pack.push(granted);
      room -= size;
    }
  }
  return packs;
}

const NO_ID = '0'.repeat(32) as ItemId;

/** What an order is, apart from the ids that are made up when it is carried out. */
function digestOf({ crypto }: Foundation, { firm, target, items }: GrantOrder): Hash {
  const contents = items.map((spec) => grant.encode(grantFrom(spec, NO_ID, firm.firmCode, target.key)));
  const hashes = contents.map((content) => crypto.sha256(content));
  return toHex(crypto.sha256(utf8('license-ferry order\0'), fromHex(target.key), concatBytes(...hashes))) as Hash;
}

async function earlierOrder(tx: Writes, order: GrantOrder, digest: Hash): Promise<GrantedOrder | undefined> {
  if (order.name === null) return undefined;
  const { firmCode } = order.firm;
  const found = await tx
    .selectFrom('orders')
    .selectAll()
    .where('firmCode', '=', firmCode)
    .where('name', '=', order.name)
    .executeTakeFirst();
  if (found === undefined) return undefined;
  if (found.digest !== digest) throw new FerryError('ORDER_NAME_USED', { order: order.name });
  const grants = await tx
    .selectFrom('grants')
    .select('itemId')
    .where('firmCode', '=', firmCode)
    .where('container', '=', found.container)
    .where('sequence', '>=', found.first)
    .where('sequence', '<=', found.last)
    .orderBy(sql`rowid`)
    .execute();
  return { first: found.first, last: found.last, itemIds: grants.map(({ itemId }) => itemId), repeated: true };
}
