import type { Command } from 'commander';
import { CONTAINER_KINDS } from '../../container/files/certificate.ts';
import { TRANSFER_TYPES } from '../../container/files/grant.ts';
import { isoDate } from '../../container/model/time.ts';
import type { GrantSpec } from '../license-central/index.ts';
import { collect, type ItemArgument, parseDay, parseNumber, usage } from './parse-arguments.ts';

/** The Product Item Options of a license, as they are written on the command line. */
export interface LicenseOptions {
  readonly text?: string;
  readonly units?: string;
  readonly featureMap?: string;
  readonly activation?: string;
  readonly expiration?: string;
  readonly usageDays?: string;
  readonly maintenance?: string;
  readonly linger?: string;
  readonly minimumRuntime?: string;
  readonly transfer?: string;
  readonly depth?: string;
  readonly targetKind?: readonly string[];
  readonly mostPerTarget?: string;
  /** Absent or true unless `--no-return` is given. */
  readonly return?: boolean;
}

const DAY = 86400;
const U16_MAX = 0xffff;

/** Adds the options that `licenseOf` reads. */
export function withLicenseOptions(command: Command): Command {
  return command
    .option('--text <TEXT>', 'Text, at most 256 characters')
    .option('--units <N>', 'Unit Counter')
    .option('--feature-map <N>', 'Feature Map, for example 5 or 0x5')
    .option('--activation <DATE>', 'usable from this day on, YYYY-MM-DD')
    .option('--expiration <DATE>', 'usable until this day begins, YYYY-MM-DD (UTC)')
    .option('--usage-days <N>', 'Usage Period, from the first use on')
    .option('--maintenance <FROM..TO>', 'Maintenance Period, two days')
    .option('--linger <SECONDS>', 'Linger Time')
    .option('--minimum-runtime <N>', 'Minimum Runtime Version')
    .option('--transfer <TYPE>', `may be moved: ${Object.keys(TRANSFER_TYPES).join(', ')}`, 'quantity')
    .option('--depth <N>', 'hops from the first holder that are allowed', '1')
    .option('--target-kind <KIND>', `only to containers of a kind: ${kinds().join(', ')}; may be repeated`, collect)
    .option('--most-per-target <N>', 'seats that one target may hold at most')
    .option('--no-return', 'a target may not give it back');
}

/** What is said of a license that nobody can use any more; of any other, nothing. @param now seconds since 2000-01-01 */
export function expiredLines({ expiration }: LicenseOptions, now: number): readonly string[] {
  const end = given(expiration, parseDay);
  if (end === null || end > now) return [];
  return [
    `It has expired already: --expiration is ${isoDate(end)}, and by the clock here it is ${isoDate(now)}. No device will use it.`,
    'If another day was meant: ferry central replace DIR ITEM, once it is known where the license is. If the clock is wrong, correct it first.',
  ];
}

/** The license that an item and its options stand for. @throws USAGE_WRONG */
export function licenseOf({ productCode, quantity }: ItemArgument, options: LicenseOptions): GrantSpec {
  const { usageDays, maintenance } = options;
  const days = given(usageDays, (text) => parseNumber(text, 'number of days', 1, 49710));
  return {
    productCode,
    quantity,
    text: options.text ?? '',
    unitCounter: given(options.units, (text) => parseNumber(text, 'number of units')),
    featureMap: given(options.featureMap, featureMapOf),
    activationTime: given(options.activation, parseDay),
    expirationTime: given(options.expiration, parseDay),
    usagePeriod: days === null ? null : days * DAY,
    maintenance: given(maintenance, periodOf),
    lingerTime: given(options.linger, (text) => parseNumber(text, 'number of seconds')),
    minimumRuntime: given(options.minimumRuntime, (text) => parseNumber(text, 'runtime version')),
    terms: {
      type: oneOf(options.transfer ?? 'quantity', Object.keys(TRANSFER_TYPES) as (keyof typeof TRANSFER_TYPES)[]),
      targetKinds: (options.targetKind ?? []).map((kind) => oneOf(kind, kinds())),
      targetKeys: [],
      mostPerTarget: given(options.mostPerTarget, (text) => parseNumber(text, 'number of seats', 1)),
      returnable: options.return ?? true,
      depth: parseNumber(options.depth ?? '1', 'number of hops', 0, U16_MAX),
    },
  };
}

function kinds(): (keyof typeof CONTAINER_KINDS)[] {
  return Object.keys(CONTAINER_KINDS) as (keyof typeof CONTAINER_KINDS)[];
}

function given<T>(text: string | undefined, parse: (text: string) => T): T | null {
  return text === undefined ? null : parse(text);
}

function oneOf<T extends string>(text: string, known: readonly T[]): T {
  const found = known.find((name) => name === text);
  if (found === undefined) throw usage(`"${text}" is not one of these: ${known.join(', ')}`);
  return found;
}

function featureMapOf(text: string): number {
  const hexadecimal = /^0x[0-9a-f]{1,8}$/i.test(text);
  return hexadecimal ? Number(text) : parseNumber(text, 'Feature Map');
}

function periodOf(text: string): { readonly start: number; readonly end: number } {
  const [from, to, ...more] = text.split('..');
  if (from === undefined || to === undefined || more.length > 0)
    throw usage(`"${text}" is not a period like 2026-01-01..2027-12-31`);
  return { start: parseDay(from), end: parseDay(to) };
}
