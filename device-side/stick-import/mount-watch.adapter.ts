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
 * Looks at what is mounted until the signal. What keeps it from looking, now and then, is told in the log.
 *
 * @param onSticks is told of the sticks that are mounted, at the beginning and whenever the table has changed
 */
export async function watchMounts(
  { table, below, own, log, signal }: MountWatchOptions,
  onSticks: (sticks: readonly Mount[]) => void,
): Promise<void> {
  let wake = (): void => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });
  const look = new MountLook({ table, below, own, log, signal });
  while (!signal.aborted) {
    try {
      await look.once(onSticks);
    } catch (error) {
      log.error('sticks.unseen', { error });
    }
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

/** One look at what is mounted after the other. */
class MountLook {
  readonly #options: MountWatchOptions;
  #seen: string | undefined;
  /** Looks since the drives could not be told; 0 when they could. */
  #untold = 0;

  constructor(options: MountWatchOptions) {
    this.#options = options;
  }

  async once(onSticks: (sticks: readonly Mount[]) => void): Promise<void> {
    const { table, below, own, log, signal } = this.#options;
    const now = textOf(table);
    if (now === this.#seen && this.#untold < ASKED_AGAIN) {
      if (this.#untold > 0) this.#untold += 1;
      return;
    }
    this.#seen = now;
    const rule = await ruleFor(below, log);
    this.#untold = rule === undefined ? 1 : 0;
    if (rule !== undefined && !signal.aborted) onSticks(sticksAmong(readMountTable(now), rule, own));
  }
}

/** @throws FILE_UNREADABLE when there is no such table */
export function checkTable(table: string): void {
  textOf(table);
}

/** Whether that very mount is there now. */
export function isMounted(table: string, mount: Mount): boolean {
  // Of several at one point, only the last one is seen.
  const seen = readMountTable(textOf(table)).findLast(({ point }) => point === mount.point);
  return seen !== undefined && seen.id === mount.id && seen.device === mount.device;
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
