import { REPORT_SIZE } from '../../container/wire/report.ts';

/** What a report descriptor says of the reports of a device. */
export interface ReportShape {
  /** Usage page of its first collection. */
  readonly usagePage: number;
  /** Bytes of the reports from it, and of those to it; with several numbers, of all together. */
  readonly input: number;
  readonly output: number;
  /** Whether its reports begin with a number. */
  readonly hasNumbers: boolean;
}

/** Kinds and tags of items. @see HID 1.11, 6.2.2.2 */
const MAIN = 0;
const GLOBAL = 1;
const IN_MAIN = { input: 8, output: 9, collection: 10 } as const;
const IN_GLOBAL = { usagePage: 0, size: 7, number: 8, count: 9, push: 10, pop: 11 } as const;
const LONG_ITEM = 0xfe;
/** Usage pages that makers have for themselves. @see HID Usage Tables, 3 */
const FIRST_OF_MAKERS = 0xff00;

interface Globals {
  readonly usagePage: number;
  readonly size: number;
  readonly count: number;
}

/** Reads a report descriptor; undefined when it ends within an item. @see HID 1.11, 6.2.2 */
export function reportShape(descriptor: Uint8Array): ReportShape | undefined {
  let globals: Globals = { usagePage: 0, size: 0, count: 0 };
  const pushed: Globals[] = [];
  let usagePage: number | undefined;
  let hasNumbers = false;
  const bits = { input: 0, output: 0 };
  for (let at = 0; at < descriptor.length; ) {
    const item = itemAt(descriptor, at);
    if (item === undefined) return undefined;
    const { kind, tag, value } = item;
    at = item.end;
    if (kind === MAIN) {
      if (tag === IN_MAIN.collection) usagePage ??= globals.usagePage;
      if (tag === IN_MAIN.input) bits.input += globals.size * globals.count;
      if (tag === IN_MAIN.output) bits.output += globals.size * globals.count;
    } else if (kind === GLOBAL) {
      if (tag === IN_GLOBAL.number) hasNumbers = true;
      if (tag === IN_GLOBAL.push) pushed.push(globals);
      if (tag === IN_GLOBAL.pop) globals = pushed.pop() ?? globals;
      globals = changed(globals, tag, value);
    }
  }
  const bytes = (count: number): number => Math.ceil(count / 8);
  return { usagePage: usagePage ?? 0, input: bytes(bits.input), output: bytes(bits.output), hasNumbers };
}

/** Whether a usage page is one that makers have for themselves. */
export function isOfMakers(usagePage: number): boolean {
  return usagePage >= FIRST_OF_MAKERS;
}

/** Why a device does not carry the reports of a dongle; undefined when it does. */
export function whyUnfit(shape: ReportShape | undefined): string | undefined {
  if (shape === undefined) return 'what it says of its reports cannot be read';
  if (!isOfMakers(shape.usagePage)) return 'its reports have a meaning of their own, by their usage page';
  if (shape.hasNumbers) return 'its reports are numbered';
  if (shape.input === REPORT_SIZE && shape.output === REPORT_SIZE) return undefined;
  return `its reports have ${shape.input} bytes from it and ${shape.output} to it, not ${REPORT_SIZE}`;
}

function changed(globals: Globals, tag: number, value: number): Globals {
  if (tag === IN_GLOBAL.usagePage) return { ...globals, usagePage: value };
  if (tag === IN_GLOBAL.size) return { ...globals, size: value };
  return tag === IN_GLOBAL.count ? { ...globals, count: value } : globals;
}

interface Item {
  readonly kind: number;
  readonly tag: number;
  readonly value: number;
  readonly end: number;
}

function itemAt(descriptor: Uint8Array, at: number): Item | undefined {
  const [prefix = 0, length = 0] = descriptor.subarray(at, at + 2);
  if (prefix === LONG_ITEM) {
    const end = at + 3 + length;
    return end <= descriptor.length ? { kind: -1, tag: 0, value: 0, end } : undefined;
  }
  const size = [0, 1, 2, 4][prefix & 3] ?? 0;
  const end = at + 1 + size;
  if (end > descriptor.length) return undefined;
  const value = [...descriptor.subarray(at + 1, end)].reduceRight((sum, byte) => sum * 256 + byte, 0);
  return { kind: (prefix >> 2) & 3, tag: prefix >> 4, value, end };
}
