import { type ContainerState, stateHash } from '../../container/engine/state.ts';

/** Whether the state of a container is another one than a volume tells of. */
export class VolumeNews {
  readonly #state: () => ContainerState;
  #seen: ContainerState;
  /** Hash of the state that the volume tells of. */
  #told: string;

  /** @param state the state of the container now, which the volume tells of from the beginning */
  constructor(state: () => ContainerState) {
    this.#state = state;
    this.#seen = state();
    this.#told = stateHash(this.#seen);
  }

  /** Whether there is something new, which is to be told now: the next time it is not new any more. */
  take(): boolean {
    const now = this.#state();
    if (now === this.#seen) return false;
    this.#seen = now;
    const hash = stateHash(now);
    if (hash === this.#told) return false;
    this.#told = hash;
    return true;
  }
}
