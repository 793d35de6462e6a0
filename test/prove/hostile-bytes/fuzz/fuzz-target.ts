import type { Random } from './random.ts';

/** What a decoder did with an input. */
export type Verdict = 'accepted' | 'refused';

/** A rule about decoders that was broken. */
export class Broken extends Error {}

/** A decoder, and where its inputs come from. */
export interface FuzzTarget {
  readonly name: string;
  /** Inputs of the usual size, in thousands. */
  readonly thousands: number;
  /** Milliseconds of processor time that one input may take; 50 unless it says more. */
  readonly patience?: number;
  readonly make: (random: Random) => Uint8Array;
  /**
   * Gives the decoder an input. What it accepts has one form only: written again it gives the same bytes.
   *
   * @param packet is told of each packet, by those that take an input for many
   * @throws Broken when that does not hold; whatever else is thrown is a crash
   */
  readonly give: (input: Uint8Array, packet: () => void) => Verdict | Promise<Verdict>;
}
