import type { ContainerClient } from '../../container/commands/client.ts';
import type { Listing } from '../../container/commands/list.ts';
import { FerryError } from '../../container/errors.ts';
import type { MoveIssuer, MoveTarget } from './move-ports.ts';

/** A container as the side that gives licenses. */
export function containerIssuer(client: ContainerClient): MoveIssuer {
  // A listing may be megabytes on a slow line, and whose key was shown has no other certificate.
  let shown: Pick<Listing, 'certificate' | 'key'> | undefined;
  const list = async (): Promise<Listing> => {
    const listing = await client.call('list', {});
    if (listing.certificate !== null) shown = { certificate: listing.certificate, key: listing.key };
    return listing;
  };
  return {
    list,
    certificate: async () => {
      const { certificate, key } = shown ?? (await list());
      if (certificate === null) throw new FerryError('NOT_ENROLLED', { where: key });
      return certificate;
    },
    issue: async ({ context, plan, orderId }) => {
      const { targetKey, first, last, parts } = plan;
      if (parts.length > 0)
        return client.call('issue', { target: targetKey, orderId, context, first, parts: [...parts] });
      const { updates } = await client.call('transit', { target: targetKey });
      return { first, last: last ?? first, repeated: true, updates };
    },
    settle: (receipt) => client.call('settle', { context: receipt }),
  };
}

/** A container as the side that gets licenses. */
export function containerTarget(client: ContainerClient): MoveTarget {
  return {
    list: () => client.call('list', {}),
    context: async (certificate) => (await client.call('context', { certificate, firmCode: null })).context,
    apply: (update) => client.call('apply', { update }),
  };
}
