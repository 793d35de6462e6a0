import { FerryError } from '../../container/errors.ts';
import type { Certificate } from '../../container/files/certificate.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { LEAST_LARGEST_RECORD } from '../../container/model/limits.ts';
import { parseSerialNumber } from '../../container/model/serial-number.ts';
import type { ContainerRow, FirmRow, Reads, Writes } from './tables.ts';

type ContainerCertified = Certificate & { readonly party: 'container' };

/** What errors call this side. */
export const HERE = 'this License Central';

/** @throws FIRM_UNKNOWN */
export async function firmByCode(db: Reads, firmCode: number): Promise<FirmRow> {
  const firm = await db.selectFrom('firms').selectAll().where('firmCode', '=', firmCode).executeTakeFirst();
  if (firm !== undefined) return firm;
  const there = await db.selectFrom('firms').select('firmCode').orderBy('firmCode').execute();
  const firms = there.map((one) => one.firmCode).join(', ');
  throw new FerryError('FIRM_UNKNOWN', { here: HERE, firm: firmCode, firms });
}

/** A container by what a person or a program calls it: serial number or identity key. @throws TARGET_UNKNOWN, USAGE_WRONG */
export async function containerByName(db: Reads, name: string): Promise<ContainerRow> {
  const all = db.selectFrom('containers').selectAll();
  const query = isKey(name) ? all.where('key', '=', name) : all.where('serial', '=', parseSerialNumber(name));
  const container = await query.executeTakeFirst();
  if (container === undefined) throw new FerryError('TARGET_UNKNOWN', { here: HERE, target: name });
  return container;
}

/** The key of a container, by the same name; a key needs nobody who is known here. @throws TARGET_UNKNOWN, USAGE_WRONG */
export async function keyByName(db: Reads, name: string): Promise<PublicKey> {
  return isKey(name) ? name : (await containerByName(db, name)).key;
}

/** Whether a container of that key was ever brought here or told of. */
export async function isKnown(db: Reads, key: PublicKey): Promise<boolean> {
  const found = await db.selectFrom('containers').select('key').where('key', '=', key).executeTakeFirst();
  return found !== undefined;
}

function isKey(name: string): name is PublicKey {
  return /^[0-9a-f]{64}$/.test(name);
}

/**
 * Remembers a container by its verified certificate. The first certificate of a key stays; a serial number belongs to one
 * key for good.
 *
 * @throws CERTIFICATE_WRONG
 */
export async function rememberContainer(tx: Writes, certificate: ContainerCertified): Promise<ContainerRow> {
  const { key, serial, kind, raw } = certificate;
  const known = await namesakes(tx, certificate);
  const [container] = known;
  if (container === undefined) {
    const added = {
      key,
      serial,
      kind,
      certificate: raw,
      largestRecord: null,
      locked: 0,
    } as const;
    await tx.insertInto('containers').values(added).execute();
    return added;
  }
  if (isTaken(known, certificate))
    throw new FerryError('CERTIFICATE_WRONG', { who: serial, why: 'its serial number belongs to another key' });
  return container;
}

/**
 * Remembers the containers that another one told of. Where a serial number belongs to another key already, the one that has it
 * stays the only one here: who merely dealt with the second one cannot help it, and brings its certificate wherever a
 * transfer of it has to be verified.
 */
export async function rememberPartners(tx: Writes, certificates: readonly ContainerCertified[]): Promise<void> {
  for (const certificate of certificates)
    if (!isTaken(await namesakes(tx, certificate), certificate)) await rememberContainer(tx, certificate);
}

/** Whether one of them is not the container that a certificate is of. */
function isTaken(known: readonly ContainerRow[], { key, serial }: ContainerCertified): boolean {
  return known.some((one) => one.key !== key || one.serial !== serial);
}

function namesakes(db: Reads, { key, serial }: Pick<ContainerCertified, 'key' | 'serial'>): Promise<ContainerRow[]> {
  return db
    .selectFrom('containers')
    .selectAll()
    .where((it) => it.or([it('key', '=', key), it('serial', '=', serial)]))
    .execute();
}

/** Bytes of the largest update file that the container takes, as far as it is known. */
export function largestRecordOf(container: ContainerRow): number {
  return container.largestRecord ?? LEAST_LARGEST_RECORD[container.kind];
}
