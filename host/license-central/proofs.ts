import { shownBy } from '../../container/engine/check-proof.ts';
import type { Inventory } from '../../container/files/context-file.ts';
import { signedStatement } from '../../container/files/signed-file.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import { type Foundation, openChannel, updateChannel } from './channels.ts';
import { keepProofs } from './evidence.ts';
import type { FirmRow, Writes } from './tables.ts';

/** A container that another one proved to be set back or copied. */
export interface ProvenContainer {
  readonly serial: SerialNumber;
  readonly why: string;
}

/**
 * Takes in what a container has proof of. What two signed words of another one show by themselves counts as if this server
 * had met it: nothing more is given to it, and none of its words is believed. Anything else that is said of others is not
 * believed. A container that is locked, or whose state was accepted, is known to have been set back. Repeatable.
 *
 * @returns the containers that are found out by it just now
 */
export async function receiveProofs(
  tx: Writes,
  base: Foundation,
  firm: FirmRow,
  { proofs }: Pick<Inventory, 'proofs'>,
): Promise<ProvenContainer[]> {
  const found: ProvenContainer[] = [];
  for (const proof of proofs) {
    const known = tx.selectFrom('containers').select(['serial', 'locked']).where('key', '=', proof.about);
    const container = await known.executeTakeFirst();
    const why = shownBy(base.crypto, proof);
    if (container === undefined || container.locked === 1 || why === undefined) continue;
    const channel = await openChannel(tx, base, firm, proof.about);
    if (channel.contradiction !== null) continue;
    await updateChannel(tx, channel, { contradiction: why });
    const statements = proof.statements.map((said) => signedStatement.encode(said));
    await keepProofs(tx, base, { firmCode: firm.firmCode, container: proof.about, reason: why }, statements);
    found.push({ serial: container.serial, why });
  }
  return found;
}
