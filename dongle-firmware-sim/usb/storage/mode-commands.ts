import { concatBytes, equalBytes } from '../../../container/model/bytes.ts';
import { DONE, type LogicalUnit } from './logical-unit.ts';
import { giveBytes, type ScsiHandler } from './scsi-handler.ts';
import type { ScsiCommand } from './scsi-target.ts';
import { SENSES, type Sense } from './sense.ts';

/** What is written is durable only after SYNCHRONIZE CACHE. */
const WRITE_CACHE_ENABLED = 0x04;
const WRITE_PROTECTED = 0x80;
/** Writes that must be durable when they end are known here. */
const FORCE_UNIT_ACCESS = 0x10;

/** By page code, in ascending order. @see SBC-3, 6.5.5; SPC-4, 7.5.8 and 7.5.12 */
const PAGES: ReadonlyMap<number, Uint8Array> = new Map(
  [page(0x08, 18, WRITE_CACHE_ENABLED), page(0x0a, 10, 0), page(0x1c, 10, 0)].map(
    (bytes) => [bytes[0] ?? 0, bytes] as const,
  ),
);

function page(code: number, length: number, first: number): Uint8Array {
  const bytes = new Uint8Array(2 + length);
  bytes.set([code, length, first]);
  return bytes;
}

const ALL_PAGES = 0x3f;
const ALL_SUBPAGES = 0xff;
const CHANGEABLE = 1;
const SAVED = 3;

/** The pages that are asked for; undefined when there are none such. Nothing in them can be changed. */
function pagesOf(code: number, subpage: number, control: number): readonly Uint8Array[] | undefined {
  const found = PAGES.get(code);
  const pages = code === ALL_PAGES ? [...PAGES.values()] : found === undefined ? undefined : [found];
  if (subpage !== 0 && (subpage !== ALL_SUBPAGES || code !== ALL_PAGES)) return undefined;
  return control === CHANGEABLE ? pages?.map((bytes) => page(bytes[0] ?? 0, bytes.length - 2, 0)) : pages;
}

/** The two lengths in which both commands exist: where the header and the CDB have their fields. */
interface Form {
  readonly length: 6 | 10;
  /** Bytes before the pages. */
  readonly header: 4 | 8;
  allocation(cdb: DataView): number;
}

const SHORT: Form = { length: 6, header: 4, allocation: (cdb) => cdb.getUint8(4) };
const LONG: Form = { length: 10, header: 8, allocation: (cdb) => cdb.getUint16(7) };

/** @see SPC-4, 6.14 and 6.15 */
function modeSense(form: Form): ScsiHandler {
  return {
    length: form.length,
    begin(unit, cdb) {
      const [selected, subpage] = [cdb.getUint8(2), cdb.getUint8(3)];
      const control = selected >> 6;
      const pages = pagesOf(selected & 0x3f, subpage, control);
      if (pages === undefined) return unit.fail(SENSES.invalidField);
      if (control === SAVED) return unit.fail(SENSES.notSaved);
      return giveBytes(concatBytes(modeHeader(form, unit, pages), ...pages), form.allocation(cdb));
    },
  };
}

/** Without block descriptors, which a drive need not give. @see SPC-4, 7.5.5 */
function modeHeader({ header }: Form, unit: LogicalUnit, pages: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(header);
  const behind = pages.reduce<number>((sum, { length }) => sum + length, header);
  const specific = FORCE_UNIT_ACCESS | (unit.inserted?.isWriteProtected === true ? WRITE_PROTECTED : 0);
  if (header === 4) bytes.set([behind - 1, 0, specific]);
  else bytes.set([0, behind - 2, 0, specific]);
  return bytes;
}

/** Takes values that are as they are, and no others: nothing can be changed. @see SPC-4, 6.11 and 6.12 */
function modeSelect(form: Form): ScsiHandler {
  return {
    length: form.length,
    begin(unit, cdb) {
      const pageFormatUnsaved = 0x10;
      if ((cdb.getUint8(1) & 0x1f) !== pageFormatUnsaved) return unit.fail(SENSES.invalidField);
      const length = form.allocation(cdb);
      return length === 0 ? DONE : takeParameters(unit, length, (list) => faultIn(form, list));
    },
  };
}

function takeParameters(
  unit: LogicalUnit,
  length: number,
  judge: (list: Uint8Array) => Sense | undefined,
): ScsiCommand {
  const list = new Uint8Array(length);
  let taken = 0;
  return {
    direction: 'out',
    length,
    take(bytes) {
      list.set(bytes, taken);
      taken += bytes.length;
    },
    finish() {
      const fault = judge(list);
      if (fault === undefined) return { status: 'good', processed: length };
      unit.fail(fault);
      return { status: 'check condition', processed: length };
    },
  };
}

/** Why a list of mode parameters is refused. */
function faultIn({ header }: Form, list: Uint8Array): Sense | undefined {
  if (list.length < header) return SENSES.listLength;
  const [mediumType, descriptors] = header === 4 ? [list[1], list[3]] : [list[2], (list[6] ?? 0) | (list[7] ?? 0)];
  if (mediumType !== 0 || descriptors !== 0) return SENSES.invalidParameter;
  for (let at = header; at < list.length; ) {
    const code = (list[at] ?? 0) & 0x7f;
    const current = PAGES.get(code);
    if (current === undefined) return SENSES.invalidParameter;
    if (list.length - at < current.length) return SENSES.listLength;
    const body = list.subarray(at + 1, at + current.length);
    if (!equalBytes(body, current.subarray(1))) return SENSES.invalidParameter;
    at += current.length;
  }
  return undefined;
}

/** Commands on the drive's settings. */
export const MODE_COMMANDS: readonly (readonly [number, ScsiHandler])[] = [
  [0x15, modeSelect(SHORT)],
  [0x1a, modeSense(SHORT)],
  [0x55, modeSelect(LONG)],
  [0x5a, modeSense(LONG)],
];
