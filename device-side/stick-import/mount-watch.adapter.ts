import fs from 'node:fs';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import { FerryError } from '../../container/errors.ts';
import { readFailed } from '../../container/store/file-failure.ts';
import { type Mount, readMountTable } from './mount-table.ts';
import { systemDrives } from './system-drives.adapter.ts';
import { type StickRule, sticksAmong } from './which-sticks.ts';

/** Where Linux shows what is mounted. No watcher of files sees it change. */
export const MOUNT_TABLE = '/proc/self/mountinfo';
/** Milliseconds from one look at it to the next. */
const PAUSE = 500;
/** Looks after which drives are asked for again that could not be told. */
const ASKED_AGAIN = 60;

export interface MountWatchOptions {
  /** The table that is looked at. */
  readonly table: string;
  /** Folders below which everything mounted is a stick; without any, sticks are told by their drives. */
  readonly below: readonly string[];
  /** The device's own folder. */
  readonly own: string;
  readonly log: ServerLog;
  readonly signal: AbortSignal;
}

/**
 * Looks at what is mounted until the signal.
 *
 * @param onSticks is told of the sticks that are mounted, at the beginning and whenever the table has changed
 * @throws FILE_UNREADABLE when the table is gone
 */
export async function watchMounts(
  { table, below, own, log, signal }: MountWatchOptions,
  onSticks: (sticks: readonly Mount[]) => void,
): Promise<void> {
  let wake = (): void => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });
  let seen: string | undefined;
  for (let untold = 0; !signal.aborted; ) {
    const now = textOf(table);
    if (now !== seen || untold === ASKED_AGAIN) {
      seen = now;
      const rule = await ruleFor(below, log);
      if (signal.aborted) return;
      untold = rule === undefined ? 1 : 0;
      if (rule !== undefined) onSticks(sticksAmong(readMountTable(now), rule, own));
    } else if (untold > 0) untold += 1;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PAUSE);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** @throws FILE_UNREADABLE when there is no such table */
export function checkTable(table: string): void {
  textOf(table);
}

/** Whether that very mount is there now. */
export function isMounted(table: string, mount: Mount): boolean {
  return readMountTable(textOf(table)).some(
    ({ id, point, device }) => id === mount.id && point === mount.point && device === mount.device,
  );
}

function textOf(table: string): string {
  try {
    return fs.readFileSync(table, 'utf8');
  } catch (error) {
    throw readFailed(table, error);
  }
}

/** Undefined where the system does not tell of its drives now: it is asked again. */
async function ruleFor(below: readonly string[], log: ServerLog): Promise<StickRule | undefined> {
  if (below.length > 0) return { by: 'folders', folders: below };
  try {
    return { by: 'drives', drives: await systemDrives() };
  } catch (error) {
    if (error instanceof FerryError) log.warn('drives.unknown', { code: error.code, details: error.details });
    else log.warn('drives.unknown', { error });
    return undefined;
  }
}
