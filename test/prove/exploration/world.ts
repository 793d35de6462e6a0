import type { PublicKey } from '../../../container/model/ids.ts';
import type { Answers } from './answers.ts';
import type { Party } from './party.ts';

/** Parties that exchange files, and what must hold among them. */
export interface World {
  readonly parties: readonly Party[];
  /** Seats of each item that exist before the first step; 0 for those that a firm in the world may grant. */
  readonly granted: ReadonlyMap<string, number>;
  /**
   * `kept`: nobody's memory is set back or copied, so no seat may be lost or doubled, nobody may accuse anybody, and
   * everything in transit can be brought to an end. `anchored`: some memory is, and its anchor is not: no seat may be
   * doubled. `copied`: without an anchor, and where seats are wrong, fresh files must prove it.
   */
  readonly memory: 'kept' | 'anchored' | 'copied';
  /** Whom honest parties may come to accuse although no container's memory is set back; nobody, when it is not there. */
  readonly suspects?: ReadonlySet<PublicKey>;
  /**
   * Why what is in transit may stay so within the wishes of this world, such as where a thing may be wanted only once. Then
   * healing alone shows that it comes to an end.
   */
  readonly runsOut?: string;
}

/** A world that can be explored, by name. */
export interface WorldPlan {
  readonly name: string;
  /** What is in it and what bounds it. */
  readonly about: string;
  /** `quick` ones are part of the test suite, `usual` ones of `npm run prove`, `long` ones only of `npm run prove -- --long`. */
  readonly size: 'quick' | 'usual' | 'long';
  /** States after which the exploration stops although something is left; without it the world is explored to its end. */
  readonly most?: number;
  build(answers: Answers): World;
}
