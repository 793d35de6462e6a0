/** Seconds as they are written. */
export function saySeconds(seconds: number): string {
  return seconds < 1 ? `${Number((seconds * 1000).toFixed(6))}ms` : `${seconds}s`;
}
