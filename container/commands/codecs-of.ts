import type { Codec } from '../files/codec.ts';
import type { RequestOf, ResponseOf } from './command.ts';
import { COMMANDS, type CommandName } from './index.ts';

export type RequestTo<N extends CommandName> = RequestOf<(typeof COMMANDS)[N]>;
export type ResponseTo<N extends CommandName> = ResponseOf<(typeof COMMANDS)[N]>;

/** The codecs of a command whose name is known only when the program runs. */
export function codecsOf<N extends CommandName>(
  name: N,
): {
  readonly code: number;
  readonly once?: true;
  readonly request: Codec<RequestTo<N>>;
  readonly response: Codec<ResponseTo<N>>;
} {
  const command: unknown = COMMANDS[name];
  return command as ReturnType<typeof codecsOf<N>>;
}
