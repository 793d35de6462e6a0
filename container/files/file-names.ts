import { NO_BYTES } from '../model/bytes.ts';
import type { PublicKey } from '../model/ids.ts';
import { readEnvelope } from './envelope.ts';
import { type Statement, statement } from './statement.ts';
import { statementIn } from './statement-in.ts';
import { type UpdateHeader, updateHeader } from './update-file.ts';

export const CONTEXT_SUFFIX = '.ferry-context';
export const UPDATE_SUFFIX = '.ferry-update';
export const CERTIFICATE_SUFFIX = '.ferry-certificate';
/** Digits of a key or a hash that tell two files of one name apart. */
const DIGITS = 8;

/**
 * The name of a context or receipt on a disk or stick; those for issuers that people call differently have different names.
 *
 * @param issuer what people call it: a serial number or `firm <Firm Code>`
 * @param key of the issuer, to tell it from another one of that name
 */
export function contextFileName(serial: string, issuer: string, kind: 'context' | 'receipt', key?: PublicKey): string {
  const apart = key === undefined ? '' : `-${key.slice(0, DIGITS)}`;
  return `${part(serial)}-for-${part(issuer)}${apart}${kind === 'receipt' ? '-receipt' : ''}${CONTEXT_SUFFIX}`;
}

/** Whether a file is a context or receipt for another issuer than that one, so that its name is not to be had. */
export function isForAnother(there: Uint8Array, issuer: PublicKey): boolean {
  const said = statementIn(there);
  return said !== undefined && said.partner !== issuer;
}

/** What the name of an update file says. */
export interface UpdateName {
  readonly issuer: string;
  /** Serial number of the container that it is for. */
  readonly serial: string;
  /** Its sequences as people read them, or what it is called that has none. */
  readonly content: string;
}

/**
 * The names that an update file may have on a disk or stick, the plainest first: it gets the first one under which no other
 * file lies. The second tells its entries apart from others under the same sequences; the last one is its own.
 */
export function updateFileNames({ issuer, serial, content }: UpdateName, raw: Uint8Array): readonly string[] {
  const plain = `${part(issuer)}-for-${part(serial)}-${part(content)}`;
  const said = updateIn(raw);
  const digits = said === undefined ? [] : [said.header.chainLast, said.statement.stateHash];
  const apart = digits.map((hash) => hash.slice(0, DIGITS));
  return [0, 1, 2].map((count) => [plain, ...apart.slice(0, count)].join('-') + UPDATE_SUFFIX);
}

/**
 * Whether an update file may take the place of one that is there: it is from the same issuer for the same container, carries the
 * same entries, and was not made earlier. Of two without entries under one name, the later brings what the earlier did.
 */
export function isLaterOf(there: Uint8Array, raw: Uint8Array): boolean {
  const [before, after] = [updateIn(there), updateIn(raw)];
  if (before === undefined || after === undefined) return false;
  const isSameParties =
    before.statement.signer === after.statement.signer && before.header.container === after.header.container;
  const isSameContent = before.range === after.range && (after.range === '' || isSameChain(before, after));
  return isSameParties && isSameContent && before.statement.generation <= after.statement.generation;
}

interface UpdateSaid {
  readonly statement: Statement;
  readonly header: UpdateHeader;
  /** Empty when it has no entries. */
  readonly range: string;
}

function isSameChain({ header: one }: UpdateSaid, { header: other }: UpdateSaid): boolean {
  return one.epoch === other.epoch && one.chainLast === other.chainLast;
}

/** What an update file says of itself, unverified; undefined when it is none. */
function updateIn(raw: Uint8Array): UpdateSaid | undefined {
  const envelope = readEnvelope(raw, 'updateFile', 3, 'an update file');
  if (!envelope.ok) return undefined;
  const said = statement.decode(envelope.value.parts[0] ?? NO_BYTES);
  const header = updateHeader.decode(envelope.value.parts[1] ?? NO_BYTES);
  if (!said.ok || !header.ok) return undefined;
  const { first, last } = header.value;
  return { statement: said.value, header: header.value, range: last < first ? '' : `${first} to ${last}` };
}

/** The name of a file with the certificate of an issuer. */
export function certificateFileName(issuer: string): string {
  return `${part(issuer)}${CERTIFICATE_SUFFIX}`;
}

function part(text: string): string {
  return text.replace(/[^\w-]+/g, '-');
}
