import type { Size } from '../proof.ts';

/** A piece of work on files. */
export interface FileStep {
  readonly label: string;
  readonly work: () => void | Promise<void>;
  /** Set where it is given again only if it is not done. */
  readonly once?: true;
  /** Set where what was removed may come back, and is removed by the next one then. */
  readonly lazy?: true;
}

/** What adapters do on a disk, every piece of which is cut everywhere. */
export interface FileScenario {
  readonly name: string;
  readonly size: Size;
  /** Set where reading what is there is slow: each cut is given less. */
  readonly heavy?: true;
  /** What is there before: long durable. */
  readonly prepare: () => void | Promise<void>;
  readonly steps: readonly FileStep[];
  /** What somebody does who goes on after a recovery. */
  readonly goOn?: () => void;
  /** What is there, read by the adapters; the same text for the same content. Throws for what nobody could use. */
  readonly look: () => string | Promise<string>;
}
