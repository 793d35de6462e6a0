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
import { fromText, type History } from './steps.ts';

export const CRYPTOS = ['toy', 'real'] as const;

export const OPTIONS = {
  ...COMMON_OPTIONS,
  crypto: { type: 'string', multiple: true },
  seed: { type: 'string' },
  replay: { type: 'string' },
} as const;

/** What is asked of this layer. @throws Mistake */
export function readSeededWorlds(args: readonly string[]) {
  const values = readOptions(OPTIONS, args);
  if (values.seed !== undefined && values.replay !== undefined)
    throw new Mistake('--seed makes a history and --replay is one: give one of them');
  checkRecord(values.record);
  const crypto = someOf('crypto', values.crypto, CRYPTOS);
  return {
    size: oneOf('size', values.size, SIZES),
    crypto: crypto === undefined ? CRYPTOS : CRYPTOS.filter((one) => crypto.includes(one)),
    seed: wholeNumber('seed', values.seed),
    replay: values.replay === undefined ? undefined : history(values.replay),
    endsAt: endAfter(values.minutes, Date.now()),
    record: values.record,
    defect: values.defect,
    command: commandFor('seeded-worlds', values['put-in']),
  };
}

function history(text: string): History {
  try {
    return fromText(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Mistake(`--replay takes a history as a finding prints it: ${error.message}`);
  }
}
