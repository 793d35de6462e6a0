import { MEMORY, memoryOf } from '../../../container/engine/memory.ts';
import { type ContainerState, counter } from '../../../container/engine/state.ts';
import { SNAPSHOT_FIXED_BYTES } from '../../../container/model/limits.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../container/store/snapshot.ts';
import { crypto } from '../../world/parties.ts';

const SECRETS = { seed: new Uint8Array(32).fill(7), sealingSecret: new Uint8Array(32).fill(9) };

function sum<T>(values: Iterable<T>, cost: (value: T) => number): number {
  let total = 0;
  for (const value of values) total += cost(value);
  return total;
}

function count<T>(values: Iterable<T>, counts: (value: T) => boolean): number {
  return sum(values, (value) => (counts(value) ? 1 : 0));
}

/** What the stored objects cost together, counted anew. */
export function costOf(state: ContainerState): number {
  return (
    sum(state.holdings.values(), memoryOf.holding) +
    sum(state.grants.values(), memoryOf.grant) +
    sum(state.certificates.values(), memoryOf.certificate) +
    sum(state.records.values(), memoryOf.record) +
    sum(state.partners.values(), memoryOf.partner) +
    sum(state.pending.values(), memoryOf.pending) +
    state.log.size * MEMORY.logLine +
    state.logs.size * MEMORY.log +
    state.revoked.size * MEMORY.revoked +
    sum(state.revocations.values(), memoryOf.revocations) +
    state.challenges.size * MEMORY.challenge +
    state.locks.size * MEMORY.lock +
    state.owner.size * MEMORY.ownerPin +
    sum(state.orders.values(), memoryOf.order) +
    sum(state.served.values(), memoryOf.served)
  );
}

/** Everything that is wrong with the book-keeping of a state; empty when it is sound. */
export function audit(state: ContainerState): string[] {
  const wrong: string[] = [];
  const equal = (what: string, found: unknown, counted: unknown): void => {
    if (found !== counted) wrong.push(`${what}: ${String(found)} instead of ${String(counted)}`);
  };
  equal('usedBytes', counter(state, 'usedBytes'), costOf(state));
  equal('evidenceBytes', counter(state, 'evidenceBytes'), sum(state.evidence.values(), memoryOf.evidence));
  const size = encodeSnapshot(state, SECRETS).length;
  if (size > counter(state, 'usedBytes') + counter(state, 'evidenceBytes') + SNAPSHOT_FIXED_BYTES)
    wrong.push(`a snapshot of ${size} bytes`);
  const holdings = [...state.holdings.values()];
  const logged = [...state.log.values()];
  for (const [itemId, { references }] of state.grants.entries()) {
    equal(
      'references of a grant',
      references,
      count(holdings, (holding) => holding.itemId === itemId),
    );
    equal('holdings of an item', state.holdingsOfItem.get(itemId)?.length, references);
  }
  for (const [hash, { references }] of state.records.entries()) {
    const hops = sum(holdings, ({ custody }) => count(custody, (hop) => hop === hash));
    equal('references of a record', references, hops + count(logged, (line) => line === hash));
  }
  for (const [key, { references }] of state.certificates.entries()) {
    const records = count(state.records.values(), ({ own, from }) => !own && from === key);
    const firms = count(state.grants.values(), ({ firm }) => firm === key);
    const lists = count(state.revocations.values(), ({ signer }) => signer === key);
    equal('references of a certificate', references, records + firms + lists + (state.partners.has(key) ? 1 : 0));
    if (references === 0) wrong.push('a certificate that nothing needs');
  }
  for (const key of state.twice.keys())
    if (state.partners.get(key)?.witness !== null)
      wrong.push('a witness of a partner that is believed nothing any more');
  equal('items', state.holdingsOfItem.size, state.grants.size);
  for (const holding of holdings) {
    const parts = [...state.pending.values()].flatMap((entry) => entry.parts);
    const transit = sum(
      parts.filter((part) => part.holding === holding.id),
      ({ quantity }) => quantity,
    );
    equal('pending of a holding', holding.pending, transit);
    if (holding.quantity + holding.pending === 0) wrong.push('an empty holding');
  }
  return [
    ...wrong,
    ...differences(state, decodeSnapshot(crypto, encodeSnapshot(state, SECRETS), () => state.limits).state),
  ];
}

const TABLES = [
  'holdings',
  'holdingsOfItem',
  'grants',
  'certificates',
  'records',
  'partners',
  'pending',
  'logs',
  'log',
  'evidence',
  'twice',
  'revoked',
  'revocations',
  'challenges',
  'locks',
  'owner',
  'orders',
  'served',
  'counters',
  'marks',
] as const;

/** The tables in which two states differ. */
export function differences(one: ContainerState, other: ContainerState): string[] {
  const shown = (table: { entries(): Iterable<[unknown, unknown]> }): string =>
    [...table.entries()]
      .map((row) => plain(row))
      .sort()
      .join('\n');
  return TABLES.filter((name) => shown(one[name]) !== shown(other[name]));
}

/** A value as text that does not depend on the order of its keys or on the class of its byte strings. */
function plain(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes ${[...value].join()}`;
  if (Array.isArray(value)) return `[${value.map(plain).join()}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).sort(([first], [second]) => (first < second ? -1 : 1));
  return `{${fields.map(([key, field]) => `${key}: ${plain(field)}`).join()}}`;
}
