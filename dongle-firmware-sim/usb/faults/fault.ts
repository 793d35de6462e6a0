import { saySeconds } from './fault-time.ts';
import type { TimeBounds, Words } from './fault-words.ts';

/** What passes between a computer and the dongle: reports of the commands, or transfers of the disk. */
export type PacketKind = 'reports' | 'transfers';

/** Which of those to come a fault strikes: the next so many, or one in so many, drawn under a seed. */
type Strike =
  | { readonly by: 'count'; readonly count: number }
  | { readonly by: 'chance'; readonly oneIn: number; readonly seed: number };

interface Packets {
  readonly of: PacketKind;
  readonly which: Strike;
}

interface Lasting {
  readonly seconds: number;
}

interface Parameters {
  readonly unplug: object;
  readonly plug: object;
  readonly drop: Packets;
  readonly delay: Packets & Lasting;
  readonly corrupt: Packets;
  readonly busy: Lasting;
  readonly 'slow flash': Lasting;
  readonly 'cut power': object;
  readonly 'full memory': object;
}

export type FaultKind = keyof Parameters;
type FaultOf<K extends FaultKind> = { readonly kind: K } & Parameters[K];
/** Everything that can be done to a dongle, as data. Seconds may have fractions. */
export type Fault = { readonly [K in FaultKind]: FaultOf<K> }[FaultKind];
export type PacketFault = Extract<Fault, Packets>;

interface FaultDefinition<K extends FaultKind> {
  /** How it is written. */
  readonly form: string;
  readonly example: string;
  /** What it does, in one sentence. */
  readonly about: string;
  /** Its parameters, from the words behind its name. */
  readonly read: (words: Words) => Parameters[K];
  /** As it is written. */
  readonly say: (fault: FaultOf<K>) => string;
}

const MOST_PACKETS = 1_000_000;
const MOST_SEED = 0xffffffff;
/** Of a fault that names none. */
const DEFAULT_SEED = 1;
const LASTS: TimeBounds = { least: 0.001, most: 3600, mostCalled: 'an hour' };

/** Every fault, defined once: the command line, scripts, the panel and the documentation take theirs from here. */
export const FAULTS: { readonly [K in FaultKind]: FaultDefinition<K> } = {
  unplug: {
    form: 'unplug',
    example: 'unplug',
    about: 'Pulls the dongle out of its computer, in the middle of whatever it does.',
    read: () => ({}),
    say: () => 'unplug',
  },
  plug: {
    form: 'plug',
    example: 'plug',
    about: 'Plugs it in again, and gives it power where that was cut. Computers find it at the same place.',
    read: () => ({}),
    say: () => 'plug',
  },
  drop: {
    form: 'drop N reports|transfers, or drop 1 in N reports|transfers [seed N]',
    example: 'drop 1 report',
    about:
      'Loses reports, or transfers of the disk: the next so many, or one in so many, drawn under the seed. A lost transfer is never answered; the computer has to begin anew.',
    read: readPackets,
    say: (fault) => `drop ${sayPackets(fault)}${saySeed(fault)}`,
  },
  delay: {
    form: 'delay N reports|transfers by TIME, or delay 1 in N reports|transfers [seed N] by TIME',
    example: 'delay 20 reports by 50ms',
    about: 'Holds reports or transfers back for that time, and all behind them in the same direction.',
    read: readDelay,
    say: (fault) => `delay ${sayPackets(fault)}${saySeed(fault)} by ${saySeconds(fault.seconds)}`,
  },
  corrupt: {
    form: 'corrupt N reports|transfers, or corrupt 1 in N reports|transfers [seed N]',
    example: 'corrupt 1 in 100 reports',
    about: 'Turns one bit over in reports or transfers; which one is drawn under the seed.',
    read: readPackets,
    say: (fault) => `corrupt ${sayPackets(fault)}${saySeed(fault)}`,
  },
  busy: {
    form: 'busy TIME',
    example: 'busy 5s',
    about: 'Answers every command with "busy" for that time, as if somebody else were served.',
    read: readLasting,
    say: (fault) => `busy ${saySeconds(fault.seconds)}`,
  },
  'slow flash': {
    form: 'slow flash TIME',
    example: 'slow flash 2ms',
    about: 'Takes that time for every page that is programmed, and sixteen times as long for a sector that is erased.',
    read: readLasting,
    say: (fault) => `slow flash ${saySeconds(fault.seconds)}`,
  },
  'cut power': {
    form: 'cut power',
    example: 'cut power at flash 3',
    about:
      'Takes its power away; at a flash operation, in the middle of that one. It is gone from its computer until `plug`, and starts then with what the flash had.',
    read: () => ({}),
    say: () => 'cut power',
  },
  'full memory': {
    form: 'full memory',
    example: 'full memory',
    about: 'Leaves no room for anything new. What the rules keep room for, such as receipts, still goes in.',
    read: () => ({}),
    say: () => 'full memory',
  },
};

const KINDS = Object.keys(FAULTS) as readonly FaultKind[];
const FIRST_WORDS = KINDS.map((kind) => kind.split(' ')[0] ?? kind);

/** Reads a fault as it is written; what is wrong, its words tell. */
export function readFault(words: Words): Fault {
  const first = words.oneOf(FIRST_WORDS, KINDS.join(', '));
  const kind = KINDS[FIRST_WORDS.indexOf(first)] ?? 'unplug';
  const [, second] = kind.split(' ');
  if (second !== undefined) words.oneOf([second], second);
  return { kind, ...FAULTS[kind].read(words) } as Fault;
}

/** A fault as it is written: what `readFault` reads as the same one. */
export function sayFault<K extends FaultKind>(fault: FaultOf<K>): string {
  const definition: FaultDefinition<K> = FAULTS[fault.kind];
  return definition.say(fault);
}

function readLasting(words: Words): Lasting {
  return { seconds: words.time(LASTS) };
}

function readDelay(words: Words): Packets & Lasting {
  const packets = readPackets(words);
  words.oneOf(['by'], 'by TIME');
  return { ...packets, ...readLasting(words) };
}

function readPackets(words: Words): Packets {
  const count = words.number(1, MOST_PACKETS);
  if (count !== 1 || words.takes('in') === undefined)
    return { of: readKind(words, count === 1 ? ', or in N' : ''), which: { by: 'count', count } };
  const oneIn = words.number(1, MOST_PACKETS);
  const of = readKind(words, '');
  const seed = words.takes('seed') === undefined ? DEFAULT_SEED : words.number(0, MOST_SEED);
  return { of, which: { by: 'chance', oneIn, seed } };
}

function readKind(words: Words, more: string): PacketKind {
  const kind = words.oneOf(['report', 'reports', 'transfer', 'transfers'], `reports or transfers${more}`);
  return kind.startsWith('report') ? 'reports' : 'transfers';
}

function sayPackets({ of, which }: Pick<PacketFault, 'of' | 'which'>): string {
  if (which.by === 'chance') return `1 in ${which.oneIn} ${of}`;
  return which.count === 1 ? `1 ${of.slice(0, -1)}` : `${which.count} ${of}`;
}

function saySeed({ which }: Pick<PacketFault, 'which'>): string {
  return which.by === 'chance' ? ` seed ${which.seed}` : '';
}
