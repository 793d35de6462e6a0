import type { ContainerClient } from '../../../container/commands/client.ts';
import { FerryError } from '../../../container/errors.ts';
import { containerIssuer } from '../../../state-machines/license-move/container-parties.ts';
import { planMove } from '../../../state-machines/license-move/plan-move.ts';
import { appliedThoughCancelled, type Issuer, runOf } from './issuer.ts';

/** A container that gives what it holds. @param name what people call it when it has no serial number */
export function issuerOfContainer(client: ContainerClient, name: string): Issuer {
  return {
    moves: async () => containerIssuer(client),
    async issue(target, order) {
      const listing = await client.call('list', {});
      if (order === undefined) {
        const again = runOf(listing.transit, target, listing.serial ?? name);
        return { ...again, updates: (await client.call('transit', { target: target.key })).updates };
      }
      const planned = planMove(listing, target.key, order);
      if (!planned.ok) throw new FerryError(planned.code, planned.details);
      const { first, last, parts } = planned.plan;
      if (parts.length > 0) return client.call('issue', { context: target.raw, first, parts: [...parts] });
      const { updates } = await client.call('transit', { target: target.key });
      return { first, last: last ?? first, repeated: true, updates };
    },
    async settle(context) {
      const { transit } = await client.call('list', {});
      const settled = await client.call('settle', { context });
      const open = transit.filter(({ serial }) => serial === settled.target);
      return { ...settled, tooLate: appliedThoughCancelled(open, settled.entries), surplus: [], contradiction: null };
    },
    async cancel(serial, sequences) {
      const { transit, serial: own } = await client.call('list', {});
      const open = transit.filter((entry) => entry.serial === serial);
      const [one] = open;
      if (one === undefined)
        throw new FerryError('ORDER_EMPTY', { why: `nothing is in transit from ${own ?? name} to ${serial}` });
      const chosen = sequences ?? open.filter(({ cancelled }) => !cancelled).map(({ sequence }) => sequence);
      if (chosen.length === 0) return { sequences: chosen, ...(await client.call('transit', { target: one.target })) };
      return { sequences: chosen, ...(await client.call('cancel', { target: one.target, sequences: [...chosen] })) };
    },
  };
}
