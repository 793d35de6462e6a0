import { randomBytes } from 'node:crypto';
import type { Env } from '../../env.ts';
import { FIELD_EPOCH } from '../../model/time.ts';

/** The real clock and the operating system's randomness. */
export function systemEnv(): Env {
  return {
    now: () => Math.max(0, Math.floor(Date.now() / 1000) - FIELD_EPOCH),
    random: (length) => new Uint8Array(randomBytes(length)),
  };
}

/** Seconds since some moment, never going back: for how long something takes. */
export function steadyClock(): number {
  return performance.now() / 1000;
}
