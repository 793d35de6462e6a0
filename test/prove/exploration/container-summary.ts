import { lockedFirms } from '../../../container/engine/lock.ts';
import { type ContainerState, counter } from '../../../container/engine/state.ts';
import { grantOf } from '../../../container/engine/stored.ts';
import { transferRecord } from '../../../container/files/transfer-record.ts';
import type { ItemId, PublicKey } from '../../../container/model/ids.ts';
import { lockOf, type Moment } from './container-states.ts';
import type { Accusation, Claim, Summary } from './party.ts';

/** What the invariants need to know of a container at one moment. */
export function summaryOf(moment: Moment): Summary {
  const { state, dead, chronicle } = moment;
  const locked = new Set(lockedFirms(state, lockOf(moment)));
  const held = [...heldIn(state)].filter(([itemId]) => !locked.has(grantOf(state, itemId).firmCode));
  const partners = [...state.partners.values()];
  const pending = [...state.pending.values()].filter(({ writtenOff }) => writtenOff === null);
  return {
    held: new Map(held),
    claims: claimsOf(state),
    granted: new Map(Object.entries(chronicle.granted)),
    accepted: new Map(Object.entries(chronicle.accepted)),
    words: NO_WORDS,
    needs: needsOf(moment, locked),
    pending: dead ? 0 : pending.length,
    applied: new Map(
      partners.map(({ key, inbound: { applied, hash, refused } }) => [
        key,
        { through: applied, chain: hash, refused: new Set(refused.map(({ sequence }) => sequence)) },
      ]),
    ),
    settled: new Map(
      partners.map(({ key, outbound: { settled, settledChain } }) => [key, { through: settled, chain: settledChain }]),
    ),
    wrong: wrongIn(state),
    accuses: accusationsOf(state),
  };
}

const NO_WORDS: ReadonlySet<string> = new Set();

/** What is in transit counts until it is applied; what was written off is there once more when it turns out to be applied. */
function claimsOf(state: ContainerState): Claim[] {
  return [...state.pending.values()].flatMap(({ target, sequence, parts, writtenOff }) => {
    if (writtenOff !== null)
      return transferRecord
        .decodeTrusted(writtenOff)
        .items.map(
          ({ itemId: item, quantity: seats }): Claim => ({ target, sequence, item, seats, counts: 'twiceOnceApplied' }),
        );
    return parts.map(({ holding, quantity }): Claim => {
      const item = state.holdings.get(holding)?.itemId ?? '';
      return { target, sequence, item, seats: quantity, counts: 'untilApplied' };
    });
  });
}

/** The word by which a firm accepts the state of a container. */
export function wordOf(container: PublicKey, challenge: string): string {
  return `${container} ${challenge}`;
}

function needsOf({ state, incident }: Moment, locked: ReadonlySet<number>): Summary['needs'] {
  const needs = new Map<PublicKey, string>();
  if (incident === null) return needs;
  for (const [itemId, { firm }] of state.grants.entries())
    if (!locked.has(grantOf(state, itemId).firmCode)) needs.set(firm, wordOf(state.identity.key, incident));
  return needs;
}

/** What no history may lead to. */
function wrongIn(state: ContainerState): string | null {
  const { capacity, ownerRoom } = state.limits;
  if (counter(state, 'usedBytes') > capacity + ownerRoom) return 'it keeps more than its memory holds';
  for (const { first, next } of state.logs.values())
    if (next - first > state.limits.logEntries) return 'its custody log is longer than it may be';
  for (const { outbound: it } of state.partners.values())
    if (it.settled === it.issued && it.settledChain !== it.issuedChain) return 'it has settled what it did not issue';
  for (const { itemId, quantity, pending } of state.holdings.values()) {
    if (quantity < 0 || pending < 0) return 'it has fewer seats than none';
    if (quantity + pending > grantOf(state, itemId).quantity) return 'it has more seats than were granted';
  }
  for (const [itemId, seats] of heldIn(state))
    if (seats > grantOf(state, itemId).quantity) return 'it holds more seats than were granted';
  return null;
}

/** Free seats by item, over all holdings of it. */
function heldIn(state: ContainerState): ReadonlyMap<ItemId, number> {
  const held = new Map<ItemId, number>();
  for (const { itemId, quantity } of state.holdings.values()) held.set(itemId, (held.get(itemId) ?? 0) + quantity);
  return held;
}

function accusationsOf(state: ContainerState): Accusation[] {
  const accusations = [...state.evidence.values()].map(({ about, reason }): Accusation => ({ about, what: reason }));
  if (state.marks.has('rolledBack')) accusations.push({ about: state.identity.key, what: 'it was set back' });
  return accusations;
}
