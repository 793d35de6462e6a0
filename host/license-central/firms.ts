import { FerryError } from '../../container/errors.ts';
import { U32_MAX } from '../../container/files/fields.ts';
import { certifyFirm, type RootAuthority } from '../../container/files/test-root.ts';
import { toHex } from '../../container/model/bytes.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { Foundation } from './channels.ts';
import type { FirmKeys, KeyVault } from './firm-keys.ts';
import { revokedByRoot } from './revocations.ts';
import type { FirmRow, Reads, Writes } from './tables.ts';

/** A vendor: its Firm Code and the name that containers show. */
export interface NewFirm {
  readonly firmCode: number;
  /** At most 64 characters. */
  readonly name: string;
}

/** Makes the keys of a firm and has the maker of containers certify them. @throws USAGE_WRONG */
export function makeFirm(base: Foundation, root: RootAuthority, vault: KeyVault, { firmCode, name }: NewFirm): FirmRow {
  if (!Number.isInteger(firmCode) || firmCode < 1 || firmCode > U32_MAX)
    throw new FerryError('USAGE_WRONG', { what: `${firmCode} is not a Firm Code` });
  if (name.length > 64 || /\p{Surrogate}/u.test(name))
    throw new FerryError('USAGE_WRONG', { what: 'The name of a firm has at most 64 characters' });
  const { crypto, env } = base;
  const keys: FirmKeys = { seed: env.random(32), sealingSecret: env.random(32) };
  const key = toHex(crypto.ed25519PublicKey(keys.seed)) as PublicKey;
  const sealingKey = crypto.x25519PublicKey(keys.sealingSecret);
  const certificate = certifyFirm(crypto, root, { firmCode, key, sealingKey, name });
  return {
    firmCode,
    key,
    name,
    certificate,
    sealedKeys: vault.sealKeys(firmCode, keys),
    rolledBackBy: null,
    restores: 0,
  };
}

/** @throws USAGE_WRONG when two of the firms have one Firm Code */
export function requireDistinct(firms: readonly NewFirm[]): void {
  const codes = firms.map(({ firmCode }) => firmCode);
  const twice = codes.find((firmCode, at) => codes.indexOf(firmCode) !== at);
  if (twice !== undefined) throw new FerryError('USAGE_WRONG', { what: `The firm ${twice} is named twice` });
}

/** @throws USAGE_WRONG when the Firm Code is taken */
export async function storeFirm(tx: Writes, firm: FirmRow): Promise<void> {
  const { firmCode } = firm;
  const taken = await tx.selectFrom('firms').select('key').where('firmCode', '=', firmCode).executeTakeFirst();
  if (taken !== undefined) throw new FerryError('USAGE_WRONG', { what: `The firm ${firmCode} is already here` });
  await tx.insertInto('firms').values(firm).execute();
}

/** A firm, as those who may not know its secrets see it. */
export interface ListedFirm extends Pick<FirmRow, 'firmCode' | 'name' | 'key' | 'restores' | 'rolledBackBy'> {
  /** Whether the root has withdrawn its key, as far as is known here. */
  readonly withdrawn: boolean;
}

/** The firms, by Firm Code. */
export async function listFirms(db: Reads): Promise<ListedFirm[]> {
  const columns = ['firmCode', 'name', 'key', 'restores', 'rolledBackBy'] as const;
  const firms = await db.selectFrom('firms').select(columns).orderBy('firmCode').execute();
  const revoked = await revokedByRoot(db);
  return firms.map((firm) => ({ ...firm, withdrawn: revoked.has(firm.key) }));
}
