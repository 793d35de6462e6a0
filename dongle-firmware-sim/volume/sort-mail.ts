import { refuse } from '../../container/errors.ts';
import { describeFile, unarmor } from '../../container/files/armor.ts';
import { type ContainerKind, containerCertificate } from '../../container/files/certificate.ts';
import { contextHeader } from '../../container/files/context-file.ts';
import { describeCertificate } from '../../container/files/describe-certificate.ts';
import { readEnvelope } from '../../container/files/envelope.ts';
import type { Result } from '../../container/files/signed-file.ts';
import { statement } from '../../container/files/statement.ts';
import { statementIn } from '../../container/files/statement-in.ts';
import { updateHeader } from '../../container/files/update-file.ts';
import { NO_BYTES } from '../../container/model/bytes.ts';
import type { PublicKey } from '../../container/model/ids.ts';

/** What a file is by its content. Nothing of it is verified: the container decides. */
export type Mail =
  | {
      readonly kind: 'update';
      readonly raw: Uint8Array;
      /** Who says that it is from him. */
      readonly issuer: PublicKey;
      /** The container that it is for. */
      readonly target: PublicKey;
    }
  | {
      readonly kind: 'context';
      readonly raw: Uint8Array;
      readonly key: PublicKey;
      readonly containerKind: ContainerKind;
      readonly serial: string;
    }
  | { readonly kind: 'certificate'; readonly raw: Uint8Array; readonly name: string };

/** Sorts a file by what is in it, whatever it is called. @returns FILE_TOO_LARGE, FILE_MALFORMED, FILE_HEADER, FILE_KIND, FILE_VERSION */
export function sortMail(bytes: Uint8Array): Result<Mail> {
  const read = unarmor(bytes);
  if (!read.ok) return read;
  const raw = read.value;
  const described = describeFile(raw);
  if (!described.ok) return described.code === 'FILE_KIND' ? certificate(raw) : described;
  return described.value.kind === 'update' ? update(raw) : context(raw);
}

function update(raw: Uint8Array): Result<Mail> {
  const file = readEnvelope(raw, 'updateFile', 3, 'an update file');
  if (!file.ok) return file;
  const said = statement.decode(file.value.parts[0] ?? NO_BYTES);
  if (!said.ok) return said;
  const header = updateHeader.decode(file.value.parts[1] ?? NO_BYTES);
  if (!header.ok) return header;
  return { ok: true, value: { kind: 'update', raw, issuer: said.value.signer, target: header.value.container } };
}

function certificate(raw: Uint8Array): Result<Mail> {
  const described = describeCertificate(raw);
  if (!described.ok) return described;
  const { Of: name = '' } = Object.fromEntries(described.value.lines);
  return { ok: true, value: { kind: 'certificate', raw, name } };
}

function context(raw: Uint8Array): Result<Mail> {
  const said = statementIn(raw);
  const file = readEnvelope(raw, 'contextFile', 3, 'a context file');
  if (!file.ok) return file;
  const header = contextHeader.decode(file.value.parts[1] ?? NO_BYTES);
  if (!header.ok) return header;
  const own = readEnvelope(header.value.certificate, 'containerCertificate', 1, 'the certificate of a container');
  if (!own.ok) return own;
  const content = containerCertificate.decode(own.value.parts[0] ?? NO_BYTES);
  if (!content.ok) return content;
  if (said === undefined) return refuse('FILE_MALFORMED', { what: 'it has no statement' });
  const { kind: containerKind, serial } = content.value;
  return { ok: true, value: { kind: 'context', raw, key: said.signer, containerKind, serial } };
}
