import { type ContainerState, stateHash } from '../../container/engine/state.ts';

/** Whether the state of a container is another one than a volume tells of. */
export class VolumeNews {
  readonly #state: () => ContainerState;
  /** Hash of the state that the volume tells of. */
  #told: string;

  /** @param state the state of the container now, which the volume tells of from the beginning */
  constructor(state: () => ContainerState) {
    this.#state = state;
    this.#told = stateHash(state());
  }

  /** Whether there is something new, which is to be told now: the next time it is not new any more. */
  take(): boolean {
    const hash = stateHash(this.#state());
    if (hash === this.#told) return false;
    this.#told = hash;
    return true;
  }
}
