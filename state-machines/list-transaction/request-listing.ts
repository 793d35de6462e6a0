import { fromPromise } from 'xstate';
import { type Listing, listing } from '../../container/commands/list.ts';
import type { BlobStore } from '../runtime/blob-store-port.ts';

/** The actor `requestListing`: asks the container and gives the hash of its encoded listing. */
export function requestListing(container: { list(): Promise<Listing> }, blobs: BlobStore) {
  return fromPromise<string, undefined>(async () => blobs.put(listing.encode(await container.list())));
}
