import {
  COMMON_OPTIONS,
  checkRecord,
  endAfter,
  oneOf,
  positiveNumber,
  readOptions,
  SIZES,
  someOf,
} from '../program-options.ts';

export const OPTIONS = {
  ...COMMON_OPTIONS,
  world: { type: 'string', multiple: true },
  state: { type: 'string' },
  checkpoint: { type: 'string', default: '60' },
} as const;

/** What is asked of this layer. @param names of the worlds that there are @throws Mistake */
export function readExploration(args: readonly string[], names: readonly string[]) {
  const values = readOptions(OPTIONS, args);
  checkRecord(values.record);
  return {
    size: oneOf('size', values.size, SIZES),
    world: someOf('world', values.world, names),
    endsAt: endAfter(values.minutes, Date.now()),
    checkpoint: positiveNumber('checkpoint', values.checkpoint),
    state: values.state,
    record: values.record,
    defect: values.defect,
  };
}
