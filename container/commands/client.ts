import type { RequestOf, ResponseOf } from './command.ts';
import type { COMMANDS, CommandName } from './index.ts';

/** A container that can be asked, wherever it is and whatever carries the bytes. */
export interface ContainerClient {
  /** Sends one command. Rejects with a `FerryError` of a code that the command declares, or of the carrier. */
  call<N extends CommandName>(
    name: N,
    request: RequestOf<(typeof COMMANDS)[N]>,
  ): Promise<ResponseOf<(typeof COMMANDS)[N]>>;
  /** Releases whatever was opened to reach it. */
  close(): Promise<void>;
}
