import * as v from 'valibot';

const whole = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const seconds = v.pipe(v.number(), v.minValue(0.001), v.maxValue(3600));

/** Which of the reports or disk transfers to come a fault strikes. */
const strikeSchema = v.variant('by', [
  v.strictObject({ by: v.literal('count'), count: whole(1, 1_000_000) }),
  v.strictObject({ by: v.literal('chance'), oneIn: whole(1, 1_000_000), seed: whole(0, 0xffffffff) }),
]);
const packetSchema = { of: v.picklist(['reports', 'transfers']), which: strikeSchema };

/** Everything that can be done to a dongle, as data. Seconds may have fractions. */
const faultSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('unplug') }),
  v.strictObject({ kind: v.literal('plug') }),
  v.strictObject({ kind: v.literal('drop'), ...packetSchema }),
  v.strictObject({ kind: v.literal('delay'), ...packetSchema, seconds }),
  v.strictObject({ kind: v.literal('corrupt'), ...packetSchema }),
  v.strictObject({ kind: v.literal('busy'), seconds }),
  v.strictObject({ kind: v.literal('slow flash'), seconds }),
  v.strictObject({ kind: v.literal('cut power') }),
  v.strictObject({ kind: v.literal('full memory') }),
]);

export type Fault = v.InferOutput<typeof faultSchema>;
export type FaultKind = Fault['kind'];
/** What passes between a computer and the dongle: reports of the commands, or transfers of the disk. */
export type PacketKind = v.InferOutput<typeof packetSchema.of>;
export type PacketFault = Extract<Fault, { readonly of: PacketKind }>;

type Groups = Readonly<Record<string, string | undefined>>;

interface FaultDefinition<K extends FaultKind> {
  /** How it is written. */
  readonly form: string;
  readonly example: string;
  /** What it does, in one sentence. */
  readonly about: string;
  readonly pattern: RegExp;
  /** Its parameters, from what the pattern found. */
  readonly read: (groups: Groups) => object;
  /** As it is written. */
  readonly say: (fault: Extract<Fault, { readonly kind: K }>) => string;
}

const COUNT = '(?<count>\\d+) (?<counted>report|transfer)s?';
const CHANCE = '1 in (?<oneIn>\\d+) (?<drawn>report|transfer)s?';
const SEED = '(?: seed (?<seed>\\d+))?';
const TIME = '(?<time>\\d+(?:\\.\\d+)?)(?<unit>ms|s)';
/** Of a fault that names none. */
const DEFAULT_SEED = 1;

/** Every fault, defined once: the command line, scripts, the panel and the documentation take theirs from here. */
export const FAULTS: { readonly [K in FaultKind]: FaultDefinition<K> } = {
  unplug: {
    form: 'unplug',
    example: 'unplug',
    about: 'Pulls the dongle out of its computer, in the middle of whatever it does.',
    pattern: /^unplug$/,
    read: () => ({}),
    say: () => 'unplug',
  },
  plug: {
    form: 'plug',
    example: 'plug',
    about: 'Plugs it in again, and gives it power where that was cut. Computers find it at the same place.',
    pattern: /^plug$/,
    read: () => ({}),
    say: () => 'plug',
  },
  drop: {
    form: 'drop N reports|transfers, or drop 1 in N reports|transfers [seed N]',
    example: 'drop 1 report',
    about:
      'Loses reports, or transfers of the disk: the next so many, or one in so many, drawn under the seed. A lost transfer is never answered; the computer has to begin anew.',
    pattern: new RegExp(`^drop (?:${COUNT}|${CHANCE}${SEED})$`),
    read: packetsIn,
    say: (fault) => `drop ${sayPackets(fault)}${saySeed(fault)}`,
  },
  delay: {
    form: 'delay N reports|transfers by TIME, or delay 1 in N reports|transfers [seed N] by TIME',
    example: 'delay 20 reports by 50ms',
    about: 'Holds reports or transfers back for that time, and all behind them in the same direction.',
    pattern: new RegExp(`^delay (?:${COUNT}|${CHANCE}${SEED}) by ${TIME}$`),
    read: (groups) => ({ ...packetsIn(groups), seconds: secondsIn(groups) }),
    say: (fault) => `delay ${sayPackets(fault)}${saySeed(fault)} by ${saySeconds(fault.seconds)}`,
  },
  corrupt: {
    form: 'corrupt N reports|transfers, or corrupt 1 in N reports|transfers [seed N]',
    example: 'corrupt 1 in 100 reports',
    about: 'Turns one bit over in reports or transfers; which one is drawn under the seed.',
    pattern: new RegExp(`^corrupt (?:${COUNT}|${CHANCE}${SEED})$`),
    read: packetsIn,
    say: (fault) => `corrupt ${sayPackets(fault)}${saySeed(fault)}`,
  },
  busy: {
    form: 'busy TIME',
    example: 'busy 5s',
    about: 'Answers every command with "busy" for that time, as if somebody else were served.',
    pattern: new RegExp(`^busy ${TIME}$`),
    read: (groups) => ({ seconds: secondsIn(groups) }),
    say: (fault) => `busy ${saySeconds(fault.seconds)}`,
  },
  'slow flash': {
    form: 'slow flash TIME',
    example: 'slow flash 2ms',
    about: 'Takes that time for every page that is programmed, and sixteen times as long for a sector that is erased.',
    pattern: new RegExp(`^slow flash ${TIME}$`),
    read: (groups) => ({ seconds: secondsIn(groups) }),
    say: (fault) => `slow flash ${saySeconds(fault.seconds)}`,
  },
  'cut power': {
    form: 'cut power',
    example: 'cut power at flash 3',
    about:
      'Takes its power away; at a flash operation, in the middle of that one. It is gone from its computer until `plug`, and starts then with what the flash had.',
    pattern: /^cut power$/,
    read: () => ({}),
    say: () => 'cut power',
  },
  'full memory': {
    form: 'full memory',
    example: 'full memory',
    about: 'Leaves no room for anything new. What the rules keep room for, such as receipts, still goes in.',
    pattern: /^full memory$/,
    read: () => ({}),
    say: () => 'full memory',
  },
};

/** Reads a fault as it is written; undefined where there is no such fault, or a number of it is out of bounds. */
export function parseFault(text: string): Fault | undefined {
  for (const [kind, { pattern, read }] of Object.entries(FAULTS)) {
    const groups = pattern.exec(text)?.groups ?? (pattern.test(text) ? {} : undefined);
    if (groups === undefined) continue;
    const parsed = v.safeParse(faultSchema, { kind, ...read(groups) });
    return parsed.success ? parsed.output : undefined;
  }
  return undefined;
}

/** A fault as it is written: what `parseFault` reads as the same one. */
export function sayFault<K extends FaultKind>(fault: Extract<Fault, { readonly kind: K }>): string {
  const definition: FaultDefinition<K> = FAULTS[fault.kind as K];
  return definition.say(fault);
}

/** How many seconds `50ms` or `2.5s` are. */
export function secondsIn({ time, unit }: Groups): number {
  return unit === 'ms' ? Number(time) / 1000 : Number(time);
}

/** Seconds as they are written. */
export function saySeconds(seconds: number): string {
  return seconds < 1 ? `${Number((seconds * 1000).toFixed(6))}ms` : `${seconds}s`;
}

/** How times are written, as a part of a regular expression with the groups `time` and `unit`. */
export const TIME_PATTERN = TIME;

function packetsIn({ count, counted, oneIn, drawn, seed }: Groups): Pick<PacketFault, 'of' | 'which'> {
  const of = (counted ?? drawn) === 'report' ? 'reports' : 'transfers';
  if (count !== undefined) return { of, which: { by: 'count', count: Number(count) } };
  return { of, which: { by: 'chance', oneIn: Number(oneIn), seed: Number(seed ?? DEFAULT_SEED) } };
}

function sayPackets({ of, which }: Pick<PacketFault, 'of' | 'which'>): string {
  if (which.by === 'chance') return `1 in ${which.oneIn} ${of}`;
  return which.count === 1 ? `1 ${of.slice(0, -1)}` : `${which.count} ${of}`;
}

function saySeed({ which }: Pick<PacketFault, 'which'>): string {
  return which.by === 'chance' && which.seed !== DEFAULT_SEED ? ` seed ${which.seed}` : '';
}
