import type { Stage } from '../flash/stage.ts';

/** A history of containers and firms, every piece of which is cut everywhere. */
export interface Scenario {
  readonly name: string;
  /** The smallest size of a run that has it. */
  readonly size: 'quick' | 'usual' | 'long';
  /** Set where its containers have so long a history that opening one is slow: each of its cuts is given less. */
  readonly heavy?: true;
  readonly play: (stage: Stage) => void;
}
