import { FerryError } from '../../container/errors.ts';

/** How long whoever has a container open is waited for, in seconds: commands have it open for less. */
const MOST_WAIT = 2;

/** The time that waiting takes. */
export interface WaitingTime {
  /** Seconds since some moment, never going back. */
  now(): number;
  /** Until it is worth trying again. */
  pause(): Promise<void>;
}

/**
 * Opens a container, after whoever has it open for a moment. One that is served is told of at once: who serves it does not let
 * go. Nothing is asked of the container before it is open.
 *
 * @param own process number of this program, which is not waited for
 * @throws CONTAINER_IN_USE after two seconds; whatever else opening it throws, at once
 */
export async function inTurn<T>(open: () => Promise<T>, own: number, time: WaitingTime): Promise<T> {
  const end = time.now() + MOST_WAIT;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const isInUse = error instanceof FerryError && error.code === 'CONTAINER_IN_USE' && error.details.process !== own;
      if (!isInUse || time.now() >= end) throw error;
    }
    await time.pause();
  }
}
