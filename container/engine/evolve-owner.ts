import type { Change, ChangeOf } from './changes.ts';
import { drop, must, put, strip } from './charged-tables.ts';
import { MEMORY, memoryOf } from './memory.ts';
import { type ContainerState, counter, type OwnerPin, servedKey } from './state.ts';

type OwnerChange = Extract<Change['change'], `owner${string}` | `order${string}`>;
type OwnerEvolution = { readonly [N in OwnerChange]: (state: ContainerState, change: ChangeOf<N>) => void };

const pinBytes = (_: OwnerPin): number => MEMORY.ownerPin;

/** What becomes of the owner's PIN and of work orders. @see evolve */
export const OWNER_EVOLUTION: OwnerEvolution = {
  ownerPinPut: (state, change) => put(state, state.owner, 'pin', strip(change), pinBytes),
  ownerTriesSet: (state, { tries }) => {
    state.owner.set('pin', { ...must(state.owner.get('pin'), 'PIN'), tries });
  },
  ownerPinDropped: (state) => drop(state, state.owner, 'pin', pinBytes),
  orderArmed: (state, change) => {
    put(state, state.orders, change.id, { ...strip(change), targets: [] }, memoryOf.order);
    if (change.id >= counter(state, 'nextOrder')) state.counters.set('nextOrder', change.id + 1);
  },
  orderDisarmed: (state, { id }) => {
    for (const target of must(state.orders.get(id), 'work order').targets)
      drop(state, state.served, servedKey(id, target), memoryOf.served);
    drop(state, state.orders, id, memoryOf.order);
  },
  orderServed: (state, change) => {
    const order = must(state.orders.get(change.order), 'work order');
    const key = servedKey(order.id, change.target);
    if (!state.served.has(key)) state.orders.set(order.id, { ...order, targets: [...order.targets, change.target] });
    put(state, state.served, key, strip(change), memoryOf.served);
  },
};
