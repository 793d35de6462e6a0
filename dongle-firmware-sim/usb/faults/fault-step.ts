import { type Fault, readFault, sayFault } from './fault.ts';
import { saySeconds } from './fault-time.ts';
import { A_TIME, type TimeBounds, Words } from './fault-words.ts';

/** What is counted, from the moment at which a fault is set: reports both ways, sectors both ways, flash operations. */
export type Counted = 'report' | 'sector' | 'flash';

/** When a fault strikes. */
export type Trigger =
  | { readonly on: 'now' }
  | { readonly on: 'time'; readonly seconds: number }
  /** At the one of that number, from 1: it does not come through whole where the dongle is gone then. */
  | { readonly on: Counted; readonly number: number };

/** One fault, and when it strikes. */
export interface FaultStep {
  readonly fault: Fault;
  readonly when: Trigger;
}

/** Why something is no fault: which word is wrong, and what may stand there. */
export interface Misread {
  readonly why: string;
}

const WAITS: TimeBounds = { least: 0, most: 24 * 3600, mostCalled: 'a day' };
const MOST_COUNTED = 1_000_000_000;
const COUNTED = ['report', 'sector', 'flash'] as const;
const A_MOMENT = `${A_TIME}, or report N, sector N, flash N`;

/** Reads `FAULT`, `FAULT at MOMENT` or `at MOMENT FAULT`; `after` is the same as `at`. */
export function parseStep(text: string): FaultStep | Misread {
  const words = new Words(text);
  const before = readTrigger(words);
  const fault = readFault(words);
  const when = before ?? readTrigger(words) ?? { on: 'now' };
  words.end(when.on === 'now' ? 'a moment, such as at 5s or at report 70' : 'nothing more');
  return words.wrong === undefined ? { fault, when } : { why: words.wrong };
}

function readTrigger(words: Words): Trigger | undefined {
  if (words.takes('at', 'after') === undefined) return undefined;
  if (words.hasDigit) return { on: 'time', seconds: words.time(WAITS) };
  const on = words.oneOf(COUNTED, A_MOMENT) as Counted;
  return { on, number: words.number(1, MOST_COUNTED) };
}

/** A step as it is written: what `parseStep` reads as the same one. */
export function sayStep({ fault, when }: FaultStep): string {
  switch (when.on) {
    case 'now':
      return sayFault(fault);
    case 'time':
      return `${sayFault(fault)} at ${saySeconds(when.seconds)}`;
    default:
      return `${sayFault(fault)} at ${when.on} ${when.number}`;
  }
}

/** A script that can be carried out, or the first line that cannot be read; lines count from 1. */
export type Script =
  | { readonly steps: readonly FaultStep[] }
  | { readonly wrong: { readonly line: number; readonly text: string } & Misread };

/** Reads a script: one step a line; empty lines, and what follows a `#`, are for people. */
export function parseScript(text: string): Script {
  const steps: FaultStep[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    const said = line.replace(/#.*$/, '').trim();
    if (said === '') continue;
    const step = parseStep(said);
    if ('why' in step) return { wrong: { line: at + 1, text: said, ...step } };
    steps.push(step);
  }
  return { steps };
}
