import type { CommandName } from '../../../container/commands/index.ts';
import type { Member, Outcome } from './member.ts';

/** A command that was carried out, the file that it was about, and how it ended. */
export interface ToldCommand {
  readonly member: Member;
  readonly name: CommandName;
  readonly bytes: Uint8Array | undefined;
  readonly code: Outcome<CommandName>['code'];
}
