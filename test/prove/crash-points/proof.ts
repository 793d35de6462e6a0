import type { IsOver } from '../interruption.ts';
import type { SIZES } from '../program-options.ts';

/** What cutting one scenario everywhere came to: a row of the table. */
export interface Result {
  /** Programs, erases, flushes, writes, renames and whatever else was recorded. */
  operations: number;
  /** Moments at which the power was cut: before, in and after each of them. */
  cuts: number;
  /** Different contents that the medium was left with. */
  states: number;
  /** How many of them opened to what was before, and how many to what came after. */
  before: number;
  after: number;
  /** Moments in the work together with moments in the recovery that followed. */
  pairs: number;
  violation: Violation | null;
  /** What was done up to the step that is played again; empty where all are played. */
  history: readonly string[];
}

/** Something that no power cut may lead to. */
export interface Violation {
  readonly what: string;
  /** What was done, up to the piece of work in which the power was cut. */
  readonly history: readonly string[];
  /** The number of that piece of work, and of the moment in it. */
  readonly step: number;
  readonly cut: number;
  /** What chance followed from. */
  readonly seed: number;
}

export type Size = (typeof SIZES)[number];

/** The one cut that is looked at, when a violation is played again. */
export interface Only {
  readonly step: number;
  readonly cut: number | undefined;
}

/** How a scenario is run. */
export interface Run {
  readonly size: Size;
  readonly seed: number;
  readonly only?: Only;
  /** Asked at every cut; the run ends early when it says so. */
  readonly isOver: IsOver;
}

/** A scenario that can be cut everywhere. */
export interface Proof {
  readonly name: string;
  /** The smallest size of a run that has it. */
  readonly size: Size;
  readonly run: (run: Run) => Promise<Result>;
}

export function newResult(): Result {
  return { operations: 0, cuts: 0, states: 0, before: 0, after: 0, pairs: 0, violation: null, history: [] };
}
