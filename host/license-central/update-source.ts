import { type Foundation, openChannel, requireTrust } from './channels.ts';
import type { KeyVault } from './firm-keys.ts';
import { isWithdrawn, noticesOf, rootListFor } from './revocations.ts';
import type { ContainerRow, FirmRow, Writes } from './tables.ts';
import { certifiedTimeFor } from './time-server.ts';
import { entriesInTransit, type UpdateSource } from './update-files.ts';

/**
 * What the update files of a firm for a container are made from: what is in transit, the lists, and the time where it asked for
 * it. One that was proven to be set back, and says so, gets the time alone: with the word of its firm it is used as it is. A firm
 * whose key the root has withdrawn brings the list of the root and the time, which is all that is taken from its files.
 *
 * @throws as `requireTrust`
 */
export async function updateSource(
  tx: Writes,
  base: Foundation,
  vault: KeyVault,
  firm: FirmRow,
  container: ContainerRow,
): Promise<UpdateSource & { readonly noticesAlone: boolean }> {
  const channel = await openChannel(tx, base, firm, container.key);
  const server = await tx.selectFrom('central').selectAll().executeTakeFirstOrThrow();
  const time = certifiedTimeFor(base, vault, server, channel);
  const source = { firm, container, channel, entries: await entriesInTransit(tx, channel) };
  if (channel.contradiction !== null && time.length > 0) return { ...source, notices: time, noticesAlone: true };
  requireTrust(firm, channel, container);
  if (await isWithdrawn(tx, firm))
    return { ...source, notices: [...(await rootListFor(tx, container)), ...time], noticesAlone: true };
  const notices = [...(await noticesOf(tx, firm.firmCode)), ...time];
  return { ...source, notices, noticesAlone: false };
}
