import { watch } from 'chokidar';
import { CERTIFICATE_SUFFIX, UPDATE_SUFFIX } from '../../container/files/file-names.ts';
import { systemCode, systemWords } from '../../container/store/file-failure.ts';
import { REQUEST_NAME } from '../../state-machines/index.ts';

/** Milliseconds of quiet after which what was put on a stick is whole. */
const QUIET = 700;

/** What a device looks at ends like that. */
const WATCHED = [UPDATE_SUFFIX, CERTIFICATE_SUFFIX, `/${REQUEST_NAME.toLowerCase()}`];

/** Folders and files that are watched on one stick: the system has only so many watches for everybody. */
const MOST_WATCHED = 1000;

/** What is put on a stick while it is plugged in. */
export interface ContentsWatch {
  close(): Promise<void>;
}

/**
 * Tells, when all is quiet again, that update files, or what asks for licenses, were put on a stick, changed or taken away: in its root or a
 * folder there. Other files, of which there may be thousands, are not watched, nor are those that a device writes itself; of very many, some are.
 *
 * @param onFailed is told, once, why not all of it can be seen
 */
export function watchContents(point: string, onChanged: () => void, onFailed: (why: string) => void): ContentsWatch {
  let timer: NodeJS.Timeout | undefined;
  let hasFailed = false;
  const watched = new Set<string>();
  const isPassedOver = (path: string, isFolder: boolean | undefined): boolean => {
    if (isFolder === false && !isLookedAt(path)) return true;
    if (watched.size < MOST_WATCHED) watched.add(path);
    return !watched.has(path);
  };
  const watcher = watch(point, {
    depth: 1,
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path, stats) => isPassedOver(path, stats?.isDirectory()),
  });
  watcher.on('all', (event) => {
    if (event === 'addDir' || event === 'unlinkDir') return;
    clearTimeout(timer);
    timer = setTimeout(onChanged, QUIET);
  });
  watcher.on('error', (error) => {
    if (!hasFailed) onFailed(wordsOf(error));
    hasFailed = true;
  });
  return {
    close: () => {
      clearTimeout(timer);
      return watcher.close();
    },
  };
}

function isLookedAt(path: string): boolean {
  const name = path.toLowerCase();
  return WATCHED.some((end) => name.endsWith(end));
}

/** Of watches, Linux has only so many; it says that there is no space. @see inotify(7) */
function wordsOf(error: unknown): string {
  return systemCode(error) === 'ENOSPC' ? 'the system watches no more files' : systemWords(error);
}
