import { hash } from 'node:crypto';
import type { Container } from '../../../../container/container.ts';
import { MEMORY } from '../../../../container/engine/memory.ts';
import { type ContainerState, counter } from '../../../../container/engine/state.ts';
import type { Table } from '../../../../container/engine/table.ts';

/**
 * A digest of everything that a container knows: equal digests, equal states, in whatever order tables were filled. Made from
 * the tables themselves, so that a snapshot which leaves something out is noticed.
 */
export function contentOf(state: ContainerState): string {
  const { identity, limits: _, ...tables } = state;
  const parts = [`${identity.key} ${plain(identity.certified?.raw ?? null)}`];
  for (const [name, table] of Object.entries(tables) as [string, Table<string | number, unknown>][]) {
    const rows: string[] = [];
    for (const [key, value] of table.entries()) rows.push(`${key}=${plain(value)}`);
    parts.push(`${name}: ${rows.sort().join('; ')}`);
  }
  return digest(parts.join('\n'));
}

function plain(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1');
  if (Array.isArray(value)) return `[${value.map(plain).join()}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => (name === 'change' ? '' : `${name}:${plain((value as Record<string, unknown>)[name])}`)).join()}}`;
}

/** A digest of what a container knows, without what is different in every history: hashes, generations, random numbers. */
export function shown(container: Container): string {
  const { state } = container;
  const { stateHash: _hash, generation: _number, freeMemory, ...listing } = container.run('list', {});
  // Every context for a firm, receipts included, asks it for the time.
  const free = freeMemory + state.challenges.size * MEMORY.challenge;
  const lists = [...state.revocations.values()].map(({ firmCode, version }) => [firmCode, version]);
  const channels = [...state.partners.values()].map(({ key, inbound, outbound }) => {
    const { epoch, applied, refused, prunedThrough } = inbound;
    const remembered = outbound.orders.map((order) => [order.first, order.last, order.refused]);
    const { issued, settled } = outbound;
    return [key, epoch, applied, refused, prunedThrough, outbound.epoch, issued, settled, remembered];
  });
  const pending = [...state.pending.values()].map(({ salt: _, hash: __, chain: ___, ...entry }) => entry);
  const tables = [
    ...state.holdings.values(),
    ...state.log.entries(),
    ...state.orders.values(),
    ...state.served.values(),
  ];
  const evidence = [...state.evidence.values()].map(({ about, reason }) => [about, reason]);
  const twice = [...state.twice.entries()];
  const rest = [...state.revoked.keys(), state.marks.has('rolledBack'), counter(state, 'timeFloor')];
  return digest(plain([listing, free, lists, channels, pending, tables, evidence, twice, rest]));
}

function digest(text: string): string {
  return hash('sha256', text, 'base64');
}
