import { concatBytes } from '../../../../../container/model/bytes.ts';
import { FRAME_HEADER, FRAME_PAYLOAD } from '../../../../../container/wire/frame.ts';
import { REPORT_SIZE, type ReportKind, reportsOf } from '../../../../../container/wire/report.ts';
import { mutated } from '../mutate.ts';
import type { Random } from '../random.ts';

/** Bytes of the longest message. */
export const LONGEST = FRAME_HEADER + FRAME_PAYLOAD;

/** Lengths at which something changes: one report, two, three, many, all, too many. */
const LENGTHS = [0, 1, 2, 8, 10, 54, 55, 56, 115, 116, 300, 1000, LONGEST, LONGEST + 1, 0xffff_ffff];

/** Bytes that a script holds of one message at most. */
const SHOWN = 1024;

/** The reports of a message of any length, or as many of the first ones as a script has room for. */
export function anyReports(random: Random, channel: number, kind: ReportKind, length?: number): Uint8Array[] {
  const announced = length ?? random.pick(LENGTHS);
  const message = random.bytes(Math.min(announced, SHOWN));
  const [first, ...rest] = reportsOf(channel, kind, message);
  if (first === undefined) return [];
  new DataView(first.buffer, first.byteOffset).setUint32(5, announced);
  return [first, ...rest];
}

/** A report that was changed, of the right size again. */
export function damaged(random: Random, report: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(REPORT_SIZE);
  whole.set(mutated(random, report, others).subarray(0, REPORT_SIZE));
  return whole;
}

/** Reports of several senders, each one's in order, in the steps of a script; and between them what else happens. */
export function mixed(
  random: Random,
  sendings: readonly Uint8Array[][],
  step: (report: Uint8Array) => Uint8Array,
  other: () => Uint8Array,
): Uint8Array {
  const steps: Uint8Array[] = [];
  const rest = sendings.map((reports) => [...reports]);
  let current = 0;
  while (rest.some(({ length }) => length > 0)) {
    if (random.oneIn(3)) current = random.below(rest.length);
    const report = rest[current]?.shift();
    if (report === undefined) {
      current = (current + 1) % rest.length;
      continue;
    }
    if (random.oneIn(24)) steps.push(step(damaged(random, report, sendings.flat())));
    else if (!random.oneIn(40)) steps.push(step(report));
    if (random.oneIn(30)) steps.push(step(report));
    if (random.oneIn(8)) steps.push(other());
  }
  return concatBytes(...steps);
}
