import type { ContainerClient } from '../../container/commands/client.ts';
import type { Listing } from '../../container/commands/list.ts';
import { FerryError } from '../../container/errors.ts';
import { statementIn } from '../../container/files/statement-in.ts';
import { type Asked, pairOf, type Refusals } from './under-way.ts';

/**
 * What the targets, among those who answered, refused of what containers among them have in transit to them. A context tells it; one
 * for a container that the target has dealt with changes nothing in the target.
 *
 * @param ask reaches a container once more
 */
export async function refusalsTold(
  containers: readonly Asked[],
  ask: <T>(address: string, work: (client: ContainerClient) => Promise<T>) => Promise<T>,
): Promise<Refusals> {
  const told = new Map<string, ReadonlyMap<number, number>>();
  const places = new Map(containers.map(({ address, listing }) => [listing.key, { address, listing }]));
  for (const { listing: issuer } of containers)
    for (const target of new Set(issuer.transit.map((entry) => entry.target))) {
      const there = places.get(target);
      if (there === undefined || !hasDecided(issuer, there.listing)) continue;
      const { certificate } = issuer;
      const refused = await ask(there.address, (client) => refusedBy(client, certificate));
      if (refused !== undefined) told.set(pairOf(issuer.key, target), refused);
    }
  return told;
}

function hasDecided({ key, transit }: Listing, { key: target, channels }: Listing): boolean {
  const applied = channels.find(({ partner }) => partner === key)?.applied ?? 0;
  return transit.some((entry) => entry.target === target && entry.sequence <= applied);
}

/** Undefined where no context is made, as for an issuer that is revoked. */
async function refusedBy(
  client: ContainerClient,
  certificate: Uint8Array | null,
): Promise<ReadonlyMap<number, number> | undefined> {
  try {
    const { context } = await client.call('context', { certificate, firmCode: null });
    const { inbound } = statementIn(context) ?? {};
    return inbound && new Map(inbound.refused.map(({ sequence, reason }) => [sequence, reason]));
  } catch (error) {
    if (error instanceof FerryError) return undefined;
    throw error;
  }
}
