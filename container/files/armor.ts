import { FerryError, type Refusal, refuse } from '../errors.ts';
import type { Hex } from '../model/bytes.ts';
import { FORMAT } from '../model/limits.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { containerCertificate, firmCertificate } from './certificate.ts';
import { contextHeader } from './context-file.ts';
import { readEnvelope } from './envelope.ts';
import { TEST_ROOT_MARK } from './test-root.ts';
import { updateHeader } from './update-file.ts';

type Result<T> = { readonly ok: true; readonly value: T } | Refusal;

/** A file as it lies on disks and sticks: its kind, the readable header, and what the header says for programs. */
export interface ArmorHeader {
  readonly kind: 'context' | 'update';
  readonly lines: readonly (readonly [name: string, value: string])[];
}

/** The id of the TEST root, so that files of the simulation are marked as such for people. */
export const TEST_ROOT_ID: Hex = 'eb206316a08dfc2d';

const LINE = 76;
const TITLES = { context: 'LICENSE FERRY CONTEXT FILE', update: 'LICENSE FERRY UPDATE FILE' } as const;
/** The first byte of every envelope: a MessagePack array of four. No armor begins with it. */
const ENVELOPE_START = 0x94;
/** Longest text that can hold a file of the largest size: base64, line ends, header. */
const LONGEST_TEXT = Math.ceil((FORMAT.fileBytes * 4) / 3 / LINE) * (LINE + 2) + 4096;

/**
 * Writes a context or update file as text: a header for people, derived from the signed content, and base64. The same
 * file always gives the same text.
 *
 * @throws FILE_MALFORMED, FILE_KIND, FILE_VERSION when it is neither
 */
export function armor(raw: Uint8Array): string {
  const header = describeFile(raw);
  if (!header.ok) throw new FerryError(header.code, header.details);
  const title = TITLES[header.value.kind];
  const base64 = encodeBase64(raw);
  const lines = [`-----BEGIN ${title}-----`, ...header.value.lines.map(([name, value]) => `${name}: ${value}`), ''];
  for (let at = 0; at < base64.length; at += LINE) lines.push(base64.slice(at, at + LINE));
  lines.push(`-----END ${title}-----`, '');
  return lines.join('\n');
}

/**
 * The envelope in a file from a disk: armor or the raw envelope itself. Editors may have put a byte order mark before the
 * text and CRLF at the ends of all lines; beyond that exactly what `armor` writes is accepted. Nothing is verified but that
 * the header is true to the content.
 *
 * @returns the envelope, or FILE_TOO_LARGE, FILE_MALFORMED, FILE_HEADER, FILE_KIND, FILE_VERSION
 */
export function unarmor(file: Uint8Array | string): Result<Uint8Array> {
  if (file.length > LONGEST_TEXT) return refuse('FILE_TOO_LARGE', { size: file.length, limit: LONGEST_TEXT });
  if (typeof file === 'string') return readText(file);
  if (file[0] === ENVELOPE_START) return { ok: true, value: file };
  const text = asText(withoutMark(file));
  return text === undefined ? malformed('it is neither text nor an envelope') : readText(text);
}

function readText(text: string): Result<Uint8Array> {
  const lines = text.replaceAll('\r\n', '\n');
  if (text !== lines && text !== lines.replaceAll('\n', '\r\n')) return malformed('its line ends are mixed');
  return readArmor(lines);
}

/** UTF-8's byte order mark, which some editors write before a text. */
const MARK = [0xef, 0xbb, 0xbf];

function withoutMark(file: Uint8Array): Uint8Array {
  return MARK.every((byte, at) => file[at] === byte) ? file.subarray(MARK.length) : file;
}

/** What the file says of itself, read from the signed content. The signature is not checked. */
export function describeFile(raw: Uint8Array): Result<ArmorHeader> {
  const asUpdate = readEnvelope(raw, 'updateFile', 3, 'a context or update file');
  if (!asUpdate.ok && asUpdate.code !== 'FILE_KIND') return asUpdate;
  if (asUpdate.ok) return describeUpdate(asUpdate.value.parts);
  const asContext = readEnvelope(raw, 'contextFile', 3, 'a context or update file');
  return asContext.ok ? describeContext(asContext.value.parts) : asContext;
}

function describeUpdate(parts: readonly Uint8Array[]): Result<ArmorHeader> {
  const header = updateHeader.decode(parts[1] as Uint8Array);
  if (!header.ok) return header;
  const { certificate, serial, first, last, cancelled } = header.value;
  const issuer = nameIn(certificate);
  if (!issuer.ok) return issuer;
  const sequences = last < first ? 'none' : first === last ? `${first}` : `${first} to ${last}`;
  return {
    ok: true,
    value: {
      kind: 'update',
      lines: [
        ['Format', 'license-ferry update 1'],
        ['From', issuer.value.name],
        ['For', serial],
        ['Sequences', cancelled.length === 0 ? sequences : `${sequences}, ${cancelled.length} cancelled`],
        ['Root', issuer.value.root],
      ],
    },
  };
}

function describeContext(parts: readonly Uint8Array[]): Result<ArmorHeader> {
  const header = contextHeader.decode(parts[1] as Uint8Array);
  if (!header.ok) return header;
  const container = nameIn(header.value.certificate);
  if (!container.ok) return container;
  return {
    ok: true,
    value: {
      kind: 'context',
      lines: [
        ['Format', 'license-ferry context 1'],
        ['From', container.value.name],
        ['Issuer', header.value.issuer],
        ['Root', container.value.root],
      ],
    },
  };
}

/** Serial number or Firm Code in a certificate, and its root. Free text, such as a firm's name, never comes in. */
function nameIn(certificate: Uint8Array): Result<{ readonly name: string; readonly root: string }> {
  const asContainer = readEnvelope(certificate, 'containerCertificate', 1, 'a certificate');
  if (asContainer.ok) {
    const content = containerCertificate.decode(asContainer.value.parts[0] as Uint8Array);
    if (!content.ok) return content;
    return { ok: true, value: { name: content.value.serial, root: rootName(content.value.root) } };
  }
  const asFirm = readEnvelope(certificate, 'firmCertificate', 1, 'a certificate');
  if (!asFirm.ok) return asFirm;
  const content = firmCertificate.decode(asFirm.value.parts[0] as Uint8Array);
  if (!content.ok) return content;
  return { ok: true, value: { name: `firm ${content.value.firmCode}`, root: rootName(content.value.root) } };
}

/** What people call a root. */
export function rootName(id: Hex): string {
  return id === TEST_ROOT_ID ? TEST_ROOT_MARK : id;
}

function readArmor(text: string): Result<Uint8Array> {
  const lines = text.split('\n');
  const blank = lines.indexOf('');
  if (!text.startsWith('-----BEGIN LICENSE FERRY ') || blank === -1) return malformed('it has no header');
  const raw = decodeBase64(lines.slice(blank + 1, -2).join(''));
  if (raw === undefined) return malformed('what follows the header is not base64');
  const described = describeFile(raw);
  if (!described.ok) return described;
  const wrong = firstDifference(described.value, lines.slice(1, blank));
  if (wrong !== undefined) return refuse('FILE_HEADER', { what: wrong });
  return armor(raw) === text ? { ok: true, value: raw } : malformed('something was added to its text or taken from it');
}

function firstDifference({ lines }: ArmorHeader, found: readonly string[]): string | undefined {
  for (const [at, [name, value]] of lines.entries()) {
    if (found[at] !== `${name}: ${value}`) return `line "${quoted(found[at])}", signed is "${name}: ${value}"`;
  }
  return found.length > lines.length ? `line "${quoted(found[lines.length])}" is not part of it` : undefined;
}

/** Characters of a foreign line that an error repeats at most: a line may be as long as the file. */
const QUOTED = 80;

function quoted(line = ''): string {
  return line.length > QUOTED ? `${line.slice(0, QUOTED)}...` : line;
}

function malformed(what: string): Refusal {
  return refuse('FILE_MALFORMED', { what });
}

const decoder = new TextDecoder();

/** Armor is ASCII; anything else is no armor. */
function asText(bytes: Uint8Array): string | undefined {
  return bytes.some((byte) => byte > 126) ? undefined : decoder.decode(bytes);
}
