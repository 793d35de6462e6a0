import type { Facts, ServerLog } from './server-port.ts';

/** Warnings of one kind that are written in so many seconds. */
const MOST = 10;
const PERIOD = 60;

interface Written {
  readonly since: number;
  count: number;
  omitted: number;
}

/**
 * A log that no stranger can fill: of one kind of warning it writes ten a minute and counts the rest. The next one that is
 * written tells how many were omitted.
 *
 * @param now seconds, never going back
 */
export function rareWarnings(log: ServerLog, now: () => number): ServerLog {
  const kinds = new Map<string, Written>();
  return {
    info: (event, facts) => log.info(event, facts),
    error: (event, facts) => log.error(event, facts),
    warn: (event, facts: Facts = {}) => {
      const known = kinds.get(event);
      const isOver = known === undefined || now() - known.since >= PERIOD;
      const kind = isOver ? { since: now(), count: 0, omitted: known?.omitted ?? 0 } : known;
      kinds.set(event, kind);
      if (kind.count >= MOST) {
        kind.omitted += 1;
        return;
      }
      kind.count += 1;
      log.warn(event, kind.omitted === 0 ? facts : { ...facts, omitted: kind.omitted });
      kind.omitted = 0;
    },
  };
}
