import { COMMANDS } from '../../container/commands/index.ts';
import { CHANGES } from '../../container/engine/changes.ts';
import { MEMORY } from '../../container/engine/memory.ts';
import { CATALOGUE, type CatalogueEntry } from '../../container/errors.ts';
import type { AnyField, RecordShape } from '../../container/files/codec.ts';
import { ENTRY_KINDS } from '../../container/files/entries.ts';
import { SIGNED_KINDS } from '../../container/files/envelope.ts';
import { FORMAT, LEAST_LARGEST_RECORD, RESERVED_CHANNELS } from '../../container/model/limits.ts';

export type Row = readonly (string | number)[];

/** A Markdown table; bars inside cells are escaped. */
export function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

interface HasRecord {
  readonly record: RecordShape;
}

/** One section for each record: what it is, and its fields in wire order. */
export function recordTables(...codecs: readonly HasRecord[]): string {
  return codecs.map(({ record }) => recordTable(record)).join('\n\n');
}

function recordTable({ name, about, fields }: RecordShape): string {
  const title = `**${name}** (array of ${fields.length}): ${about}`;
  if (fields.length === 0) return title;
  const rows = fields.map(({ name: field, about: means, field: { type } }) => [`\`${field}\``, type, means]);
  return `${title}\n\n${table(['field', 'type', 'meaning'], rows)}`;
}

/** The records that a record contains, each once, innermost last. */
function nested({ fields }: RecordShape): RecordShape[] {
  return fields.flatMap(({ field }) => recordsOf(field)).flatMap((inner) => [inner, ...nested(inner)]);
}

function recordsOf(field: AnyField): RecordShape[] {
  return [field.record, field.element?.record].filter((record) => record !== undefined);
}

export function numberedNames(names: Readonly<Record<string, number>>, head: string): string {
  return table(
    ['number', head],
    Object.entries(names).map(([name, number]) => [number, `\`${name}\``]),
  );
}

export function signedKinds(): string {
  return numberedNames(SIGNED_KINDS, 'what is signed');
}

export function entryKinds(): string {
  return numberedNames(ENTRY_KINDS, 'kind of entry');
}

export function commandList(): string {
  const rows = Object.values(COMMANDS).map(({ code, name, asker, about }) => [code, `\`${name}\``, asker, about]);
  return table(['number', 'command', 'meant for', 'what it does'], rows);
}

/** Request, response and failures of every command, and the records inside that are not told of elsewhere. */
export function commandMessages(): string {
  const told = new Set<string>();
  const once = (record: RecordShape): boolean => !told.has(record.name) && told.add(record.name) !== undefined;
  return Object.values(COMMANDS)
    .map(({ name, request, response, failures }) => {
      const records = [request.record, response.record].flatMap((record) => [record, ...nested(record)]).filter(once);
      const codes = failures.map((code) => `\`${code}\``).join(', ');
      const answers = codes === '' ? 'It has no failures of its own.' : `Failures: ${codes}.`;
      return `#### ${name}\n\n${records.map(recordTable).join('\n\n')}\n\n${answers}`;
    })
    .join('\n\n');
}

export function changeTables(): string {
  const told = new Set<string>(['signed statement', 'inbound state', 'refused entry']);
  const once = (record: RecordShape): boolean => !told.has(record.name) && told.add(record.name) !== undefined;
  return Object.values(CHANGES)
    .map(([number, { record }]) => {
      const [own, ...inner] = [record, ...nested(record).filter(once)].map(recordTable);
      return [`Change ${number}: ${own}`, ...inner].join('\n\n');
    })
    .join('\n\n');
}

const BOUNDS: Readonly<Record<keyof typeof FORMAT, string>> = {
  fileBytes: 'bytes of a context or update file',
  entryItems: 'Product Items in one entry',
  entryBytes: 'bytes of one entry',
  pendingEntries: 'entries in transit on one channel',
  custodyRecords: 'hops of a holding that are kept',
  refusedEntries: 'refused sequences that a channel remembers until they are settled',
  rememberedOrders: 'latest orders that a channel remembers',
  fileEntries: 'entries in one file',
  fileCertificates: 'certificates in one file',
  fileNotices: 'notices in one file',
  timeChallenges: 'challenges for certified time that are open for one issuer',
  revokedKeys: 'keys in one list of revocations',
  pinTries: 'tries of a PIN',
  pinBytes: 'bytes of a PIN in UTF-8; it has at least 4',
  armedOrders: 'work orders that are armed at a time',
  orderItems: 'Product Items in a work order',
  orderTargets: 'targets that a work order names, and that it serves',
};

export function bounds(): string {
  const own = Object.entries(BOUNDS).map(([name, means]) => [FORMAT[name as keyof typeof FORMAT], means]);
  const least = Object.entries(LEAST_LARGEST_RECORD).map(([kind, bytes]) => [
    bytes,
    `bytes of an update file that every container of kind ${kind} takes`,
  ]);
  return table(
    ['at most', 'of'],
    [...own, [RESERVED_CHANNELS, 'channel records kept free for the owner']].concat(least),
  );
}

const CHARGES: Readonly<Record<keyof typeof MEMORY, string>> = {
  holding: 'holding, beside its User Data and Customer Owned License Information',
  hop: 'hop in the custody of a holding',
  grant: 'grant, beside its signed bytes; stored once',
  certificate: 'certificate, beside its signed bytes; stored once',
  record: 'transfer record, beside its bytes; stored once, however many holdings and log lines refer to it',
  logLine: 'line of a custody log',
  log: 'firm that ever had a line in its custody log here',
  partner: 'partner with both channels, its witness, its first remembered order and 8 refusals of what it issued',
  order: 'further order that a channel remembers',
  refusal: 'further refused sequence that is remembered, and any that the partner refused of a remembered order',
  pendingEntry: 'entry in transit, with the room that settling it will need',
  writtenOff: 'entry that its vendor has written off, beside its transfer record',
  revoked: 'container that a firm has written off here',
  lock: 'firm whose licenses stay locked',
  challenge: 'open challenge for certified time',
  revocations: 'list of revocations, beside its signed bytes',
  pendingPart: 'part of an entry in transit, beside its User Data and Customer Owned License Information',
  evidence: 'piece of evidence; from the memory kept for evidence',
  evidenceStatement: 'signed statement in it, beside its bytes',
  ownerPin: "owner's PIN",
  armedOrder: 'armed work order',
  orderItem: 'Product Item of a work order',
  orderKey: 'target that a work order names by its key',
  served: 'target that an armed work order has served',
  servedItem: 'Product Item of the order, for each of those targets',
};

export function charges(): string {
  return table(
    ['bytes', 'for each'],
    Object.entries(CHARGES).map(([name, means]) => [MEMORY[name as keyof typeof MEMORY], means]),
  );
}

export function errorList(): string {
  return Object.entries(CATALOGUE as Readonly<Record<string, CatalogueEntry>>)
    .map(([code, { number, exit, happened, effect, remedy, field }]) => {
      const known = field === undefined ? '' : ` CodeMeter users know it as ${field}.`;
      return `### ${code}\n\nNumber ${number}, exit code ${exit}.${known}\n\n- ${happened}\n- ${effect}\n- ${remedy}`;
    })
    .join('\n\n');
}
