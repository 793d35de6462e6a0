import { hpkeOpen, hpkeSeal } from '../crypto/hpke.ts';
import type { Crypto } from '../crypto/port.ts';
import { refuse } from '../errors.ts';
import { concatBytes, fromHex, utf8 } from '../model/bytes.ts';
import type { Hash, PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import type { SerialNumber } from '../model/serial-number.ts';
import { defineRecord, type ValueOf } from './codec.ts';
import { sealEnvelope } from './envelope.ts';
import { bytes, hexBytes, list, optional, serialNumber, u32, u32From } from './fields.ts';
import { type CheckedFile, checkFile, type Result, readFile, type Verifier } from './signed-file.ts';
import { type Statement, statement } from './statement.ts';

export const updateHeader = defineRecord('update header', 'From whom, for whom, and which part of their channel.', {
  certificate: [bytes(1, 1024), 'certificate of the issuer'],
  container: [hexBytes<PublicKey>(32), 'identity key of the container that the file is for'],
  serial: [serialNumber, 'its serial number'],
  epoch: [u32, 'epoch of the channel'],
  first: [u32From(1), 'first sequence in the file'],
  last: [u32, 'last sequence; first - 1 when the file carries no entry'],
  chainBefore: [hexBytes<Hash>(32), 'chain value before the first'],
  chainLast: [hexBytes<Hash>(32), 'chain value at the last'],
  settledThrough: [u32, 'the issuer has settled up to here'],
  custodyKnownThrough: [u32, 'the firm knows the custody log kept for it up to here; 0 from containers'],
  cancelled: [list(u32From(1), FORMAT.fileEntries), 'sequences to refuse if they are not applied yet, ascending'],
});

export const updateBody = defineRecord('update body', 'What the file carries; sealed to the container.', {
  entries: [list(bytes(1, FORMAT.entryBytes + 64), FORMAT.fileEntries), 'entries; a cancelled one as its hash'],
  signatures: [
    list(optional(bytes(64, 64)), FORMAT.fileEntries),
    'for each entry the signature of its own transfer record, or nil',
  ],
  certificates: [list(bytes(1, 1024), FORMAT.fileCertificates), 'of firms and earlier holders, each once'],
  notices: [list(bytes(64, FORMAT.entryBytes), FORMAT.fileNotices), 'signed notices beside the sequence'],
});

export type UpdateHeader = ValueOf<typeof updateHeader>;
export type UpdateBody = ValueOf<typeof updateBody>;

/** An update file whose signature holds; the body is still sealed. */
export interface UpdateFile extends CheckedFile {
  readonly header: UpdateHeader;
}

const INFO = utf8('license-ferry update body 1');

function bodyInfo(issuer: PublicKey, container: PublicKey): Uint8Array {
  return concatBytes(INFO, fromHex(issuer), fromHex(container));
}

/** Seals the body to the container (RFC 9180) and signs the file. `entropy`: 32 bytes, used once. */
export function sealUpdateFile(
  crypto: Crypto,
  seed: Uint8Array,
  content: { readonly statement: Statement; readonly header: UpdateHeader; readonly body: UpdateBody },
  sealingKey: Uint8Array,
  entropy: Uint8Array,
): Uint8Array {
  const statementRaw = statement.encode(content.statement);
  const headerRaw = updateHeader.encode(content.header);
  const associated = concatBytes(crypto.sha256(statementRaw), crypto.sha256(headerRaw));
  const info = bodyInfo(content.statement.signer, content.header.container);
  const box = hpkeSeal(crypto, sealingKey, info, associated, updateBody.encode(content.body), entropy);
  const sealed = concatBytes(box.encapsulated, box.sealed);
  return sealEnvelope(crypto, seed, 'updateFile', [statementRaw, headerRaw, sealed]);
}

/**
 * Verifies an update file up to its seal, in the order: size, structure, certificate, signature, addressee.
 *
 * @returns the file, or FILE_TOO_LARGE, FILE_MALFORMED, FILE_VERSION, FILE_KIND, CERTIFICATE_*, SIGNATURE_WRONG,
 * NOT_ADDRESSED.
 */
export function openUpdateFile(
  verifier: Verifier,
  raw: Uint8Array,
  here: { readonly key: PublicKey; readonly serial: SerialNumber },
): Result<UpdateFile> {
  const envelope = readFile(raw, 'updateFile', 'an update file');
  if (!envelope.ok) return envelope;
  const header = updateHeader.decode(envelope.value.parts[1] as Uint8Array);
  if (!header.ok) return header;
  const checked = checkFile(verifier, envelope.value, header.value.certificate);
  if (!checked.ok) return checked;
  if (header.value.container !== here.key) return refuse('NOT_ADDRESSED', namesOf(header.value, here));
  const wrong = inconsistency(header.value, checked.value.statement);
  if (wrong !== undefined) return refuse('FILE_MALFORMED', { what: `update header: ${wrong}` });
  return { ok: true, value: { ...checked.value, header: header.value } };
}

/** What both are called: by a part of their keys as well where they have one serial number, as simulated ones may. */
function namesOf(
  { container, serial }: UpdateHeader,
  here: { readonly key: PublicKey; readonly serial: SerialNumber },
): { readonly wanted: string; readonly here: string } {
  if (serial !== here.serial) return { wanted: serial, here: here.serial };
  const named = (key: PublicKey): string => `${serial} (key ${key.slice(0, 8)})`;
  return { wanted: named(container), here: named(here.key) };
}

function inconsistency(header: UpdateHeader, said: Statement): string | undefined {
  if (said.partner !== header.container) return 'statement and header name different containers';
  if (header.last < header.first - 1) return 'the last sequence is before the first';
  if (header.last - header.first + 1 > FORMAT.fileEntries) return 'more sequences than a file may carry';
  if (header.settledThrough >= header.first) return 'a settled sequence is carried again';
  if (header.last > said.outbound.issued) return 'more sequences than were issued';
  if (header.epoch !== said.outbound.epoch) return 'statement and header name different epochs';
  if (header.cancelled.some((sequence, at) => sequence <= (header.cancelled[at - 1] ?? 0)))
    return 'cancelled sequences are not ascending';
  return undefined;
}

/** Opens the body with the container's sealing secret. @returns the body, or CANNOT_OPEN, FILE_MALFORMED. */
export function openUpdateBody(
  crypto: Crypto,
  sealingSecret: Uint8Array,
  file: UpdateFile,
  here: SerialNumber,
): Result<UpdateBody> {
  const info = bodyInfo(file.statement.signer, file.header.container);
  const associated = concatBytes(file.hashes[0], file.hashes[1]);
  const [encapsulated, box] = [file.sealed.subarray(0, 32), file.sealed.subarray(32)];
  const plaintext = hpkeOpen(crypto, sealingSecret, encapsulated, info, associated, box);
  if (plaintext === undefined) return refuse('CANNOT_OPEN', { here });
  const body = updateBody.decode(plaintext);
  if (!body.ok) return body;
  const count = file.header.last - file.header.first + 1;
  if (body.value.entries.length !== count || body.value.signatures.length !== count)
    return refuse('FILE_MALFORMED', { what: 'update body: the number of entries does not match the header' });
  return body;
}
