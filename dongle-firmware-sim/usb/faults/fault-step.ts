import { type Fault, parseFault, sayFault, saySeconds, secondsIn, TIME_PATTERN } from './fault.ts';

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

const LONGEST_WAIT = 24 * 3600;
const MOST_COUNTED = 1_000_000_000;
const MOMENT = `(?<what>${TIME_PATTERN}|(?<counted>report|sector|flash) (?<number>\\d{1,10}))`;
const BEHIND = new RegExp(`^(?<fault>.+?) (?:at|after) ${MOMENT}$`);
const BEFORE = new RegExp(`^(?:at|after) ${MOMENT} (?<fault>.+)$`);

/** Reads `FAULT`, `FAULT at MOMENT` or `at MOMENT FAULT`; undefined for anything else. */
export function parseStep(text: string): FaultStep | undefined {
  const words = text.trim().split(/\s+/).join(' ');
  const groups = (BEFORE.exec(words) ?? BEHIND.exec(words))?.groups;
  if (groups === undefined) {
    const fault = parseFault(words);
    return fault === undefined ? undefined : { fault, when: { on: 'now' } };
  }
  const fault = parseFault(groups.fault ?? '');
  const when = triggerIn(groups);
  return fault === undefined || when === undefined ? undefined : { fault, when };
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
  | { readonly wrong: { readonly line: number; readonly text: string } };

/** Reads a script: one step a line; empty lines, and what follows a `#`, are for people. */
export function parseScript(text: string): Script {
  const steps: FaultStep[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    const said = line.replace(/#.*$/, '').trim();
    if (said === '') continue;
    const step = parseStep(said);
    if (step === undefined) return { wrong: { line: at + 1, text: said } };
    steps.push(step);
  }
  return { steps };
}

function triggerIn({ counted, number, ...time }: Readonly<Record<string, string | undefined>>): Trigger | undefined {
  if (counted === undefined) {
    const seconds = secondsIn(time);
    return seconds <= LONGEST_WAIT ? { on: 'time', seconds } : undefined;
  }
  const nth = Number(number);
  return nth >= 1 && nth <= MOST_COUNTED ? { on: counted as Counted, number: nth } : undefined;
}
