import { FerryError } from '../../container/errors.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import { isoDate } from '../../container/model/time.ts';
import { findChannel, requireCertified, requireTrust, requireUnlocked } from './channels.ts';
import { containerByName } from './parties.ts';
import type { ContainerRow, FirmRow, Reads } from './tables.ts';
import {
  isAllKnown,
  lastHeardOf,
  type NamedSeats,
  named,
  openTo,
  seatsIn,
  type ToldTransit,
  toldTransit,
} from './told-transit.ts';

/** What is in transit from one container to another that is lost. */
export interface WriteOffOrder {
  readonly firmCode: number;
  /** Serial number or key of the container that gave. */
  readonly from: string;
  /** Serial number of the lost container, or its key when it is not known here. */
  readonly target: string;
  /** Last sequence of `from` to it that is given up. */
  readonly through: number;
}

/** What a write-off concerns, before anything is done. */
export interface WriteOffPlan {
  readonly from: SerialNumber;
  readonly target: PublicKey;
  /** Null when nothing is known of the target but its key. */
  readonly targetSerial: SerialNumber | null;
  /** Sequences up to here were settled, as `from` told, and stay so. */
  readonly after: number;
  readonly through: number;
  /** When `from` was heard of last: what is said of its transit is as old as that. Seconds since 2000-01-01. */
  readonly heardAt: number;
  /** Whether that word was all that there was to tell, so that the order could be held against it. */
  readonly whole: boolean;
  /** What is in transit from it by that word, to the target or to whomever it did not name. */
  readonly inTransit: readonly NamedSeats[];
  /** What of it the target told to have applied: there twice as soon as it is written off. */
  readonly applied: readonly NamedSeats[];
  /** When the target was heard of last; null: never. Seconds since 2000-01-01. */
  readonly targetHeardAt: number | null;
}

type Lost = Pick<ContainerRow, 'key'> & { readonly serial: SerialNumber | null };

/**
 * What a write-off would concern, held against what its giver told: what it gave to whom is known to it alone, but not
 * whether anything is in transit from it at all, and to which containers it ever gave.
 *
 * @throws TARGET_UNKNOWN for the giver, USAGE_WRONG, WRITE_OFF_NOTHING, WRITE_OFF_SWAPPED, WRITE_OFF_BEYOND, WRITE_OFF_UNTOLD;
 * CENTRAL_ROLLED_BACK, PARTNER_ROLLED_BACK, EPOCH_NEEDED, TARGET_LOCKED, CERTIFICATE_REVOKED
 */
export async function planWriteOff(
  db: Reads,
  firm: FirmRow,
  { through, ...order }: WriteOffOrder,
): Promise<WriteOffPlan> {
  const { firmCode } = firm;
  const giver = await containerByName(db, order.from);
  const channel = await findChannel(db, firmCode, giver.key);
  if (channel !== undefined) requireTrust(firm, channel, giver);
  requireUnlocked(giver);
  await requireCertified(db, giver);
  const told = await toldTransit(db, firmCode, giver.key);
  const target = await lostContainer(db, giver, order.target, told);
  if (target.key === giver.key) throw new FerryError('USAGE_WRONG', { what: `${giver.serial} is on both sides` });
  const after = await settledThrough(db, firmCode, giver.key, target.key);
  const scene: Scene = { db, firm, giver, target, told };
  if (told === undefined || (told.whole && openTo(told, target.key).length === 0)) await refuseNothing(scene);
  if (through <= after) throw nothing(scene, `what it gave up to sequence ${after} is settled`);
  if (told === undefined) throw untold(giver, nameOf(target), 'it never told this firm of its licenses');
  const own = told.arrived.filter((one) => one.target === target.key && one.sequence > after);
  const last = Math.max(0, ...own.map(({ sequence }) => sequence));
  if (told.whole && isAllKnown(told) && last > after && through > last)
    throw new FerryError('WRITE_OFF_BEYOND', { from: giver.serial, target: nameOf(target), through, last });
  const applied = seatsIn(own.filter(({ sequence }) => sequence <= through));
  return {
    from: giver.serial,
    target: target.key,
    targetSerial: target.serial,
    after,
    through,
    heardAt: told.heardAt,
    whole: told.whole,
    inTransit: await named(db, openTo(told, target.key)),
    applied: await named(
      db,
      [...applied].map(([itemId, quantity]) => ({ itemId, quantity })),
    ),
    targetHeardAt: await lastHeardOf(db, firmCode, target.key),
  };
}

interface Scene {
  readonly db: Reads;
  readonly firm: FirmRow;
  readonly giver: ContainerRow;
  readonly target: Lost;
  readonly told: ToldTransit | undefined;
}

/** What is said where the giver's word shows nothing in transit: most often the two were taken for each other. */
async function refuseNothing(scene: Scene): Promise<void> {
  const { db, firm, giver, target, told } = scene;
  const other = await toldTransit(db, firm.firmCode, target.key);
  if (other !== undefined && openTo(other, giver.key).length > 0)
    throw new FerryError('WRITE_OFF_SWAPPED', { from: giver.serial, target: nameOf(target) });
  if (told === undefined) return;
  const heard = isoDate(told.heardAt);
  throw nothing(
    scene,
    told.pending.size === 0
      ? `by its word of ${heard} nothing is in transit from it`
      : `by its word of ${heard} nothing is in transit from it but what others are known to have`,
  );
}

function nothing({ firm, giver, target }: Scene, why: string): FerryError {
  return new FerryError('WRITE_OFF_NOTHING', {
    firm: firm.firmCode,
    from: giver.serial,
    target: nameOf(target),
    why,
  });
}

function untold({ serial: from }: ContainerRow, target: string, why: string): FerryError {
  return new FerryError('WRITE_OFF_UNTOLD', { from, target, why });
}

function nameOf({ key, serial }: Lost): string {
  return serial ?? `the container with key ${key.slice(0, 16)}`;
}

/**
 * The lost container. A context of the giver names all with whom it ever dealt, as far as there is room: one that is unknown
 * nevertheless, it never gave anything. @throws WRITE_OFF_UNTOLD
 */
async function lostContainer(
  db: Reads,
  giver: ContainerRow,
  name: string,
  told: ToldTransit | undefined,
): Promise<Lost> {
  try {
    return await containerByName(db, name);
  } catch (error) {
    if (!(error instanceof FerryError) || error.code !== 'TARGET_UNKNOWN') throw error;
    const isKey = /^[0-9a-f]{64}$/.test(name);
    if (isKey && told?.whole === false) return { key: name as PublicKey, serial: null };
    const shown = isKey ? nameOf({ key: name as PublicKey, serial: null }) : name;
    throw untold(giver, shown, 'no such container is known here, and it told of none');
  }
}

/** The last sequence from one container to another that the giver's own log shows as settled. */
async function settledThrough(db: Reads, firmCode: number, sender: PublicKey, target: PublicKey): Promise<number> {
  const found = await db
    .selectFrom('transfers')
    .innerJoin('custodyLog', 'custodyLog.hash', 'transfers.hash')
    .select(({ fn }) => fn.max('transfers.sequence').as('sequence'))
    .where('transfers.firmCode', '=', firmCode)
    .where('transfers.sender', '=', sender)
    .where('transfers.target', '=', target)
    .where('custodyLog.container', '=', sender)
    .executeTakeFirst();
  return found?.sequence ?? 0;
}
