import { signedEnvelope } from '../../../container/files/envelope.ts';
import type { Draw } from './chance.ts';

/** The bytes of a file after a stick or a person has damaged it. `recombined`: parts of others under its signature. */
export function damaged(
  draw: Draw,
  how: 'flipped' | 'truncated' | 'recombined',
  bytes: Uint8Array,
  others: readonly Uint8Array[],
): Uint8Array {
  if (how === 'truncated') return bytes.slice(0, 1 + draw(bytes.length - 1));
  if (how === 'flipped') {
    const changed = bytes.slice();
    const at = draw(bytes.length);
    changed[at] = (changed[at] as number) ^ (1 << draw(8));
    return changed;
  }
  const envelope = signedEnvelope.decodeTrusted(bytes);
  const parts = envelope.parts.map((part, at) => {
    const other = others[draw(Math.max(1, others.length))];
    return other === undefined || draw(2) === 0 ? part : (signedEnvelope.decodeTrusted(other).parts[at] ?? part);
  });
  return signedEnvelope.encode({ ...envelope, parts });
}
