import type { BlobStore } from '../runtime/blob-store-port.ts';
import { runToEnd } from '../runtime/run-to-end.ts';
import { type ContextTransactionOutput, contextTransactionMachine } from './context-transaction-machine.ts';
import { type ContextMaker, requestContext } from './request-context.ts';

/**
 * Has a container make its context file for the issuer with that certificate; the file stays in the blob store.
 * Repeatable: a second file is merely newer.
 */
export async function runContextTransaction(
  container: ContextMaker,
  blobs: BlobStore,
  certificate: Uint8Array,
): Promise<ContextTransactionOutput> {
  const machine = contextTransactionMachine.provide({ actors: { requestContext: requestContext(container, blobs) } });
  const { output } = await runToEnd(machine, { certificate: await blobs.put(certificate) });
  return output;
}
