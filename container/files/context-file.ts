import { hpkeOpen, hpkeSeal } from '../crypto/hpke.ts';
import type { Crypto } from '../crypto/port.ts';
import { refuse } from '../errors.ts';
import { concatBytes, fromHex, NO_BYTES, utf8 } from '../model/bytes.ts';
import type { ItemId, PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import { type ContainerCertificate, partyName } from './certificate.ts';
import { defineRecord, type ValueOf } from './codec.ts';
import { sealEnvelope } from './envelope.ts';
import { bool, bytes, hexBytes, list, optional, u32, u32From } from './fields.ts';
import { MOST_PROOFS, proof } from './proof.ts';
import { type CheckedFile, checkFile, type Result, readFile, type Verifier } from './signed-file.ts';
import { type Statement, statement } from './statement.ts';

export const contextHeader = defineRecord('context header', 'Who the container is and what it can take.', {
  certificate: [bytes(1, 1024), 'certificate of the container'],
  issuer: [hexBytes<PublicKey>(32), 'identity key of the issuer that this file is for'],
  locked: [bool, 'whether the container takes nothing but notices, since it was set back'],
  lockedFirms: [list(u32, 1024), 'Firm Codes whose licenses are locked, ascending'],
  freeMemory: [u32, 'bytes'],
  freeChannels: [u32, 'partners that could still be added'],
  largestRecord: [u32, 'bytes of the largest update file that it takes'],
  challenge: [
    optional(bytes(16, 16)),
    'of a firm: for a re-anchor where its licenses are locked, otherwise for certified time',
  ],
});

export const inventoryHolding = defineRecord('inventory holding', 'One holding as its firm is told of it.', {
  itemId: [hexBytes<ItemId>(16), 'the grant'],
  quantity: [u32, 'seats held and free'],
  pending: [u32, 'seats in transit to others'],
  units: [optional(u32), 'units left'],
  usageStart: [optional(u32), 'when its usage period began'],
  enabled: [bool, 'whether the firm has it enabled'],
});

export const inventory = defineRecord('inventory', 'What a container tells one firm; sealed to it.', {
  complete: [bool, 'whether `holdings` is all that the container has of the firm'],
  holdings: [list(inventoryHolding, 65535), 'holdings of this firm'],
  logFirst: [u32From(1), 'position of the first record in the custody log kept for the firm'],
  log: [list(bytes(64, FORMAT.entryBytes), 65535), 'signed transfer records'],
  certificates: [list(bytes(1, 1024), 65535), 'of the containers named in them, each once'],
  setBackBy: [
    optional(hexBytes<PublicKey>(32)),
    'of a container that was proven to be set back: the partner that proved it',
  ],
  proofs: [list(proof, MOST_PROOFS), 'of containers that were set back or copied, as far as their own words prove it'],
});

export type ContextHeader = ValueOf<typeof contextHeader>;
export type Inventory = ValueOf<typeof inventory>;

/** A verified context file. */
export interface ContextFile extends CheckedFile {
  readonly certificate: CheckedFile['certificate'] & { readonly party: 'container' } & ContainerCertificate;
  readonly header: ContextHeader;
}

const INFO = utf8('license-ferry context inventory 1');

/** Everything that goes into a context file. */
export interface ContextContent {
  readonly statement: Statement;
  readonly header: ContextHeader;
  /** For a firm: what it is told, and the key it is sealed to. */
  readonly inventory?: { readonly content: Inventory; readonly sealingKey: Uint8Array; readonly entropy: Uint8Array };
}

/** Signs a context file; the inventory is sealed to its firm and bound to statement and header. */
export function sealContextFile(crypto: Crypto, seed: Uint8Array, content: ContextContent): Uint8Array {
  const statementRaw = statement.encode(content.statement);
  const headerRaw = contextHeader.encode(content.header);
  let sealed: Uint8Array = NO_BYTES;
  if (content.inventory !== undefined) {
    const info = concatBytes(INFO, fromHex(content.statement.signer), fromHex(content.header.issuer));
    const associated = concatBytes(crypto.sha256(statementRaw), crypto.sha256(headerRaw));
    const plaintext = inventory.encode(content.inventory.content);
    const box = hpkeSeal(crypto, content.inventory.sealingKey, info, associated, plaintext, content.inventory.entropy);
    sealed = concatBytes(box.encapsulated, box.sealed);
  }
  return sealEnvelope(crypto, seed, 'contextFile', [statementRaw, headerRaw, sealed]);
}

/**
 * Verifies a context file: structure, certificate chain, signature, and that statement and header name the same pair.
 *
 * @returns the file, or FILE_TOO_LARGE, FILE_MALFORMED, FILE_VERSION, FILE_KIND, CERTIFICATE_*, SIGNATURE_WRONG.
 */
export function openContextFile(verifier: Verifier, raw: Uint8Array): Result<ContextFile> {
  const envelope = readFile(raw, 'contextFile', 'a context file');
  if (!envelope.ok) return envelope;
  const header = contextHeader.decode(envelope.value.parts[1] as Uint8Array);
  if (!header.ok) return header;
  const checked = checkFile(verifier, envelope.value, header.value.certificate);
  if (!checked.ok) return checked;
  const { certificate } = checked.value;
  if (certificate.party !== 'container')
    return refuse('CERTIFICATE_WRONG', { who: partyName(certificate), why: 'only containers make context files' });
  if (checked.value.statement.partner !== header.value.issuer)
    return refuse('FILE_MALFORMED', { what: 'statement and header name different issuers' });
  return { ok: true, value: { ...checked.value, certificate, header: header.value } };
}

/** What the container tells the firm; null when the file carries nothing for a firm. */
export function openInventory(crypto: Crypto, sealingSecret: Uint8Array, file: ContextFile): Result<Inventory | null> {
  if (file.sealed.length === 0) return { ok: true, value: null };
  const info = concatBytes(INFO, fromHex(file.statement.signer), fromHex(file.header.issuer));
  const associated = concatBytes(file.hashes[0], file.hashes[1]);
  const [encapsulated, box] = [file.sealed.subarray(0, 32), file.sealed.subarray(32)];
  const plaintext = hpkeOpen(crypto, sealingSecret, encapsulated, info, associated, box);
  if (plaintext === undefined) return refuse('CANNOT_OPEN', { here: 'the firm' });
  return inventory.decode(plaintext);
}
