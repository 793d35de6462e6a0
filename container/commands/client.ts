import type { RequestTo, ResponseTo } from './codecs-of.ts';
import type { CommandName } from './index.ts';

/** A container that can be asked, wherever it is and whatever carries the bytes. */
export interface ContainerClient {
  /** Sends one command. Rejects with a `FerryError` of a code that the command declares, or of the carrier. */
  call<N extends CommandName>(name: N, request: RequestTo<N>): Promise<ResponseTo<N>>;
  /** Releases whatever was opened to reach it. */
  close(): Promise<void>;
}
