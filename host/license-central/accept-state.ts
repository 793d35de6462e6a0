import { FerryError } from '../../container/errors.ts';
import type { PinnedRoot } from '../../container/files/certificate.ts';
import { type ContextFile, openInventory } from '../../container/files/context-file.ts';
import { signReAnchor } from '../../container/files/notices.ts';
import type { ItemId, PublicKey } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import { noteAccepted } from './accepted-states.ts';
import { type Foundation, openChannel } from './channels.ts';
import { type CheckedInventory, checkInventory, countByItem, storeInventory } from './custody.ts';
import type { FirmKeys } from './firm-keys.ts';
import { rowsOf } from './named-at-once.ts';
import { rememberContainer } from './parties.ts';
import { countSeats } from './seat-balance.ts';
import type { FirmRow, Reads, Writes } from './tables.ts';
import { balancedGrant, toldItems } from './told-seats.ts';
import { entriesInTransit, noticeFile } from './update-files.ts';

/** A license in a container that was set back, as it can be used there once its state is accepted. */
export interface AcceptedItem {
  readonly itemId: ItemId;
  /** Null for a license that is not known here. */
  readonly productCode: number | null;
  readonly text: string;
  readonly seats: number;
  /** Seats of the license that there are then beyond those granted, for all that is known. */
  readonly beyond: number;
}

/** What a firm accepts with the state of a container that was set back. */
export interface AcceptPlan {
  readonly firmCode: number;
  readonly target: PublicKey;
  readonly serial: SerialNumber;
  readonly items: readonly AcceptedItem[];
}

/** The word of a firm that its licenses may be used in a container that was set back. */
export interface AcceptedState extends AcceptPlan {
  /** Update file that brings it; it carries nothing else. */
  readonly update: Uint8Array;
}

/** A context of a container that was set back, and the firm that it is for. */
export interface SetBack {
  readonly firm: FirmRow;
  readonly keys: FirmKeys;
  readonly file: ContextFile;
}

/**
 * What a firm accepts when it accepts the state that a context shows of a container that was set back.
 *
 * @throws NOT_LOCKED when the licenses of the firm are not locked there; CERTIFICATE_WRONG, CANNOT_OPEN, CUSTODY_WRONG
 */
export async function planAccept(db: Reads, base: Foundation, root: PinnedRoot, setBack: SetBack): Promise<AcceptPlan> {
  return (await readState(db, base, root, setBack)).plan;
}

/**
 * Accepts the state that a context shows of a container that was set back (R7): nothing is issued by it, and nothing is
 * taken back. What the container has in that state counts from then on, beside all that left it later.
 *
 * @throws as `planAccept`
 */
export async function acceptState(
  tx: Writes,
  base: Foundation,
  root: PinnedRoot,
  setBack: SetBack,
): Promise<AcceptedState> {
  const { firm, keys, file } = setBack;
  const { firmCode } = firm;
  const { certificate } = file;
  const { plan, inventory, challenge } = await readState(tx, base, root, setBack);
  const container = await rememberContainer(tx, certificate);
  await tx.updateTable('containers').set({ locked: 1 }).where('key', '=', certificate.key).execute();
  const opening = await openChannel(tx, base, firm, certificate.key);
  const channel = await noteAccepted(tx, base, opening, file, 'given');
  const { generation } = file.statement;
  if (inventory !== null)
    await storeInventory(tx, channel, inventory, {
      generation,
      settled: 0,
      contradicted: false,
      mayHaveGaps: false,
      toldAt: base.env.now(),
    });
  const entries = await entriesInTransit(tx, channel);
  const notices = [signReAnchor(base.crypto, keys.seed, { firmCode, container: certificate.key, challenge })];
  return { ...plan, update: noticeFile(base, keys, { firm, container, channel, entries, notices }) };
}

interface ReadState {
  readonly plan: AcceptPlan;
  readonly inventory: CheckedInventory | null;
  readonly challenge: Uint8Array;
}

async function readState(
  db: Reads,
  base: Foundation,
  root: PinnedRoot,
  { firm, keys, file }: SetBack,
): Promise<ReadState> {
  const { certificate, header } = file;
  const { firmCode } = firm;
  const { key, serial } = certificate;
  const { challenge } = header;
  if (challenge === null || !header.lockedFirms.includes(firmCode))
    throw new FerryError('NOT_LOCKED', { target: serial, firm: firmCode });
  const opened = openInventory(base.crypto, keys.sealingSecret, file);
  if (!opened.ok) throw new FerryError(opened.code, opened.details);
  const inventory =
    opened.value === null ? null : await checkInventory(db, base, root, firmCode, certificate, opened.value);
  const shown = countByItem(inventory?.content ?? { holdings: [] });
  const items = await rowsOf(shown, (some) => acceptedItems(db, key, new Map(some)));
  return { plan: { firmCode, target: key, serial, items }, inventory, challenge };
}

async function acceptedItems(
  db: Reads,
  container: PublicKey,
  shown: ReturnType<typeof countByItem>,
): Promise<AcceptedItem[]> {
  const itemIds = [...shown.keys()];
  const told = await toldItems(db, itemIds);
  const grants = await db
    .selectFrom('grants')
    .select(['itemId', 'raw', 'status'])
    .where('itemId', 'in', itemIds)
    .execute();
  const known = new Map(grants.map(({ itemId, ...grant }) => [itemId, balancedGrant(grant)]));
  return [...shown].map(([itemId, { quantity, pending }]) => {
    const grant = known.get(itemId);
    const seats = quantity + pending;
    if (grant === undefined) return { itemId, productCode: null, text: '', seats, beyond: 0 };
    const others = (told.get(itemId) ?? []).filter((it) => it.container !== container);
    const there = { ...NOTHING_MOVED, container, told: seats };
    const beyond = Math.max(0, countSeats([...others, there], grant) - (grant.over ? 0 : grant.quantity));
    return { itemId, productCode: grant.productCode, text: grant.text, seats, beyond };
  });
}

/** What counts of a container that keeps what it has, for good. */
const NOTHING_MOVED = {
  left: 0,
  arrived: 0,
  whole: true,
  logged: 0,
  issues: 'nothing',
  contradicted: false,
  accepted: true,
  taken: 0,
  takenForGood: false,
} as const;
