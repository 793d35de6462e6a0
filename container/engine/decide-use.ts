import type { License } from '../commands/use.ts';
import { type Refusal, refuse } from '../errors.ts';
import { U32_MAX } from '../files/fields.ts';
import type { Grant } from '../files/grant.ts';
import { isoDate } from '../model/time.ts';
import type { Change } from './changes.ts';
import { type Decided, nameOf, type Rulebook } from './draft.ts';
import { firmLocked } from './lock.ts';
import { type ContainerState, counter, type Holding } from './state.ts';
import { grantOf } from './stored.ts';

export interface Usage {
  readonly firmCode: number;
  readonly productCode: number;
  readonly releaseDate: number | null;
  /** Units to count down; null only looks. */
  readonly units: number | null;
}

/** A license that may be used, or why none may. Time that was seen is kept in both cases. */
export type UseAnswer = { readonly ok: true; readonly value: License } | Refusal;

/** The floor may lag this many seconds behind, so that it costs a commit at most hourly. */
const FLOOR_STEP = 3600;

/**
 * Decides whether a product may be used now, and what using it changes (R9: time decides use and nothing else). The
 * first holding that may be used is taken; otherwise the answer says why the first one may not. Pure.
 *
 * @param now system time, seconds since 2000-01-01; outside u32 it is taken as the nearest u32.
 */
export function decideUse(
  state: ContainerState,
  book: Rulebook,
  usage: Usage,
  now: number,
): Decided<UseAnswer> | Refusal {
  const item = `${usage.firmCode}:${usage.productCode}`;
  const here = nameOf(state);
  if (book.lock !== null) return refuse('CONTAINER_LOCKED', { here });
  const barred = firmLocked(state, usage.firmCode, here);
  if (barred !== undefined) return barred;
  if (state.identity.kind === 'dongle')
    return refuse('NOT_USABLE_HERE', { item, here, why: 'a transfer dongle only carries licenses' });
  const time = Math.min(Math.max(now, counter(state, 'timeFloor')), U32_MAX);
  let first: Refusal | undefined;
  let isTimed = false;
  for (const holding of state.holdings.values()) {
    const grant = grantOf(state, holding.itemId);
    if (grant.firmCode !== usage.firmCode || grant.productCode !== usage.productCode) continue;
    isTimed ||= dependsOnTime(grant);
    const refusal = unusable(item, here, holding, grant, usage, time);
    if (refusal === undefined) {
      const { changes, license } = used(holding, grant, usage, time);
      if (isTimed || changes.length > 0) changes.push(...floorRise(state, usage, time));
      return { ok: true, changes, result: { ok: true, value: license } };
    }
    first ??= refusal;
  }
  if (first === undefined) return refuse('NOT_HELD', { here, item });
  return { ok: true, changes: isTimed ? floorRise(state, usage, time) : [], result: first };
}

function dependsOnTime({ activationTime, expirationTime, usagePeriod }: Grant): boolean {
  return activationTime !== null || expirationTime !== null || usagePeriod !== null;
}

/** Keeps the time that a use has seen, so that setting the clock back revives nothing. Looking alone commits nothing. */
function floorRise(state: ContainerState, { units }: Usage, time: number): Change[] {
  if (units === null || time < counter(state, 'timeFloor') + FLOOR_STEP) return [];
  return [{ change: 'floorRaised', time }];
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
    return refuse('ITEM_NOT_YET_ACTIVE', { item, date: isoDate(grant.activationTime), time: isoDate(time) });
  if (grant.expirationTime !== null && time >= grant.expirationTime)
    return refuse('ITEM_EXPIRED', { item, date: isoDate(grant.expirationTime), time: isoDate(time) });
  const end = periodEnd(holding, grant);
  if (end !== null && time >= end)
    return refuse('USAGE_PERIOD_OVER', { item, date: isoDate(end), time: isoDate(time) });
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

function used(
  holding: Holding,
  grant: Grant,
  usage: Usage,
  time: number,
): { readonly changes: Change[]; readonly license: License } {
  const starts = usage.units !== null && grant.usagePeriod !== null && holding.usageStart === null;
  const units = holding.units === null ? null : holding.units - (usage.units ?? 0);
  const after: Holding = { ...holding, units, usageStart: starts ? time : holding.usageStart };
  const changes: Change[] = starts || units !== holding.units ? [{ change: 'holdingPut', ...after }] : [];
  // An end that no clock of the field can show is none.
  const ends = [grant.expirationTime, periodEnd(after, grant)].flatMap((end) =>
    end === null || end > U32_MAX ? [] : [end],
  );
  const license = {
    holding: holding.id,
    itemId: holding.itemId,
    seats: holding.quantity,
    units,
    featureMap: grant.featureMap,
    usableUntil: ends.length === 0 ? null : Math.min(...ends),
  };
  return { changes, license };
}
