import { revokedKeys } from '../files/notices.ts';
import type { PublicKey } from '../model/ids.ts';
import { type ContainerState, revokedKey } from './state.ts';

/** Whether a firm refuses what that container issues: it was written off here, or stands on the firm's list. */
export function isRevoked(state: ContainerState, firmCode: number, key: PublicKey): boolean {
  if (state.revoked.has(revokedKey(firmCode, key))) return true;
  const list = state.revocations.get(firmCode);
  return list !== undefined && revokedKeys(list.raw).has(key);
}

/** Whether the root has withdrawn the certificate of a key. */
export function isRevokedByRoot(state: ContainerState, key: PublicKey): boolean {
  const list = state.revocations.get('root');
  return list !== undefined && revokedKeys(list.raw).has(key);
}
