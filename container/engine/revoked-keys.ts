import { revokedKeys } from '../files/notices.ts';
import type { PublicKey } from '../model/ids.ts';
import { type ContainerState, type RevocationList, revokedKey } from './state.ts';

/** Whether a firm refuses what that container issues: it was written off here, or stands on the firm's list. */
export function isRevoked(state: ContainerState, firmCode: number, key: PublicKey): boolean {
  return state.revoked.has(revokedKey(firmCode, key)) || isListed(state, firmCode, key);
}

/** Whether a container stands on the list of a firm that is here. */
export function isListed(state: ContainerState, firmCode: number, key: PublicKey): boolean {
  const list = standingList(state, firmCode);
  return list !== undefined && revokedKeys(list.raw).has(key);
}

/**
 * The list of the root, or of a firm as long as the root has not withdrawn the key that signed it: from then on it counts
 * as none, and the first list of another key of the firm takes its place, whatever its version is.
 */
export function standingList(state: ContainerState, of: number | 'root'): RevocationList | undefined {
  const list = state.revocations.get(of);
  const isWithdrawn = list !== undefined && list.signer !== null && isRevokedByRoot(state, list.signer);
  return isWithdrawn ? undefined : list;
}

/** Whether the root has withdrawn the certificate of a key. */
export function isRevokedByRoot(state: ContainerState, key: PublicKey): boolean {
  const list = state.revocations.get('root');
  return list !== undefined && revokedKeys(list.raw).has(key);
}
