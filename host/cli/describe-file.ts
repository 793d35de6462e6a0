import { codeOfNumber, FerryError } from '../../container/errors.ts';
import { describeFile } from '../../container/files/armor.ts';
import { readEnvelope, type SignedKind } from '../../container/files/envelope.ts';
import { type Statement, statement } from '../../container/files/statement.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import { wordsOf } from './peers.ts';

export interface Described {
  readonly kind: 'context' | 'update' | 'certificate';
  readonly lines: readonly (readonly [name: string, value: string])[];
}

/** What a file says of itself, whoever signed it. @throws FILE_KIND, FILE_MALFORMED, FILE_VERSION */
export async function describe(raw: Uint8Array): Promise<Described> {
  const asFile = describeFile(raw);
  if (asFile.ok) {
    const { kind, lines } = asFile.value;
    const said = statementOf(raw, kind === 'context' ? 'contextFile' : 'updateFile');
    const more = kind === 'context' ? progress(said) : [SEALED];
    return { kind, lines: [...lines, ...(await partiesOf(said, kind)), ...more] };
  }
  if (asFile.code !== 'FILE_KIND') throw new FerryError(asFile.code, asFile.details);
  const { describeCertificate } = await import('../../container/files/describe-certificate.ts');
  const described = describeCertificate(raw);
  if (!described.ok) throw new FerryError(described.code, described.details);
  const { key, lines } = described.value;
  return { kind: 'certificate', lines: [...lines, ['Words', await wordsOf(key)]] };
}

/** Of an update file nobody but its target reads more. */
const SEALED = ['Beside licenses', 'sealed: only the target can tell of lists, time and acceptance'] as const;

/** @throws FILE_MALFORMED, FILE_VERSION */
function statementOf(raw: Uint8Array, kind: SignedKind): Statement {
  const envelope = readEnvelope(raw, kind, 3, 'a context or update file');
  const said = envelope.ok ? statement.decode(envelope.value.parts[0] ?? NO_BYTES) : envelope;
  if (!said.ok) throw new FerryError(said.code, said.details);
  return said.value;
}

/** The words by which both sides are told from others of the same name. */
async function partiesOf({ signer, partner }: Statement, kind: 'context' | 'update'): Promise<Described['lines']> {
  return [
    ['From words', await wordsOf(signer)],
    [kind === 'context' ? 'Issuer words' : 'For words', await wordsOf(partner)],
  ];
}

/** How far a container is with what the issuer gave. Refusals that the issuer has settled are forgotten. */
function progress({ generation, inbound: { applied, refused } }: Statement): Described['lines'] {
  const reasons = refused.map(({ sequence, reason }) => `${sequence} (${codeOfNumber(reason) ?? reason})`);
  return [
    ['Generation', String(generation)],
    ['Taken through', String(applied)],
    ['Refused', reasons.length === 0 ? 'none' : reasons.join(', ')],
  ];
}
