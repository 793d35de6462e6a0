import type { ContainerClient } from '../../container/commands/client.ts';
import type { Listing } from '../../container/commands/list.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { FerryError } from '../../container/errors.ts';
import { testRoot } from '../../container/files/test-root.ts';
import { verifyListing } from '../../container/verify-listing.ts';

/**
 * A client whose listings are verified: whatever is shown or compared of who answers is what its certificate says, under the
 * TEST root. A container without a certificate has neither a serial number nor a certificate in its listing.
 *
 * @throws LISTING_FALSE, CERTIFICATE_WRONG, CERTIFICATE_OTHER_ROOT and FILE_MALFORMED from `list`
 */
export function certifiedClient(client: ContainerClient): ContainerClient {
  return {
    call: async (name, request) => {
      const answer = await client.call(name, request);
      if (name === 'list') requireOwn(answer as Listing);
      return answer;
    },
    close: () => client.close(),
  };
}

function requireOwn(listing: Listing): void {
  const crypto = nativeCrypto();
  const verified = verifyListing(crypto, testRoot(crypto), listing);
  if (!verified.ok) throw new FerryError(verified.code, verified.details);
}
