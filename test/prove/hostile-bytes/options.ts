import {
  COMMON_OPTIONS,
  checkRecord,
  commandFor,
  endAfter,
  Mistake,
  oneOf,
  readOptions,
  SIZES,
  someOf,
  wholeNumber,
} from '../program-options.ts';

export const OPTIONS = {
  ...COMMON_OPTIONS,
  seed: { type: 'string', default: '1' },
  start: { type: 'string', default: '0' },
  target: { type: 'string', multiple: true },
  input: { type: 'string' },
} as const;

/** What can be aimed at. */
export interface TargetNames {
  /** Groups of attack files, which take no other input. */
  readonly attacks: readonly string[];
  readonly others: readonly string[];
}

/** What is asked of this layer, of these targets; of any when they are not known. @throws Mistake */
export function readHostileBytes(args: readonly string[], targets: TargetNames | null) {
  const values = readOptions(OPTIONS, args);
  const { input } = values;
  if (input !== undefined && values.target === undefined) throw new Mistake('--input belongs to a --target');
  if (input !== undefined && !/^([0-9a-f]{2})*$/.test(input))
    throw new Mistake('--input takes bytes in hexadecimal, with small letters');
  checkRecord(values.record);
  return {
    size: oneOf('size', values.size, SIZES),
    seed: wholeNumber('seed', values.seed),
    start: wholeNumber('start', values.start),
    target: targets === null ? values.target : someOf('target', values.target, namesFor(targets, input)),
    input,
    endsAt: endAfter(values.minutes, Date.now()),
    record: values.record,
    defect: values.defect,
    command: commandFor('hostile-bytes', values['put-in']),
  };
}

function namesFor({ attacks, others }: TargetNames, input: string | undefined): readonly string[] {
  return input === undefined ? [...new Set([...attacks, ...others])] : others;
}
