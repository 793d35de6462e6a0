import { isDeepStrictEqual } from 'node:util';
import type { Mount } from './mount-table.ts';

/** Who wants to know of sticks. */
export interface StickListener {
  /** One was mounted. */
  plugged(mount: Mount): void;
  /** It is not mounted any more. */
  pulled(mount: Mount): void;
}

/** Which sticks are mounted, and which come and go. */
export class MountedSticks {
  readonly #listener: StickListener;
  #there: readonly Mount[] = [];

  constructor(listener: StickListener) {
    this.#listener = listener;
  }

  /** The sticks that are mounted now. One that is mounted anew, or in another way, has come. */
  are(now: readonly Mount[]): void {
    const before = this.#there;
    this.#there = now.map((mount) => before.find((one) => isDeepStrictEqual(one, mount)) ?? mount);
    for (const mount of before) if (!this.#there.includes(mount)) this.#listener.pulled(mount);
    for (const mount of this.#there) if (!before.includes(mount)) this.#listener.plugged(mount);
  }
}
