import type { BytePipe } from '../../../container/wire/call-over-pipe.ts';

/** How the wire cases reach a served container. */
export interface WireDoor {
  /** Opens one more connection. @throws CARRIER_UNREACHABLE and what the carrier throws */
  open(): Promise<BytePipe>;
  /** Lets the ordinary client's connection go; its next call makes a new one. */
  release(): Promise<void>;
  /**
   * Whether what is reached may be a line without connections, as the standard streams of a program: then it may skip what it
   * cannot read up to the next hello, and may serve one at a time.
   */
  readonly isLine: boolean;
  /** Whether commands for local software are offered there. */
  readonly offersLocal: boolean;
  /** Seconds after which the other side's silence is a failure. */
  readonly patience: number;
}
