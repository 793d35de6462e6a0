import type { Hash } from '../model/ids.ts';
import type { BodyRoom, Place } from './body-room.ts';
import { GrowingBytes } from './growing-bytes.ts';

/** Which body: both, so that nobody can announce another one in its name. */
export interface BodyName {
  readonly hash: Hash;
  readonly size: number;
}

/** As much of a body as is here. */
interface Kept {
  readonly bytes: GrowingBytes;
  readonly place: Place;
  usedAt: number;
  /** How many it is kept for, whether they fetch it just now or may come back for it. */
  users: number;
}

export interface BodyStoreOptions {
  /** Where they are kept. */
  readonly room: BodyRoom;
  /** Seconds after which a body that nobody asks for is dropped. */
  readonly keepFor: number;
  /** Seconds, never going back. */
  readonly now: () => number;
}

/** Bodies that are announced or here at a time. */
const MOST_BODIES = 128;

/**
 * Bodies on their way, so that a broken connection costs only the window that was cut off: unfinished requests, and answers
 * that are not all fetched. Bounded: only what has arrived takes room, as its `BodyRoom` gives it. A *holder* stands for the
 * conversation in which a body is brought or fetched just now.
 */
export class BodyStore {
  readonly #options: BodyStoreOptions;
  /** In the order of use. */
  readonly #kept = new Map<string, Kept>();

  constructor(options: BodyStoreOptions) {
    this.#options = options;
  }

  /** Bytes that are taken now. */
  get size(): number {
    let size = 0;
    for (const { place } of this.#kept.values()) size += place.taken;
    return size;
  }

  /** How much of a body is here; undefined when too many are under way. Announcing it again does not count as use. */
  begin(body: BodyName, holder: object): number | undefined {
    this.#dropUnused(this.#options.keepFor);
    const known = this.#kept.get(keyOf(body));
    if (known === undefined && this.#kept.size >= MOST_BODIES && !this.#dropOne()) return undefined;
    const kept = known ?? this.#add(body, new GrowingBytes(body.size));
    kept.place.holders.add(holder);
    return kept.bytes.filled;
  }

  /**
   * Adds a piece that begins at `at`; where two bring the same body, perhaps one that is here already. False when the body
   * was dropped meanwhile, when the piece does not fit it, or when there is no room.
   */
  append(body: BodyName, at: number, piece: Uint8Array): boolean {
    const kept = this.#kept.get(keyOf(body));
    const end = at + piece.length;
    if (kept === undefined || at > kept.bytes.filled || end > body.size) return false;
    if (!this.#options.room.take(kept.place, kept.bytes.needs(end))) return false;
    kept.bytes.put(at, piece);
    this.#touch(body, kept.bytes.filled);
    return true;
  }

  /** A body that is whole. @param from where it is fetched from; unless given, all of it is used */
  get(body: BodyName, from = body.size): Uint8Array | undefined {
    return this.#touch(body, from)?.bytes.whole;
  }

  /** Keeps a whole body to be fetched, perhaps one that others fetch already; false when there is no room. */
  keep(hash: Hash, bytes: Uint8Array, holder: object): boolean {
    const name = { hash, size: bytes.length };
    if (this.share(name, holder)) return true;
    this.#delete(keyOf(name));
    const kept = this.#add(name, GrowingBytes.whole(bytes));
    if (!this.#options.room.take(kept.place, bytes.length)) {
      this.#delete(keyOf(name));
      return false;
    }
    kept.place.holders.add(holder);
    return true;
  }

  /** One more fetches a body; false when it is not whole here. */
  share(body: BodyName, holder: object): boolean {
    const kept = this.#touch(body, 0);
    if (kept?.bytes.whole === undefined) return false;
    kept.users += 1;
    kept.place.holders.add(holder);
    return true;
  }

  /** Whoever brought or fetched a body does so no more, and may come back for it. */
  leave(body: BodyName, holder: object): void {
    this.#kept.get(keyOf(body))?.place.holders.delete(holder);
  }

  /** One of those that used a body is done with it; the last one's word lets it go. */
  drop(body: BodyName, holder: object): void {
    const kept = this.#kept.get(keyOf(body));
    if (kept === undefined) return;
    kept.place.holders.delete(holder);
    kept.users -= 1;
    if (kept.users <= 0) this.#delete(keyOf(body));
  }

  #add(body: BodyName, bytes: GrowingBytes): Kept {
    const key = keyOf(body);
    const place = this.#options.room.place(() => this.#kept.delete(key));
    const kept = { bytes, place, usedAt: this.#options.now(), users: 1 };
    this.#kept.set(key, kept);
    return kept;
  }

  #delete(key: string): boolean {
    const kept = this.#kept.get(key);
    if (kept === undefined) return false;
    this.#options.room.free(kept.place);
    return this.#kept.delete(key);
  }

  #touch(body: BodyName, at: number): Kept | undefined {
    this.#dropUnused(this.#options.keepFor);
    const kept = this.#kept.get(keyOf(body));
    if (kept === undefined) return undefined;
    this.#kept.delete(keyOf(body));
    this.#kept.set(keyOf(body), kept);
    kept.usedAt = this.#options.now();
    this.#options.room.use(kept.place, at);
    return kept;
  }

  #dropUnused(seconds: number): void {
    const oldest = this.#options.now() - seconds;
    for (const [key, { usedAt }] of this.#kept) {
      if (usedAt >= oldest) return;
      this.#delete(key);
    }
  }

  /** Drops the oldest that nobody brings or fetches, else the oldest that was only announced. */
  #dropOne(): boolean {
    const kept = [...this.#kept];
    const [key] =
      kept.find(([, { place }]) => place.holders.size === 0) ?? kept.find(([, { bytes }]) => bytes.filled === 0) ?? [];
    return key !== undefined && this.#delete(key);
  }
}

function keyOf({ hash, size }: BodyName): string {
  return `${hash}:${size}`;
}
