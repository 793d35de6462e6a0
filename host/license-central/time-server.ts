import { signCertifiedTime } from '../../container/files/notices.ts';
import { certifyTimeServer, type RootAuthority } from '../../container/files/test-root.ts';
import { toHex } from '../../container/model/bytes.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { Foundation } from './channels.ts';
import type { KeyVault } from './firm-keys.ts';
import type { CentralRow, ChannelRow, Reads } from './tables.ts';

/** A key that certifies time, as the maker of containers has certified it; its seed is encrypted. */
export type TimeServer = Pick<CentralRow, 'sealedTimeSeed' | 'timeCertificate'>;

export function makeTimeServer({ crypto, env }: Foundation, root: RootAuthority, vault: KeyVault): TimeServer {
  const seed = env.random(32);
  const key = toHex(crypto.ed25519PublicKey(seed)) as PublicKey;
  return { sealedTimeSeed: vault.sealTimeSeed(seed), timeCertificate: certifyTimeServer(crypto, root, key) };
}

/** The firms that a container has asked in the newest context that each of them has. */
export async function firmsAskedForTime(db: Reads, container: PublicKey): Promise<number[]> {
  const rows = await db
    .selectFrom('channels')
    .select('firmCode')
    .where('container', '=', container)
    .where('challenge', 'is not', null)
    .execute();
  return rows.map(({ firmCode }) => firmCode);
}

/** The answer to the newest challenge of a container, of this very moment; none while it has asked for nothing. */
export function certifiedTimeFor(
  { crypto, env }: Foundation,
  vault: KeyVault,
  { sealedTimeSeed, timeCertificate }: TimeServer,
  { container, challenge }: ChannelRow,
): readonly Uint8Array[] {
  if (challenge === null) return [];
  const server = { seed: vault.openTimeSeed(sealedTimeSeed), certificate: timeCertificate };
  return [signCertifiedTime(crypto, server, { container, challenge, time: env.now() })];
}
