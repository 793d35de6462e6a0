import type { Listing } from '../../container/commands/list.ts';
import { FerryError } from '../../container/errors.ts';
import { type Failure, failureOf } from '../failure.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';
import { type FoundUpdate, surveyFolder } from '../update-import/survey-folder.ts';
import type { UpdateFolder } from '../update-import/update-folder-port.ts';
import type { CopiedFile, CopiedStick } from './stick-import-context.ts';
import { WantedSurvey } from './wanted-licenses.ts';

/** Of one stick at most; what is more waits for another one. Nothing says that files are genuine before they are taken in. */
export const COPY_LIMITS = { files: 1000, bytes: 64 * 1024 * 1024, unreadable: 200 } as const;

type Unreadable = CopiedStick['unreadable'][number];

/**
 * Copies the update files for a container from a stick, where one of them brings something new: the work outlives then that the stick is
 * pulled out, and the process. Files for others are counted and not kept.
 *
 * @param store where the copies go
 * @param container what it shows of itself
 * @throws STICK_GONE, FOLDER_UNREADABLE; STORE_WRITE_FAILED
 */
export async function copyStick(
  stick: UpdateFolder,
  store: BlobStore,
  container: Pick<Listing, 'key' | 'channels'>,
): Promise<CopiedStick> {
  const asked = new WantedSurvey();
  const survey = await surveyFolder(stick, container.key, (name) => asked.see(name));
  const { updates: found, unreadable: unread, foreign, hidden } = survey;
  for (const { failure } of unread) throwIfGone(failure);
  const isNews = found.some((update) => bringsNews(update, container.channels));
  const updates: CopiedFile[] = [];
  const unreadable: Unreadable[] = [...unread];
  let bytes = 0;
  for (const { file } of found.slice(0, COPY_LIMITS.files)) {
    if (!isNews) {
      updates.push({ file, hash: null });
      continue;
    }
    const envelope = await stick.read(file).catch(failureOf);
    if ('code' in envelope) {
      throwIfGone(envelope);
      unreadable.push({ file, failure: envelope });
      continue;
    }
    bytes += envelope.length;
    if (bytes > COPY_LIMITS.bytes) break;
    updates.push({ file, hash: await store.put(envelope) });
  }
  const told = unreadable.slice(0, COPY_LIMITS.unreadable);
  const leftOut = found.length + unread.length - updates.length - told.length;
  return { updates, unreadable: told, foreign, hidden, leftOut, isNews, wanted: asked.wanted };
}

function throwIfGone({ code, details }: Failure): void {
  if (code === 'STICK_GONE') throw new FerryError(code, details);
}

/** As far as it can be told from outside; the container alone decides what it takes. */
function bringsNews({ issuer, last }: FoundUpdate, channels: Listing['channels']): boolean {
  const channel = channels.find(({ partner }) => partner === issuer.key);
  return channel === undefined || last > channel.applied;
}
