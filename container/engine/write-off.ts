import { type Refusal, refuse } from '../errors.ts';
import type { PublicKey } from '../model/ids.ts';
import type { Draft } from './draft.ts';
import { type PendingEntry, revokedKey } from './state.ts';
import { heldAgain, holdingOf } from './stored.ts';
import { transferRecordOf } from './transfer-entry.ts';

/**
 * A firm gives a target up (R14): what is in transit to it of that firm, up to a sequence, is held again where it came
 * from, and is cancelled; what the target itself issues of that firm is refused from now on. If the target was not lost,
 * the firm has accepted a duplicate, which is shown when the target is next met.
 *
 * What was never issued cannot be given up: a later order would be taken for one that was.
 *
 * Seats that came back over other containers in the meantime are not given back again: of no item is more held than was
 * granted, neither now nor when another target refuses later what is in transit to it.
 */
export function writeOff(
  draft: Draft,
  { target, through }: { readonly target: PublicKey; readonly through: number },
  firmCode: number,
): { readonly ok: true; readonly items: number } | Refusal {
  if (target === draft.state.identity.key)
    return refuse('ENTRY_MALFORMED', { why: 'a container cannot be written off in itself' });
  const issued = draft.state.partners.get(target)?.outbound.issued ?? 0;
  if (through > issued) return refuse('WRITE_OFF_AHEAD', { through, issued });
  const entries = [...draft.state.pending.values()].filter(
    (entry) => entry.target === target && entry.sequence <= through && entry.firmCode === firmCode,
  );
  let items = 0;
  for (const entry of entries) {
    if (entry.writtenOff !== null) continue;
    items += entry.parts.length;
    giveBack(draft, entry);
  }
  // Also where the firm's list has it: a list can be lifted, a write-off cannot.
  if (!draft.state.revoked.has(revokedKey(firmCode, target)))
    draft.push({ change: 'targetRevoked', firmCode, key: target });
  return { ok: true, items };
}

function giveBack(draft: Draft, entry: PendingEntry): void {
  const writtenOff = transferRecordOf(draft.state, entry);
  for (const part of entry.parts) {
    const { id, itemId, quantity, pending } = holdingOf(draft.state, part);
    const again = heldAgain(draft.state, itemId, part.quantity);
    const after = { quantity: quantity + again, pending: pending - part.quantity };
    if (after.quantity + after.pending === 0) draft.push({ change: 'holdingDropped', id });
    else draft.push({ change: 'holdingCounted', id, ...after });
  }
  draft.push({ change: 'pendingPut', ...entry, parts: [], cancelled: true, writtenOff });
}
