import { fromPromise } from 'xstate';
import type { BlobStore } from '../runtime/blob-store-port.ts';
import type { ContextTransactionInput } from './context-transaction-machine.ts';

/** A container that makes context files. */
export interface ContextMaker {
  /** A context file for the issuer with that certificate. */
  context(certificate: Uint8Array): Promise<Uint8Array>;
}

/** The actor `requestContext`: has the container make the file and gives its hash. */
export function requestContext(container: ContextMaker, blobs: BlobStore) {
  return fromPromise<string, ContextTransactionInput>(async ({ input }) =>
    blobs.put(await container.context(await blobs.get(input.certificate))),
  );
}
