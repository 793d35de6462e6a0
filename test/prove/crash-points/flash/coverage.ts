import { COMMANDS, type CommandName } from '../../../../container/commands/index.ts';
import { CHANGES, type ChangeName } from '../../../../container/engine/changes.ts';
import { ENTRY_KINDS, type EntryKind } from '../../../../container/files/entries.ts';
import { SIGNED_KINDS, type SignedKind } from '../../../../container/files/envelope.ts';
import { openNotice } from '../../../../container/files/notices.ts';
import { toyRoot } from '../../exploration/container-states.ts';
import { toyCrypto } from '../../exploration/toy-crypto.ts';

/** What the steps of scenarios were made of. */
export class Coverage {
  readonly #seen = new Set<string>();

  command(name: CommandName): void {
    this.#seen.add(`command ${name}`);
  }

  entry(kind: EntryKind): void {
    this.#seen.add(`entry ${kind}`);
  }

  notice(number: number): void {
    const kind = KINDS.find((name) => SIGNED_KINDS[name] === number);
    if (kind !== undefined) this.#seen.add(`notice ${kind}`);
  }

  change(name: ChangeName): void {
    this.#seen.add(`change ${name}`);
  }

  /** What no scenario has: taken from the definitions, so that whatever is new there is missing here until it has one. */
  missing(): readonly string[] {
    return EVERYTHING.filter((one) => !this.#seen.has(one));
  }
}

const KINDS = Object.keys(SIGNED_KINDS) as SignedKind[];

/** Whether a container takes that kind as a notice: any other is answered as unknown, whatever is in it. */
function isNotice(kind: SignedKind): boolean {
  const signers = { root: toyRoot.key, firm: () => [] };
  const opened = openNotice(toyCrypto, signers, { kind, version: 1, parts: [], signature: new Uint8Array(64) });
  return opened.ok || opened.code !== 'NOTICE_UNKNOWN';
}

const EVERYTHING: readonly string[] = [
  ...Object.keys(COMMANDS).map((name) => `command ${name}`),
  ...Object.keys(ENTRY_KINDS).map((kind) => `entry ${kind}`),
  ...KINDS.filter(isNotice).map((kind) => `notice ${kind}`),
  ...Object.keys(CHANGES).map((name) => `change ${name}`),
];
