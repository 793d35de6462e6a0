import type { RequestTo, ResponseTo } from '../commands/codecs-of.ts';
import type { FailureOf } from '../commands/command.ts';
import type { COMMANDS, CommandName } from '../commands/index.ts';
import { type ErrorCode, FerryError, type Refusal } from '../errors.ts';
import type { Change } from './changes.ts';
import type { Decided, Rulebook } from './draft.ts';
import type { Emitter } from './emit.ts';
import type { Authority, Session } from './session.ts';
import type { ContainerState } from './state.ts';

/** What the commands need of their container. */
export interface CommandHost {
  readonly state: ContainerState;
  readonly book: Rulebook;
  readonly emitter: Emitter;
  readonly now: () => number;
  /** Makes changes durable and carries them out; nothing happens for an empty list. */
  readonly commit: (changes: readonly Change[]) => void;
}

/** In which session and by what right a command was given. */
export interface Asked {
  readonly session: Session;
  readonly authority: Authority;
}

export type Handlers = { readonly [N in CommandName]: (request: RequestTo<N>, asked: Asked) => ResponseTo<N> };

/** Commits what was decided and gives the result; a refusal becomes an exception at this edge. */
export function carryOut<R>(host: CommandHost, decision: Decided<R> | Refusal): R {
  if (!decision.ok) throw new FerryError(decision.code, decision.details);
  host.commit(decision.changes);
  return decision.result;
}

/** Fails a command with a code that it declares; any other does not compile. */
export function fail<N extends CommandName>(
  code: FailureOf<(typeof COMMANDS)[N]> & ErrorCode,
  details: Record<string, string | number>,
): never {
  throw new FerryError(code, details);
}
