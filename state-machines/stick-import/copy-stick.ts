import type { Listing } from '../../container/commands/list.ts';
import { FerryError } from '../../container/errors.ts';
import { type Failure, failureOf } from '../failure.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';
import { type FoundUpdate, surveyFolder } from '../update-import/survey-folder.ts';
import type { UpdateFolder } from '../update-import/update-folder-port.ts';
import type { CopiedStick, KeptFile } from './stick-import-context.ts';

/** Where copies go. */
export interface CopyStores {
  /** Of a stick that brings something new: the work outlives that it is pulled out, and the process. */
  readonly durable: BlobStore;
  /** Of one that brings nothing: no memory is worn. */
  readonly passing: BlobStore;
}

type Unreadable = CopiedStick['unreadable'][number];

/**
 * Copies the update files for a container from a stick: whatever is done to it meanwhile, they are read from the copies. Files for
 * others are counted and not kept.
 *
 * @param container what it shows of itself
 * @throws STICK_GONE, FOLDER_UNREADABLE; STORE_WRITE_FAILED
 */
export async function copyStick(
  stick: UpdateFolder,
  stores: CopyStores,
  container: Pick<Listing, 'key' | 'channels'>,
): Promise<CopiedStick> {
  const { updates: found, unreadable: unread, foreign, hidden } = await surveyFolder(stick, container.key);
  for (const { failure } of unread) throwIfGone(failure);
  const isNews = found.some((update) => bringsNews(update, container.channels));
  const store = isNews ? stores.durable : stores.passing;
  const updates: KeptFile[] = [];
  const unreadable: Unreadable[] = [...unread];
  for (const { file } of found) {
    const envelope = await stick.read(file).catch(failureOf);
    if ('code' in envelope) {
      throwIfGone(envelope);
      unreadable.push({ file, failure: envelope });
    } else updates.push({ file, hash: await store.put(envelope) });
  }
  return { updates, unreadable, foreign, hidden, isNews };
}

function throwIfGone({ code, details }: Failure): void {
  if (code === 'STICK_GONE') throw new FerryError(code, details);
}

/** As far as it can be told from outside; the container alone decides what it takes. */
function bringsNews({ issuer, last }: FoundUpdate, channels: Listing['channels']): boolean {
  const channel = channels.find(({ partner }) => partner === issuer.key);
  return channel === undefined || last > channel.applied;
}
