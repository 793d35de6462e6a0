import type { MoveOrder } from '../../state-machines/index.ts';
import { quoted } from './printable.ts';
import { shortId } from './short-id.ts';

/** A command to be typed as it is, up to an address that only people know, and what it is for. */
export interface NextCommand {
  readonly command: string;
  readonly why: string;
}

/**
 * How an entry in transit stands with its target: `unknown` where that was not asked, or its issuer was set back; `decided` where it
 * was applied or refused, and only the receipt tells which.
 */
export type EntryStanding = 'unknown' | 'underWay' | 'arrived' | 'refused' | 'decided';

/** An entry on its way. */
export interface EntryUnderWay {
  readonly sequence: number;
  readonly firmCode: number;
  /** What it carries; empty where it carries no seats, but changes what was granted before. */
  readonly items: readonly { readonly productCode: number; readonly seats: number }[];
  readonly cancelled: boolean;
  readonly standing: EntryStanding;
  /** Number of the error for which the target refused it; 0: it did not, or that is not known. */
  readonly reason: number;
  /** Whether its vendor has written it off: what it carried is held again. */
  readonly writtenOff: boolean;
}

/** All that is in transit from one issuer to one target. */
export interface UnderWay {
  /** Address of the issuer. */
  readonly from: string;
  /** Firm Code, for a License Central. */
  readonly firm: number | null;
  /** Serial number of the issuer; null for a License Central. */
  readonly giver: string | null;
  /** Whether the root has withdrawn the key of the firm: then nothing of it is delivered any more. */
  readonly isWithdrawn: boolean;
  /** Why the target takes nothing, as it is: it is locked, or used as it was set back; null where it does, or was not asked. */
  readonly barred: 'locked' | 'retired' | null;
  /** Whether it was proven to be set back, and its vendor has not said yet that it was restored. */
  readonly isSetBack: boolean;
  /** Serial number of the target. */
  readonly to: string;
  /** Where the target can be reached; null when it is none of the containers that answered. */
  readonly toAddress: string | null;
  /** Under what an unfinished move between the two is kept, or would be. */
  readonly id: string;
  /**
   * What is kept of an unfinished move between the two: `whole`; `unnoted` when its order is known but not how it was begun, so
   * that only the same order goes on with it; `damaged` when it cannot be used.
   */
  readonly kept: 'nothing' | 'whole' | 'unnoted' | 'damaged';
  readonly entries: readonly EntryUnderWay[];
}

/** What to type so that nothing is in transit between the two any more, in order; or, without the target, the choices. */
export function nextCommands(way: UnderWay): readonly NextCommand[] {
  return way.isSetBack ? [restoredOf(way), ...commandsFor(way)] : commandsFor(way);
}

/** Before it, a License Central that was set back gives nothing and settles nothing. */
function restoredOf({ from, firm }: UnderWay): NextCommand {
  const why = 'says that its folder was restored from a backup';
  return { command: restoredCommand(from, firm === null ? null : String(firm)), why };
}

/** By which its vendor says that a License Central was restored. @param firm null where it has only one */
export function restoredCommand(central: string, firm: string | null): string {
  return `ferry central restored ${quoted(central.slice('central:'.length))}${firm === null ? '' : ` --firm ${firm}`}`;
}

function commandsFor(way: UnderWay): readonly NextCommand[] {
  if (way.barred !== null || way.isWithdrawn) return [];
  if (way.kept === 'whole') return [resumeOf(way.id)];
  // Another order than its own would be made after it, and move once more.
  if (way.kept === 'unnoted') return [];
  const entries = way.entries.filter(({ writtenOff }) => !writtenOff);
  // Who was written off and is found after all is told, so that it applies no old file.
  if (entries.length === 0)
    return way.toAddress === null ? [] : bringBack(way, way.toAddress, 'strikes it off the list of what is in transit');
  const open = { ...way, entries };
  return way.toAddress === null ? byReceipt(open) : together(open, way.toAddress);
}

/** Finishes an unfinished move. @param at where its sides are reached now, as far as that is not where they were */
export function resumeOf(id: string, why = 'finishes the unfinished move', at: NewPlaces = {}): NextCommand {
  const options = [
    at.from === undefined ? '' : ` --from ${quoted(at.from)}`,
    at.to === undefined ? '' : ` --to ${quoted(at.to)}`,
  ];
  return { command: `ferry resume ${shortId(id)}${options.join('')}`, why };
}

/** Forgets an unfinished move, and moves nothing. */
export function forgetOf(id: string): string {
  return `ferry resume ${shortId(id)} --forget`;
}

/** Other addresses than those that were noted. */
export interface NewPlaces {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** What stands in a command for an address that is not known here. */
export const NEW_ADDRESS = 'NEW-ADDRESS';

/** How a move was begun and what was ordered. */
export interface BegunMove {
  readonly from: string;
  readonly to: string;
  readonly firm: string | null;
  readonly order: MoveOrder;
}

/** The command that orders it again, or finishes it while it is unfinished. */
export function orderAgain({ from, to, firm, order }: BegunMove): string {
  const options = [
    ...(order.kind === 'all' ? ['--all'] : itemsText(order).map((item) => `--item ${item}`)),
    ...(firm === null ? [] : [`--firm ${firm}`]),
  ];
  return `ferry move --from ${quoted(from)} --to ${quoted(to)} ${options.join(' ')}`;
}

/** What was ordered, as it is typed. */
export function itemsText(order: MoveOrder): readonly string[] {
  if (order.kind === 'all') return [];
  return order.items.map(({ firmCode, productCode, quantity }) => `${firmCode}:${productCode}x${quantity}`);
}

/** What was ordered, as it is told. */
export function orderText(order: MoveOrder): string {
  return order.kind === 'all' ? 'everything' : itemsText(order).join(' ');
}

function together(way: UnderWay, toAddress: string): readonly NextCommand[] {
  const [from, to] = [quoted(way.from), quoted(toAddress)];
  const items = orderOf(firstRun(way.entries));
  if (items === '' && way.firm === null)
    return way.entries.every(({ standing }) => standing === 'arrived')
      ? bringReceipt(way, toAddress)
      : bringBack(way, toAddress);
  const order = way.firm === null ? items : `--all --firm ${way.firm}`;
  const again = way.kept === 'damaged' ? ' --start-over' : '';
  const isOpen = way.entries.some(({ standing }) => standing === 'unknown' || standing === 'underWay');
  const why = isOpen ? `delivers it to ${way.to}` : `brings home the receipt of ${way.to}`;
  return [{ command: `ferry move --from ${from} --to ${to} ${order}${again}`, why }];
}

/** All of it was cancelled after it had arrived: there is nothing to tell the target, and nothing comes back. */
function bringReceipt(way: UnderWay, toAddress: string): readonly NextCommand[] {
  const [from, to, folder] = [quoted(way.from), quoted(toAddress), `folder:for-${way.to}`];
  return [
    { command: `ferry context ${to} --for ${from} -o ${folder}`, why: `writes the receipt of ${way.to}` },
    { command: `ferry settle ${from} ${folder}`, why: 'takes the receipt home: the seats stay where they arrived' },
  ];
}

/** All of it was cancelled: the target has to hear of it, and its receipt brings back what it had not applied. */
function bringBack(way: UnderWay, toAddress: string, why = whatComesBack(way)): readonly NextCommand[] {
  const [from, to, folder] = [quoted(way.from), quoted(toAddress), `folder:for-${way.to}`];
  return [
    { command: `ferry cancel ${from} --to ${way.to} -o ${folder}`, why: 'writes the cancellation again' },
    { command: `ferry apply ${to} ${folder} -o ${folder}`, why: `tells ${way.to}, which leaves its receipt` },
    { command: `ferry settle ${from} ${folder}`, why },
  ];
}

/** What the receipt of the target brings back of what was cancelled, as far as that is known. */
function whatComesBack({ entries }: UnderWay): string {
  const isKnown = entries.every(({ standing }) => standing === 'underWay' || standing === 'refused');
  return isKnown ? 'brings the seats back' : 'brings back what was not applied before';
}

/** What stands in a command for the address of a target that nobody was asked at. */
const TARGET_ADDRESS = 'ADDRESS';

/** The whole way by files, which somebody carries to the target and back. */
function byReceipt(way: UnderWay): readonly NextCommand[] {
  const [from, folder] = [quoted(way.from), `folder:for-${way.to}`];
  const firm = way.firm === null ? '' : ` --firm ${way.firm}`;
  const isOpen = way.entries.some(({ cancelled }) => !cancelled);
  const cancel = `ferry cancel ${from} --to ${way.to}${firm} -o ${folder}`;
  const write = isOpen
    ? { command: `ferry issue ${from} --to ${way.to}${firm} -o ${folder}`, why: 'writes its update file again' }
    : { command: cancel, why: 'writes the cancellation again' };
  const apply = `ferry apply ${TARGET_ADDRESS} ${folder} -o ${folder}`;
  return [
    write,
    { command: apply, why: `at ${way.to}, by its own address; it leaves its receipt` },
    { command: `ferry settle ${from} ${folder}`, why: isOpen ? 'takes the receipt home' : whatComesBack(way) },
    ...(isOpen ? [{ command: cancel, why: 'instead of the first, calls it back' }] : []),
  ];
}

/** The oldest entries behind each other that are not cancelled: an order for exactly these is taken for their delivery. */
function firstRun(entries: readonly EntryUnderWay[]): readonly EntryUnderWay[] {
  const sorted = [...entries].sort((one, other) => one.sequence - other.sequence);
  const open = sorted.slice(sorted.findIndex(({ cancelled }) => !cancelled));
  const end = open.findIndex(({ cancelled }) => cancelled);
  return (end === -1 ? open : open.slice(0, end)).filter(({ cancelled }) => !cancelled);
}

/** The seats of the entries as options of an order, each product once. */
function orderOf(entries: readonly EntryUnderWay[]): string {
  const seats = new Map<string, number>();
  for (const { firmCode, items } of entries)
    for (const item of items) {
      const product = `${firmCode}:${item.productCode}`;
      seats.set(product, (seats.get(product) ?? 0) + item.seats);
    }
  return [...seats].map(([product, quantity]) => `--item ${product}x${quantity}`).join(' ');
}
