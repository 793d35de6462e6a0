import { Defect } from '../errors.ts';
import type { Change } from './changes.ts';
import { type ContainerState, counter } from './state.ts';
import type { Table } from './table.ts';

/** What a change carries, without its name. */
export function strip<C extends Change>(change: C): Omit<C, 'change'> {
  const { change: _, ...rest } = change;
  return rest;
}

/** What a change refers to; a change of our own making never refers to what is not there. */
export function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Defect(`a change refers to a ${what} that does not exist`);
  return value;
}

/** Counts bytes as used, or with a negative number as free again. */
export function charge(state: ContainerState, bytes: number): void {
  state.counters.set('usedBytes', counter(state, 'usedBytes') + bytes);
}

/** Stores a value and charges what it costs more than the one that it replaces. */
export function put<K, V>(
  state: ContainerState,
  table: Table<K, V>,
  key: K,
  value: V,
  cost: (value: V) => number,
): void {
  const old = table.get(key);
  table.set(key, value);
  charge(state, cost(value) - (old === undefined ? 0 : cost(old)));
}

/** Deletes a value and gives back what it cost. */
export function drop<K, V>(state: ContainerState, table: Table<K, V>, key: K, cost: (value: V) => number): void {
  charge(state, -cost(must(table.get(key), 'stored object')));
  table.delete(key);
}
