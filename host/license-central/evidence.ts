import type { CheckedFile } from '../../container/files/signed-file.ts';
import { signedStatement } from '../../container/files/signed-file.ts';
import { toHex } from '../../container/model/bytes.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import type { Foundation } from './channels.ts';
import type { Reads, Writes } from './tables.ts';

/** Keeps the signed statement of a file, and the one remembered before it, as proof of what went wrong. Repeatable. */
export async function keepEvidence(
  tx: Writes,
  { crypto, env }: Foundation,
  firmCode: number,
  file: CheckedFile,
  reason: string,
  witness: Uint8Array | null = null,
): Promise<void> {
  const proofs = [signedStatement.encode(file.signed), ...(witness === null ? [] : [witness])];
  for (const proof of proofs) {
    const hash = toHex(crypto.sha256(proof));
    const row = { hash, firmCode, container: file.certificate.key, reason, proof, keptAt: env.now() };
    await tx
      .insertInto('evidence')
      .values(row)
      .onConflict((it) => it.doNothing())
      .execute();
  }
}

/** A signed statement that contradicts another one, of the container that made both. */
export interface KeptEvidence {
  readonly container: PublicKey;
  /** Null for a container that is not known here. */
  readonly serial: SerialNumber | null;
  readonly reason: string;
  readonly proof: Uint8Array;
}

export async function listEvidence(db: Reads): Promise<KeptEvidence[]> {
  return db
    .selectFrom('evidence')
    .leftJoin('containers', 'containers.key', 'evidence.container')
    .select(['evidence.container', 'containers.serial', 'evidence.reason', 'evidence.proof'])
    .execute();
}
