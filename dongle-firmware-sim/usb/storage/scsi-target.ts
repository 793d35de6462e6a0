/** How a command ended. @see SAM-5, 5.3.1 */
export type ScsiStatus = 'good' | 'check condition';

/**
 * A command that a target has begun: it is done, or it wants a data phase. Until its bytes are asked for or given to it, a
 * command with a data phase has changed nothing, so that it can be dropped.
 */
export type ScsiCommand =
  | { readonly direction: 'none'; readonly status: ScsiStatus }
  | {
      readonly direction: 'in';
      /** Bytes that it has for the host; at least 1. */
      readonly length: number;
      /** The next bytes, exactly as many; all of them together at most `length`. */
      read(length: number): Uint8Array | 'check condition';
    }
  | {
      readonly direction: 'out';
      /** Bytes that it wants of the host; at least 1. */
      readonly length: number;
      /** Takes the next bytes, in pieces of any size; all of them together at most `length`. */
      take(bytes: Uint8Array): void;
      /** Ends the command, once all of its bytes were taken. `processed` says how many of them had their effect. */
      finish(): { readonly status: ScsiStatus; readonly processed: number };
    };

/** Logical units that answer to commands, one command at a time. @see SAM-5 */
export interface ScsiTarget {
  /** The highest number of a logical unit; they count from 0. */
  readonly lastLun: number;
  /** @param cdb command descriptor block, from 1 to 16 bytes; whatever they are, nothing is thrown for them */
  begin(lun: number, cdb: Uint8Array): ScsiCommand;
  /** The power-on state, as far as a host can tell: the next command finds out. */
  reset(): void;
}
