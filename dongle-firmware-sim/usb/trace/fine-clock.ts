/** Milliseconds by which both clocks may differ before the wall clock was set, or the computer slept. */
const APART = 20;

/**
 * The time of day, as right as the wall clock and finer than that: transfers take less than its milliseconds.
 *
 * @param wall milliseconds since 1970, whole ones
 * @param steady milliseconds since some moment, with a fraction, never going back
 * @returns microseconds since 1970
 */
export function fineClock(wall: () => number, steady: () => number): () => number {
  let between = wall() - steady();
  return () => {
    const [now, then] = [wall(), steady()];
    if (Math.abs(now - then - between) > APART) between = now - then;
    return Math.floor((then + between) * 1000);
  };
}
