import { FORMAT } from '../../container/model/limits.ts';
import type { ChangeOrder } from './change-item.ts';
import { type Foundation, issueEntries, openChannel, requireTrust, requireUnlocked } from './channels.ts';
import type { ContainerRow, FirmRow, Writes } from './tables.ts';

/** Gives the PIN of a container all its tries back; it stays what it is. @throws what issuing throws */
export async function unblockPin(
  tx: Writes,
  base: Foundation,
  firm: FirmRow,
  target: ContainerRow,
): Promise<ChangeOrder> {
  const channel = await openChannel(tx, base, firm, target.key);
  requireTrust(firm, channel, target);
  requireUnlocked(target);
  const content = { kind: 'unblock', tries: FORMAT.pinTries } as const;
  const range = await issueEntries(tx, base, channel, [{ content, itemId: null }], target);
  return { ...range, target: target.serial };
}
