export interface BodyRoomOptions {
  /** Bytes that all bodies on their way may take together. */
  readonly capacity: number;
  /** Bytes that a body may take without ever being dropped for another one, as long as somebody brings or fetches it. */
  readonly share: number;
  /** Bytes that a body has to get further by, to count as one that gets on. */
  readonly window: number;
  /** Seconds after which one that takes more than its share and did not get on makes room for others like it. */
  readonly staleAfter: number;
  /** Seconds, never going back. */
  readonly now: () => number;
}

/** The room that one body takes; its `BodyRoom` keeps it. */
export interface Place {
  /** Bytes. */
  taken: number;
  /** Those who bring or fetch it now. */
  readonly holders: Set<object>;
  /** The byte at which it got on last. */
  mark: number;
  /** When that was, in seconds. */
  gotOnAt: number;
  /** Told when it has to make room: what it took is free by then. */
  readonly lost: () => void;
}

/**
 * The memory for bodies on their way, in which nobody who takes much, or gets on slowly, keeps the others out. Where it is full,
 * room is made by those that nobody brings or fetches, the longest unused first; then by those that take more than their share,
 * the one first that has not got on for the longest. For one that stays within its share that is always so; for a larger one
 * only those make room that have not got on for a while.
 *
 * With a share that is the capacity divided by how many are held at a time, one that stays within it always finds room.
 */
export class BodyRoom {
  readonly #options: BodyRoomOptions;
  /** In the order of use. */
  readonly #places = new Set<Place>();

  constructor(options: BodyRoomOptions) {
    this.#options = options;
  }

  /** A place that takes nothing yet. @param lost is told when it has to make room for others */
  place(lost: () => void): Place {
    const place = { taken: 0, holders: new Set<object>(), mark: 0, gotOnAt: this.#options.now(), lost };
    this.#places.add(place);
    return place;
  }

  /** Takes so many bytes more; false when there is no room for them. */
  take(place: Place, more: number): boolean {
    if (!this.#places.has(place)) return false;
    let lacking = more - this.#options.capacity;
    for (const { taken } of this.#places) lacking += taken;
    const leaving: Place[] = [];
    for (const one of this.#makingRoomFor(place, place.taken + more)) {
      if (lacking <= 0) break;
      leaving.push(one);
      lacking -= one.taken;
    }
    if (lacking > 0) return false;
    for (const one of leaving) {
      this.free(one);
      one.lost();
    }
    place.taken += more;
    return true;
  }

  /** Somebody used it, up to that byte. */
  use(place: Place, at: number): void {
    if (!this.#places.delete(place)) return;
    this.#places.add(place);
    if (at < place.mark + this.#options.window) return;
    place.mark = at;
    place.gotOnAt = this.#options.now();
  }

  /** Gives back what it took. */
  free(place: Place): void {
    this.#places.delete(place);
    place.taken = 0;
  }

  #makingRoomFor(place: Place, size: number): readonly Place[] {
    const { share, staleAfter, now } = this.#options;
    const newest = size <= share ? Number.POSITIVE_INFINITY : now() - staleAfter;
    const others = [...this.#places].filter((one) => one !== place && one.taken > 0);
    const isLarge = ({ holders, taken, gotOnAt }: Place): boolean =>
      holders.size > 0 && taken > share && gotOnAt <= newest;
    return [
      ...others.filter(({ holders }) => holders.size === 0),
      ...others.filter(isLarge).sort((one, other) => one.gotOnAt - other.gotOnAt),
    ];
  }
}
