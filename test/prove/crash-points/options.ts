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
import type { Only } from './proof.ts';

export const OPTIONS = {
  ...COMMON_OPTIONS,
  seed: { type: 'string', default: '1' },
  scenario: { type: 'string', multiple: true },
  step: { type: 'string' },
  cut: { type: 'string' },
} as const;

/** What is asked of this layer. @param names of the scenarios that there are @throws Mistake */
export function readCrashPoints(args: readonly string[], names: readonly string[]) {
  const values = readOptions(OPTIONS, args);
  const [step, cut] = [wholeNumber('step', values.step), wholeNumber('cut', values.cut)];
  if (cut !== undefined && step === undefined) throw new Mistake('--cut belongs to a --step');
  if (step !== undefined && values.scenario?.length !== 1) throw new Mistake('--step belongs to one --scenario');
  const only: Only | undefined = step === undefined ? undefined : { step, cut };
  checkRecord(values.record);
  return {
    size: oneOf('size', values.size, SIZES),
    seed: wholeNumber('seed', values.seed),
    scenario: someOf('scenario', values.scenario, names),
    only,
    endsAt: endAfter(values.minutes, Date.now()),
    record: values.record,
    defect: values.defect,
    command: commandFor('crash-points', values['put-in']),
  };
}
