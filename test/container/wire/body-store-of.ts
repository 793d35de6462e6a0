import { BodyRoom } from '../../../container/wire/body-room.ts';
import { BodyStore } from '../../../container/wire/body-store.ts';

/** A store for the bodies of a conversation, with room for a million bytes unless told otherwise. */
export function bodyStoreOf(now: () => number, capacity = 1e6): BodyStore {
  const room = new BodyRoom({ capacity, share: capacity / 10, window: 1000, staleAfter: 10, now });
  return new BodyStore({ room, keepFor: 600, now });
}
