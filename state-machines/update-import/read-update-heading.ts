import { FerryError } from '../../container/errors.ts';
import { describeFile } from '../../container/files/armor.ts';
import { readEnvelope } from '../../container/files/envelope.ts';
import type { Result } from '../../container/files/signed-file.ts';
import { statement } from '../../container/files/statement.ts';
import { updateHeader } from '../../container/files/update-file.ts';
import { copyBytes, NO_BYTES } from '../../container/model/bytes.ts';
import type { PublicKey } from '../../container/model/ids.ts';

/** Who an update file says it is from. */
export interface UpdateIssuer {
  readonly key: PublicKey;
  readonly certificate: Uint8Array;
  /** Its serial number, or `firm` and its Firm Code. */
  readonly name: string;
}

/** What an update file says of itself. Nothing of it is verified: it serves to sort files, and the container decides. */
export interface UpdateHeading {
  readonly issuer: UpdateIssuer;
  /** The container that it is for. */
  readonly container: PublicKey;
  readonly first: number;
  readonly last: number;
  /** Epoch of the channel, and how many commits its issuer had made: the higher, the later the word. */
  readonly epoch: number;
  readonly generation: number;
}

/**
 * Files of one issuer, its latest word first: what it calls back there, older files still bring. Files of one word follow each other by
 * their sequences.
 */
export function byLatestWord(one: UpdateHeading, other: UpdateHeading): number {
  return (
    other.epoch - one.epoch || other.generation - one.generation || one.first - other.first || one.last - other.last
  );
}

/** Reads what an update file says of itself; nothing of it keeps the file in memory. @throws FILE_MALFORMED, FILE_VERSION, FILE_KIND */
export function readUpdateHeading(raw: Uint8Array): UpdateHeading {
  const [saidRaw = NO_BYTES, headerRaw = NO_BYTES] = given(readEnvelope(raw, 'updateFile', 3, 'an update file')).parts;
  const said = given(statement.decode(saidRaw));
  const { certificate, container, first, last } = given(updateHeader.decode(headerRaw));
  const { From: name = said.signer } = Object.fromEntries(given(describeFile(raw)).lines);
  const issuer = { key: said.signer, certificate: copyBytes(certificate), name };
  return { issuer, container, first, last, epoch: said.outbound.epoch, generation: said.generation };
}

function given<T>(result: Result<T>): T {
  if (!result.ok) throw new FerryError(result.code, result.details);
  return result.value;
}
