import type { Crypto } from '../crypto/port.ts';
import { verifyParts } from '../files/envelope.ts';
import type { Proof } from '../files/proof.ts';
import type { SignedStatement } from '../files/signed-file.ts';
import { type Statement, statement } from '../files/statement.ts';
import type { PublicKey } from '../model/ids.ts';
import { contradiction } from './issuer-channel.ts';

/**
 * What the two statements of a proof show by themselves, whoever brings them: both are words of the container that they are
 * about, to one partner, and cannot belong to one honest history (R8).
 *
 * @returns what contradicts; undefined when nothing is shown without the word of the one who brings it
 */
export function shownBy(crypto: Crypto, { about, statements }: Proof): string | undefined {
  const [before, after] = statements.map((signed) => saidBy(crypto, about, signed));
  if (before === undefined || after === undefined || before.partner !== after.partner) return undefined;
  return contradiction(crypto, before, after, { applied: 0, settled: 0 });
}

/** The statement, when that party really signed it. */
function saidBy(crypto: Crypto, about: PublicKey, signed: SignedStatement): Statement | undefined {
  const [header, sealed] = signed.others as [Uint8Array, Uint8Array];
  const hashes = [crypto.sha256(signed.statement), header, sealed];
  if (!verifyParts(crypto, about, signed.file, hashes, signed.signature)) return undefined;
  const said = statement.decode(signed.statement);
  return said.ok && said.value.signer === about ? said.value : undefined;
}
