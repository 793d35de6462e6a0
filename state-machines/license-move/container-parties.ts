import type { ContainerClient } from '../../container/commands/client.ts';
import { FerryError } from '../../container/errors.ts';
import type { MoveIssuer, MoveTarget } from './move-ports.ts';

/** A container as the side that gives licenses. */
export function containerIssuer(client: ContainerClient): MoveIssuer {
  return {
    list: () => client.call('list', {}),
    certificate: async () => {
      const { certificate, key } = await client.call('list', {});
      if (certificate === null) throw new FerryError('NOT_ENROLLED', { where: key });
      return certificate;
    },
    issue: async ({ context, plan }) => {
      const { targetKey, first, last, parts } = plan;
      if (parts.length > 0) return client.call('issue', { context, first, parts: [...parts] });
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
