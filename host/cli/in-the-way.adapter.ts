import fs from 'node:fs';
import { FerryError } from '../../container/errors.ts';
import { describeFile, unarmor } from '../../container/files/armor.ts';
import { describeCertificate } from '../../container/files/describe-certificate.ts';
import { systemCode } from '../../container/store/file-failure.ts';
import { readPlainFile } from '../../container/store/file-plain.adapter.ts';

/** What a command writes. */
export type FileKind = 'context' | 'update' | 'certificate' | 'report';

type Lines = readonly (readonly [name: string, value: string])[];
interface Described {
  readonly kind: FileKind;
  readonly lines: Lines;
}

const WORDS: Readonly<Record<FileKind, string>> = {
  context: 'a context or receipt',
  update: 'an update file',
  certificate: 'a certificate',
  report: 'a report of ferry conformance',
};

/** What may differ between a file and the later one that takes its place. */
const CHANGING: ReadonlySet<string> = new Set(['Sequences', 'Name', 'Issues']);

/**
 * Why what lies under a name that somebody chose is not to be replaced; undefined when nothing is there, or an earlier file
 * of the same kind.
 *
 * @param raw what is to take its place, once that is known: then it has to be of and for the same parties
 */
export function inTheWay(file: string, kind: FileKind, raw?: Uint8Array): string | undefined {
  const found = foundAt(file);
  if (found === undefined) return undefined;
  if (!found.isFile()) return 'it is not a plain file';
  const there = describeThere(file);
  if (there?.kind !== kind) return `there is something else than ${WORDS[kind]} in it`;
  const next = raw === undefined ? there : described(raw);
  return next !== undefined && isSameParties(there.lines, next.lines)
    ? undefined
    : `there is ${WORDS[kind]} of or for somebody else in it`;
}

/** Undefined when nothing is there; what cannot be looked at is found out when it is written. */
function foundAt(file: string): fs.Stats | undefined {
  try {
    return fs.statSync(file, { throwIfNoEntry: false });
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

function describeThere(file: string): Described | undefined {
  try {
    const bytes = readPlainFile(file, { links: 'followed' });
    if (isReport(bytes)) return { kind: 'report', lines: [] };
    const raw = unarmor(bytes);
    return raw.ok ? described(raw.value) : undefined;
  } catch (error) {
    if (error instanceof FerryError) return undefined;
    throw error;
  }
}

function described(raw: Uint8Array): Described | undefined {
  const asFile = describeFile(raw);
  if (asFile.ok) return asFile.value;
  const asCertificate = describeCertificate(raw);
  return asCertificate.ok ? { kind: 'certificate', lines: asCertificate.value.lines } : undefined;
}

function isReport(bytes: Uint8Array): boolean {
  try {
    const found: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof found === 'object' && found !== null && 'verdict' in found && 'tool' in found;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function isSameParties(one: Lines, other: Lines): boolean {
  const fixed = (lines: Lines): string => JSON.stringify(lines.filter(([name]) => !CHANGING.has(name)));
  return fixed(one) === fixed(other);
}
