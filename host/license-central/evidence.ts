import type { CheckedFile } from '../../container/files/signed-file.ts';
import { signedStatement } from '../../container/files/signed-file.ts';
import { toHex } from '../../container/model/bytes.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import type { SerialNumber } from '../../container/model/serial-number.ts';
import type { Foundation } from './channels.ts';
import type { EvidenceRow, Reads, Writes } from './tables.ts';

/** Keeps the signed statement of a file, and the one remembered before it, as proof of what went wrong. Repeatable. */
export async function keepEvidence(
  tx: Writes,
  base: Foundation,
  firmCode: number,
  file: CheckedFile,
  reason: string,
  witness: Uint8Array | null = null,
): Promise<void> {
  const proofs = [signedStatement.encode(file.signed), ...(witness === null ? [] : [witness])];
  await keepProofs(tx, base, { firmCode, container: file.certificate.key, reason }, proofs);
}

/** Keeps signed statements, as `signedStatement` encodes them, as proof of what went wrong with a container. Repeatable. */
export async function keepProofs(
  tx: Writes,
  { crypto, env }: Foundation,
  about: Pick<EvidenceRow, 'firmCode' | 'container' | 'reason'>,
  proofs: readonly Uint8Array[],
): Promise<void> {
  for (const proof of proofs) {
    const hash = toHex(crypto.sha256(proof));
    await tx
      .insertInto('evidence')
      .values({ ...about, hash, proof, keptAt: env.now() })
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
