import type { BlobStore } from '../runtime/blob-store-port.ts';
import type { SnapshotStore } from '../runtime/snapshot-store-port.ts';
import { forgetOthers } from './carry-out-move.ts';
import type { MoveNotebook } from './move-note.ts';
import type { MoveClaim } from './move-run.ts';

export interface ForgetRequest {
  /** Under what the unfinished move is kept. */
  readonly id: string;
  readonly store: SnapshotStore;
  readonly notebook: MoveNotebook;
  readonly blobs: BlobStore;
  /** @throws MOVE_UNDER_WAY */
  readonly claim: (id: string) => MoveClaim;
}

/**
 * Forgets what is kept of an unfinished move, whether it can be read or not. Nothing is moved, and neither side hears of it: what
 * was issued stays in transit. Repeatable.
 *
 * @throws MOVE_UNDER_WAY, STORE_WRITE_FAILED
 */
export async function forgetMove({ id, store, notebook, blobs, claim }: ForgetRequest): Promise<void> {
  const held = claim(id);
  try {
    await store.delete(id);
    await notebook.delete(id);
    await forgetOthers({ blobs: blobs.part(id) }, []);
  } finally {
    held.release();
  }
}
