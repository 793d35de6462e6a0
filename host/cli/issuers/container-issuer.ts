import type { ContainerClient } from '../../../container/commands/client.ts';
import { FerryError } from '../../../container/errors.ts';
import { containerIssuer } from '../../../state-machines/license-move/container-parties.ts';
import { newOrderId } from '../../../state-machines/license-move/move-order.ts';
import { planMove } from '../../../state-machines/license-move/plan-move.ts';
import { namingAddressee } from '../addressee.ts';
import { appliedThoughCancelled, type Issuer, runOf } from './issuer.ts';
import { duplicatesOf } from './met-again.ts';

/**
 * A container that gives what it holds.
 *
 * @param name what people call it when it has no serial number
 * @param random unpredictable bytes, for the id of an order
 */
export function issuerOfContainer(
  client: ContainerClient,
  name: string,
  random: (length: number) => Uint8Array,
): Issuer {
  return {
    moves: async () => containerIssuer(client),
    // Whom its vendors refuse, a container does not list.
    admit: async () => {},
    async issue(target, order) {
      const listing = await client.call('list', {});
      if (order === undefined) {
        const again = runOf(listing.transit, target, listing.serial ?? name);
        return { ...again, updates: (await client.call('transit', { target: target.key })).updates };
      }
      const planned = planMove(listing, target, order);
      if (!planned.ok) throw new FerryError(planned.code, planned.details);
      const { targetKey, first, last, parts } = planned.plan;
      if (parts.length > 0) {
        const wanted = { target: targetKey, orderId: newOrderId(random), first, parts: [...parts] };
        return namingAddressee(target.raw, listing, () => client.call('issue', { ...wanted, context: target.raw }));
      }
      const { updates } = await client.call('transit', { target: targetKey });
      return { first, last: last ?? first, repeated: true, updates };
    },
    async again(serial) {
      const { transit, serial: own } = await client.call('list', {});
      const target = transit.find((entry) => entry.serial === serial)?.target;
      const range = runOf(transit, { key: target, serial }, own ?? name);
      return { ...range, updates: target === undefined ? [] : (await client.call('transit', { target })).updates };
    },
    async settle(context) {
      const listing = await client.call('list', {});
      const settled = await namingAddressee(context, listing, () => client.call('settle', { context }));
      const open = listing.transit.filter(({ serial }) => serial === settled.target);
      const givenUp = open.filter(({ writtenOff }) => writtenOff);
      const writtenOff = givenUp.map(({ sequence }) => sequence);
      const tooLate = appliedThoughCancelled(open, settled.entries);
      const twice = tooLate.filter((sequence) => writtenOff.includes(sequence));
      const [lost] = givenUp;
      return {
        ...settled,
        firmCode: null,
        madeKnown: false,
        repeated: null,
        tooLate: tooLate.filter((sequence) => !twice.includes(sequence)),
        writtenOff: writtenOff.filter((sequence) => settled.entries.some((entry) => entry.sequence === sequence)),
        duplicates: lost === undefined ? [] : await duplicatesOf(client, listing, lost.target, twice),
        unsure: [],
        newEpoch: null,
        surplus: [],
        contradiction: null,
        proven: [],
      };
    },
    async cancel(serial, sequences) {
      const { transit, serial: own } = await client.call('list', {});
      const open = transit.filter((entry) => entry.serial === serial);
      const [one] = open;
      if (one === undefined) throw new FerryError('NOTHING_IN_TRANSIT', { from: own ?? name, target: serial });
      const chosen = sequences ?? open.filter(({ cancelled }) => !cancelled).map(({ sequence }) => sequence);
      if (chosen.length === 0) return { sequences: chosen, ...(await client.call('transit', { target: one.target })) };
      return { sequences: chosen, ...(await client.call('cancel', { target: one.target, sequences: [...chosen] })) };
    },
  };
}
