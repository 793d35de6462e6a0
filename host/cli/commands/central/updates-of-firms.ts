import { CATALOGUE, type ErrorCode, FerryError } from '../../../../container/errors.ts';
// Not by the index: this is loaded with every command, and the server is not.
import { requireNoGrantsToRevoked } from '../../../license-central/granted-to-revoked.ts';
import type { LicenseCentral } from '../../../license-central/index.ts';

/** What is read of a License Central for this. */
export type FirmsServer = Pick<
  LicenseCentral,
  'askedForTime' | 'channels' | 'firms' | 'listsTooLargeFor' | 'revocations' | 'transit' | 'updatesFor'
>;

/** A firm whose files could not be made, beside others whose files could. */
export interface FirmFailure {
  readonly firmCode: number;
  readonly error: FerryError;
}

/** The files of several firms for one container. */
export interface UpdatesOfFirms {
  readonly updates: readonly Uint8Array[];
  readonly failures: readonly FirmFailure[];
  /** Firms whose files were asked for. */
  readonly asked: number;
  /** The lists that these files would carry if they were not too large for the container; null: that of the root. */
  readonly leftOut: readonly (number | null)[];
}

/**
 * The files of every firm that has something in transit to a container, a list of its own to bring, or the time that it was
 * asked for. The list of the root is in all of them; when there are none, one firm brings it. Lists alone are brought by firms
 * that have dealt with the container, since it keeps a record of each firm for good; by others when none has, or when one is
 * named. A firm that a rule stops does not hold up the others.
 *
 * @param only a Firm Code: of no other firm
 */
export async function updatesOfFirms(server: FirmsServer, target: string, only?: number): Promise<UpdatesOfFirms> {
  const all = (await server.firms()).map(({ firmCode }) => firmCode);
  const firms = only === undefined ? all : [only];
  const known = await firmsKnowing(server, target, firms);
  const listing = known.length > 0 ? known : firms;
  const made = await eachFirm(server, target, await firmsWithOwn(server, target, firms, listing));
  if (made.updates.length > 0 || !(await hasRootList(server))) return made;
  return withRootList(server, target, listing, made);
}

/**
 * The files of every firm that has something in transit to a container, and of no other. Lists and the time are in them, as in all.
 *
 * @param only a Firm Code: of no other firm
 */
export async function updatesInTransit(server: FirmsServer, target: string, only?: number): Promise<UpdatesOfFirms> {
  const firms = only === undefined ? (await server.firms()).map(({ firmCode }) => firmCode) : [only];
  const open: number[] = [];
  for (const firmCode of firms) if (await isInTransit(server, firmCode, target)) open.push(firmCode);
  return eachFirm(server, target, open);
}

async function isInTransit(server: FirmsServer, firmCode: number, target: string): Promise<boolean> {
  return (await server.transit(firmCode)).some(({ serial }) => serial === target);
}

/** Those of the firms that have dealt with the container. */
async function firmsKnowing(server: FirmsServer, target: string, firms: readonly number[]): Promise<readonly number[]> {
  const known: number[] = [];
  for (const firmCode of firms)
    if ((await server.channels(firmCode)).some(({ serial }) => serial === target)) known.push(firmCode);
  return known;
}

/**
 * Those of the firms that have more to say to the container than the list of the root.
 *
 * @param listing those that may bring a list of their own alone
 */
async function firmsWithOwn(
  server: FirmsServer,
  target: string,
  firms: readonly number[],
  listing: readonly number[],
): Promise<readonly number[]> {
  const lists = await server.revocations();
  const asked = await server.askedForTime(target);
  const found: number[] = [];
  for (const firmCode of firms) {
    const isOpen = await isInTransit(server, firmCode, target);
    const hasList = listing.includes(firmCode) && lists.some((list) => list.firmCode === firmCode);
    if (isOpen || hasList || asked.includes(firmCode)) found.push(firmCode);
  }
  return found;
}

async function hasRootList(server: FirmsServer): Promise<boolean> {
  return (await server.revocations()).some(({ firmCode }) => firmCode === null);
}

/** The list of the root by one of the firms, the first that could not be asked yet and is not stopped. */
async function withRootList(
  server: FirmsServer,
  target: string,
  firms: readonly number[],
  before: UpdatesOfFirms,
): Promise<UpdatesOfFirms> {
  const failed = before.failures.map(({ firmCode }) => firmCode);
  let made = before;
  for (const firmCode of firms) {
    if (failed.includes(firmCode)) continue;
    const { updates, leftOut, ...next } = await eachFirm(server, target, [firmCode]);
    const failures = [...made.failures, ...next.failures];
    made = { updates, failures, asked: made.asked + next.asked, leftOut };
    if (updates.length > 0) break;
  }
  return made;
}

async function eachFirm(server: FirmsServer, target: string, firms: readonly number[]): Promise<UpdatesOfFirms> {
  const updates: Uint8Array[] = [];
  const failures: FirmFailure[] = [];
  const made: number[] = [];
  for (const firmCode of firms) {
    try {
      await requireNoGrantsToRevoked(server, firmCode, { serial: target });
      updates.push(...(await server.updatesFor({ firmCode, target })));
      made.push(firmCode);
    } catch (error) {
      if (!(error instanceof FerryError) || !isOfFirm(error)) throw error;
      failures.push({ firmCode, error });
    }
  }
  return { updates, failures, asked: firms.length, leftOut: await listsLeftOut(server, target, made) };
}

/** The lists that are left out of the files of these firms, as they are too large for the container. */
export async function listsLeftOut(
  server: Pick<FirmsServer, 'listsTooLargeFor'>,
  target: string,
  firms: readonly number[],
): Promise<readonly (number | null)[]> {
  if (firms.length === 0) return [];
  return (await server.listsTooLargeFor(target)).filter((list) => list === null || firms.includes(list));
}

/** What is no rule, yet of one firm or container. */
const OF_ONE: ReadonlySet<ErrorCode> = new Set(['FIRM_KEYS_DAMAGED', 'CERTIFICATE_REVOKED']);

/** Whether it concerns the firm or its container alone; what else is damaged or interrupted stops every firm. */
export function isOfFirm({ code }: FerryError): boolean {
  return OF_ONE.has(code) || CATALOGUE[code].exit === CATALOGUE.EPOCH_NEEDED.exit;
}
