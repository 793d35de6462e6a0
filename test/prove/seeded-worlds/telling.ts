import type { CommandName } from '../../../container/commands/index.ts';
import type { Healing } from './healing.ts';
import type { Member } from './member.ts';
import type { Step } from './steps.ts';
import type { ToldCommand } from './told-command.ts';
import type { World } from './world.ts';

/** Tells what happens in a world, line by line, as people read it. */
export class Telling {
  readonly lines: string[] = [];
  #step = 0;
  #did: string[] = [];

  /** Who is in a world, and what happens in it from now on. */
  begin(world: World): void {
    const { members, vendors } = world;
    this.lines.push('Parties:');
    for (const member of members) this.lines.push(`  ${partyLine(member)}`);
    for (const { firmCode } of vendors) this.lines.push(`  firm ${firmCode}, with a server`);
    this.lines.push('', 'Steps:');
    world.onOutcome = (told) => this.#did.push(lineOf(world, told));
  }

  /** The step that was just done, or at which it ended. */
  step({ transition, fault }: Step, struck: boolean): void {
    this.#step += 1;
    const wrong = fault === 'none' ? '' : ` (${fault}${struck ? '' : ', in vain'})`;
    this.lines.push(`  ${this.#step}. ${transition}${wrong}${this.#taken()}`);
  }

  healed({ rounds, after }: Healing): void {
    const first = after === 'nothing' ? '' : `, after ${after}`;
    const carried = rounds === 1 ? 'once' : `${rounds} times`;
    this.lines.push(`Then fresh files were carried to everybody, ${carried}${first}: nothing is in transit.`);
    this.#did = [];
  }

  /** What commands were given meanwhile. */
  #taken(): string {
    const did = this.#did;
    this.#did = [];
    if (did.length === 0) return '';
    const shown = did.slice(0, SHOWN).join('; ');
    return `: ${shown}${did.length > SHOWN ? `; and ${did.length - SHOWN} commands more` : ''}`;
  }
}

/** Commands that a line shows: mail and moves have many. */
const SHOWN = 6;

function partyLine(member: Member): string {
  const traits = [
    ...(member.anchored ? ['with an anchor'] : []),
    ...(member.isNarrow ? ['with little room'] : []),
    ...(member.issues === 'move' ? [] : ['gives back only']),
  ];
  return [`${member.name}, serial ${member.serial}`, ...traits].join(', ');
}

/** How each command names the party on whose file it works. */
const PARTNER: Partial<Record<CommandName, string>> = {
  issue: ' to',
  apply: ', made by',
  refuse: ', made by',
  settle: ', told by',
};

function lineOf(world: World, { member, name, bytes, code }: ToldCommand): string {
  const from = bytes === undefined ? undefined : world.folder.made(bytes)?.from;
  const firm = from === undefined ? undefined : world.vendor(from);
  const partner = firm === undefined ? from && world.member(from)?.name : `firm ${firm.firmCode}`;
  const about = partner === undefined ? '' : `${PARTNER[name] ?? ', about'} ${partner}`;
  return `${member.name} ${name}${about}${endOf(code)}`;
}

function endOf(code: ToldCommand['code']): string {
  if (code === null) return '';
  return code === 'POWER_LOST' ? ' (its power went)' : ` (${code})`;
}
