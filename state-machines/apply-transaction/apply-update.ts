import { fromPromise } from 'xstate';
import type { ApplyReport } from '../../container/commands/apply.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';
import type { AppliedUpdate } from './apply-transaction-machine.ts';

/** A container that applies update files. */
export interface UpdateTaker {
  /** Takes one update file in. Repeatable. */
  apply(update: Uint8Array): Promise<ApplyReport>;
}

/** The actor `applyUpdate`: has the container apply one file and keeps its receipt. */
export function applyUpdate(container: UpdateTaker, blobs: BlobStore) {
  return fromPromise<AppliedUpdate, { update: string }>(async ({ input }) => {
    const report = await container.apply(await blobs.get(input.update));
    const { deferred, deferredFor, needed } = report;
    return {
      applied: report.applied,
      entries: report.entries.map(({ sequence, reason }) => ({ sequence, reason })),
      deferral: deferred === null ? null : { sequence: deferred, reason: deferredFor, needed },
      receipt: await blobs.put(report.receipt),
    };
  });
}
