import type { License } from '../commands/use.ts';
import { type Refusal, refuse } from '../errors.ts';
import type { Grant } from '../files/grant.ts';
import { isoDate } from '../model/time.ts';
import type { Change } from './changes.ts';
import { type Decided, nameOf, type Rulebook } from './draft.ts';
import { type ContainerState, counter, type Holding } from './state.ts';
import { grantOf } from './stored.ts';

export interface Usage {
  readonly firmCode: number;
  readonly productCode: number;
  readonly releaseDate: number | null;
  /** Units to count down; null only looks. */
  readonly units: number | null;
}

/** The floor may lag this many seconds behind, so that it costs a commit at most hourly. */
const FLOOR_STEP = 3600;

/**
 * Decides whether a product may be used now, and what using it changes (R9: time decides use and nothing else). The
 * first holding that may be used is taken; otherwise the answer says why the first one may not. Pure.
 */
export function decideUse(
  state: ContainerState,
  book: Rulebook,
  usage: Usage,
  now: number,
): Decided<License> | Refusal {
  const item = `${usage.firmCode}:${usage.productCode}`;
  const here = nameOf(state);
  if (book.locked) return refuse('CONTAINER_LOCKED', { here });
  if (state.identity.kind === 'dongle')
    return refuse('NOT_USABLE_HERE', { item, here, why: 'a transfer dongle only carries licenses' });
  const time = Math.max(now, counter(state, 'timeFloor'));
  let first: Refusal | undefined;
  for (const holding of state.holdings.values()) {
    const grant = grantOf(state, holding.itemId);
    if (grant.firmCode !== usage.firmCode || grant.productCode !== usage.productCode) continue;
    const refusal = unusable(item, here, holding, grant, usage, time);
    if (refusal === undefined) return used(state, holding, grant, usage, time);
    first ??= refusal;
  }
  return first ?? refuse('NOT_HELD', { here, item });
}

function unusable(
  item: string,
  here: string,
  holding: Holding,
  grant: Grant,
  usage: Usage,
  time: number,
): Refusal | undefined {
  if (!holding.enabled) return refuse('ITEM_DISABLED', { item });
  if (holding.quantity === 0) return refuse('NOT_USABLE_HERE', { item, here, why: 'all of it is in transit' });
  if (grant.activationTime !== null && time < grant.activationTime)
    return refuse('ITEM_NOT_YET_ACTIVE', { item, date: isoDate(grant.activationTime) });
  if (grant.expirationTime !== null && time >= grant.expirationTime)
    return refuse('ITEM_EXPIRED', { item, date: isoDate(grant.expirationTime) });
  const end = periodEnd(holding, grant);
  if (end !== null && time >= end) return refuse('USAGE_PERIOD_OVER', { item, date: isoDate(end) });
  const { maintenance } = grant;
  const date = usage.releaseDate;
  if (maintenance !== null && date !== null && (date < maintenance.start || date > maintenance.end))
    return refuse('MAINTENANCE_OVER', { item, date: isoDate(date) });
  const units = usage.units ?? 0;
  if (holding.units !== null && (units > holding.units || holding.units === 0))
    return refuse('UNITS_EXHAUSTED', { item, left: holding.units, wanted: Math.max(1, units) });
  return undefined;
}

function periodEnd(holding: Holding, grant: Grant): number | null {
  if (grant.usagePeriod === null || holding.usageStart === null) return null;
  return holding.usageStart + grant.usagePeriod;
}

function used(state: ContainerState, holding: Holding, grant: Grant, usage: Usage, time: number): Decided<License> {
  const starts = usage.units !== null && grant.usagePeriod !== null && holding.usageStart === null;
  const units = holding.units === null ? null : holding.units - (usage.units ?? 0);
  const after: Holding = { ...holding, units, usageStart: starts ? time : holding.usageStart };
  const changes: Change[] = [];
  if (starts || units !== holding.units) {
    changes.push({ change: 'holdingPut', ...after });
    if (time >= counter(state, 'timeFloor') + FLOOR_STEP) changes.push({ change: 'floorRaised', time });
  }
  const ends = [grant.expirationTime, periodEnd(after, grant)].filter((end) => end !== null);
  const license = {
    holding: holding.id,
    itemId: holding.itemId,
    seats: holding.quantity,
    units,
    featureMap: grant.featureMap,
    usableUntil: ends.length === 0 ? null : Math.min(...ends),
  };
  return { ok: true, changes, result: license };
}
