/** How slow the other side may be: nobody is waited for who only sends a byte now and then. */
export interface Pace {
  /** Seconds, never going back. */
  readonly now: () => number;
  /** Seconds for which it may be silent while it owes something. */
  readonly patience: number;
  /** Bytes per second that it has to bring or take, on the whole. */
  readonly rate: number;
}

/** Bytes per second that any way but a slow serial line carries. */
export const SLOWEST_RATE = 1024;

/**
 * Whether what began at `since` takes longer than it may.
 *
 * @param bytes that were carried since then
 * @param pauses how often the other side may have been silent for the patience
 */
export function isLate({ now, patience, rate }: Pace, since: number, bytes: number, pauses = 1): boolean {
  return now() - since > pauses * patience + bytes / rate;
}
