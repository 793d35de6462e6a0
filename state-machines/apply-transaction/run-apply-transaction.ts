import type { BlobStore } from '../runtime/blob-store-port.ts';
import { runToEnd } from '../runtime/run-to-end.ts';
import { type ApplyTransactionOutput, applyTransactionMachine } from './apply-transaction-machine.ts';
import { applyUpdate, type UpdateTaker } from './apply-update.ts';

/** How the files went in: all of them, up to one that waits for room, up to one that was refused, or it broke off. */
export type ApplyTransactionState = 'applied' | 'deferred' | 'refused' | 'failed';

export interface ApplyTransactionResult extends ApplyTransactionOutput {
  readonly state: ApplyTransactionState;
}

/**
 * Has a container apply the update files with these hashes, one after another; the receipts stay in the blob store.
 * Repeatable: what was applied before is skipped.
 */
export async function runApplyTransaction(
  container: UpdateTaker,
  blobs: BlobStore,
  updates: readonly string[],
): Promise<ApplyTransactionResult> {
  const machine = applyTransactionMachine.provide({ actors: { applyUpdate: applyUpdate(container, blobs) } });
  const { state, output } = await runToEnd(machine, { updates });
  return { ...output, state: state as ApplyTransactionState };
}
