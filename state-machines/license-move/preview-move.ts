import type { ListedHolding, Listing } from '../../container/commands/list.ts';
import { type Refusal, refuse } from '../../container/errors.ts';
import type { Failure } from '../failure.ts';
import { chooseParts } from './choose-parts.ts';
import {
  entriesOf,
  foreseenAtIssuer,
  foreseenAtTarget,
  foreseenWithoutOwner,
  isWithoutOwner,
  type KnownPart,
  knownParts,
  type TargetListing,
} from './foresee.ts';
import type { LicenseMoveContext } from './license-move-context.ts';
import { obstacleOf } from './movability.ts';
import { type MoveOrder, type MovePlan, normalItems, sameOrder } from './move-order.ts';
import type { IssuerListing } from './move-ports.ts';
import { planMove } from './plan-move.ts';
import { type SeatChange, seatChanges } from './seat-changes.ts';

/** What stays where it is, and why, as far as it can be known before. */
export interface Obstacle {
  readonly firmCode: number;
  readonly productCode: number;
  /** Seats that stay. */
  readonly seats: number;
  readonly failure: Failure;
}

export interface MovePreview {
  /** Null when the order cannot be planned. */
  readonly plan: MovePlan | null;
  /** Seats of every product that would change, on both sides. */
  readonly changes: readonly SeatChange[];
  readonly obstacles: readonly Obstacle[];
  /** Entries in transit to the target: they are delivered, or brought back when cancelled, by any move. */
  readonly inTransit: Listing['transit'];
  /** Why the whole order would be refused; null when it would not. */
  readonly refusal: Refusal | null;
  /** Whether only an armed work order can allow it, because the issuer's owner is missing; a listing does not show which. */
  readonly needsWorkOrder: boolean;
  /** How many entries the order has, and how many of them the target would refuse. */
  readonly entries: { readonly all: number; readonly refused: number };
}

/**
 * What a move would do, as far as both sides show it: nothing is asked of them that changes them. Limits that only the
 * vendor's grant names (containers by their keys), memory and the target's own checks are not in a listing. Deterministic.
 *
 * @param unfinished what an unfinished move between the two remembers, which goes on first
 * @param isPinAtHand whether the issuer is shown the PIN of its owner, where one is set; it is not tried here
 */
export function previewMove(
  issuer: IssuerListing,
  target: TargetListing,
  order: MoveOrder,
  unfinished: LicenseMoveContext | null,
  isPinAtHand = true,
): MovePreview {
  const inTransit = issuer.transit.filter((entry) => entry.target === target.key && !entry.writtenOff);
  const begun = planAgain(issuer, target, unfinished, order);
  const planned = begun ?? planMove(issuer, target, order);
  const parts = planned.ok ? knownParts(issuer, planned.plan.parts) : [];
  const [atIssuer] = parts.flatMap((part) => foreseenAtIssuer(issuer, target, part) ?? []);
  // What an unfinished move has issued already is delivered before anybody asks for the owner.
  const asksOwner = isWithoutOwner(issuer, isPinAtHand) && (begun === undefined || parts.length > 0);
  const withoutOwner = asksOwner ? foreseenWithoutOwner(issuer, parts.length > 0 ? 'issue' : 'transit') : undefined;
  const foreseen = atIssuer ?? withoutOwner;
  const refusal = !planned.ok ? planned : (refusedBy(issuer, target) ?? (foreseen ? asRefusal(foreseen) : null));
  const entries = entriesOf(parts);
  const refused = entries.filter((entry) => entry.some((part) => limitOf(issuer, target, parts, part) !== undefined));
  const moving = refusal === null ? entries.filter((entry) => !refused.includes(entry)).flat() : [];
  return {
    plan: planned.ok ? planned.plan : null,
    changes: seatChanges(issuer, target, moving, refusal === null ? inTransit : []),
    obstacles: [
      ...staying(issuer, target, order, planned.ok ? parts : null),
      ...parts.flatMap((part) => obstaclesOfPart(issuer, target, parts, part)),
    ],
    inTransit,
    refusal,
    needsWorkOrder: asksOwner && refusal === null,
    entries: { all: entries.length, refused: refused.length },
  };
}

/** The plan of an unfinished move of the same order: what it has issued is in transit by now. */
function planAgain(
  issuer: IssuerListing,
  target: TargetListing,
  unfinished: LicenseMoveContext | null,
  order: MoveOrder,
): { readonly ok: true; readonly plan: MovePlan } | undefined {
  const plan = unfinished?.planned?.plan;
  if (unfinished === null || plan === undefined || !sameOrder(unfinished.order, order)) return undefined;
  const issued = issuer.channels.find(({ partner }) => partner === target.key)?.issued ?? 0;
  return { ok: true, plan: issued < plan.first ? plan : { ...plan, last: plan.last ?? issued, parts: [] } };
}

function refusedBy(issuer: IssuerListing, target: TargetListing): Refusal | null {
  if (issuer.locked === true) return refuse('CONTAINER_LOCKED', { here: issuer.serial ?? issuer.key });
  return target.locked ? refuse('TARGET_LOCKED', { target: target.serial ?? target.key }) : null;
}

function asRefusal({ code, details }: Failure): Refusal {
  return refuse(code, details);
}

function limitOf(
  issuer: IssuerListing,
  target: TargetListing,
  parts: readonly KnownPart[],
  part: KnownPart,
): Failure | undefined {
  return foreseenAtTarget(issuer, target, part, parts.slice(0, parts.indexOf(part)));
}

function obstaclesOfPart(
  issuer: IssuerListing,
  target: TargetListing,
  parts: readonly KnownPart[],
  part: KnownPart,
): readonly Obstacle[] {
  const failure = foreseenAtIssuer(issuer, target, part) ?? limitOf(issuer, target, parts, part);
  return failure === undefined ? [] : [obstacle(part.from, part.quantity, failure)];
}

/** Of an order for everything: what is left out of it. Of named items: each one that cannot be had. */
function staying(
  issuer: IssuerListing,
  target: TargetListing,
  order: MoveOrder,
  planned: readonly KnownPart[] | null,
): readonly Obstacle[] {
  if (order.kind === 'all') return issuer.holdings.flatMap((holding) => leftOut(issuer, target, holding));
  if (planned !== null) return [];
  return normalItems(order.items).flatMap((item) => {
    const chosen = chooseParts(issuer, target, item);
    return chosen.ok ? [] : [obstacle(item, item.quantity, { code: chosen.code, details: chosen.details })];
  });
}

function leftOut(issuer: IssuerListing, target: TargetListing, holding: ListedHolding): readonly Obstacle[] {
  const why = obstacleOf(issuer, target, holding);
  if (why === undefined || holding.quantity === 0) return [];
  const item = `${holding.firmCode}:${holding.productCode}`;
  const [here, there] = [issuer.serial ?? issuer.key, target.serial ?? target.key];
  const failure: Failure = holding.enabled
    ? { code: 'MAY_NOT_ISSUE', details: { here, item, target: there, why } }
    : { code: 'ITEM_DISABLED', details: { item } };
  return [obstacle(holding, holding.quantity, failure)];
}

function obstacle(
  { firmCode, productCode }: { readonly firmCode: number; readonly productCode: number },
  seats: number,
  failure: Failure,
): Obstacle {
  return { firmCode, productCode, seats, failure };
}
