import type { Span } from './spans.ts';

/** How a consumer ends with changed bytes: the code of an error, or a word of its target for anything else. */
export type Ending = string;

/** Golden bytes, whoever takes them, and what has to come of changed ones. */
export interface SweepTarget {
  readonly name: string;
  readonly golden: Uint8Array;
  readonly spans: readonly Span[];
  /** Endings that are right where these bytes of the structure are changed, the first check's first. */
  readonly right: (span: Span) => readonly Ending[];
  /** Endings that are right besides where more than content is changed in several places: what follows may be read as something else. */
  readonly shifted: readonly Ending[];
  /** Endings that are right for a copy that was cut. */
  readonly cut: readonly Ending[];
  /** Gives bytes to the consumer. */
  readonly give: (bytes: Uint8Array) => Ending | Promise<Ending>;
  /** All that may not change, as text. */
  readonly standing: () => string;
  /** What the golden bytes themselves come to, once all others were given: proof that the consumer was ready for them. */
  readonly taken: Ending;
}
