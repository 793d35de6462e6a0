import type { CheckedFile } from '../../container/files/signed-file.ts';
import { signedStatement } from '../../container/files/signed-file.ts';
import { toHex } from '../../container/model/bytes.ts';
import type { Foundation } from './channels.ts';
import type { Writes } from './tables.ts';

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
