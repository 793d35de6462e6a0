import { chance, type Draw, weighted } from './chance.ts';
import { DISHONEST, FAULTS, type Fault, POSSIBLE, TRANSITIONS, type Transition } from './pairs.ts';

/** One step of a world: what is done, what goes wrong with it, and the number from which all its choices follow. */
export interface Step {
  readonly transition: Transition;
  readonly fault: Fault;
  readonly choice: number;
}

/** A world and what happens in it, whole: the same history for ever. */
export interface History {
  readonly crypto: 'toy' | 'real';
  readonly seed: number;
  readonly steps: readonly Step[];
}

/** How often each transition is drawn; 4 unless said otherwise. Conversations of many commands take the place of others. */
const OFTEN: Partial<Record<Transition, number>> = {
  'make context': 10,
  issue: 26,
  'issue by order': 6,
  apply: 36,
  settle: 26,
  'write again': 10,
  cancel: 8,
  'firm writes': 14,
  'firm takes': 14,
  grant: 6,
  move: 2,
  'set PIN': 2,
  'show PIN': 2,
  return: 1,
  resume: 1,
  import: 1,
  'certify time': 1,
  're-anchor': 1,
  'begin epoch': 1,
  // A volume takes as long as a hundred other steps: it has its turns alone.
  mail: 0,
};

const WEIGHTS = TRANSITIONS.map((transition) => [transition, OFTEN[transition] ?? 4] as const);

/** Two of three seeds are honest: no memory is ever set back or copied there, and everything has to be right at every step. */
export function isHonest(seed: number): boolean {
  return seed % 3 !== 0;
}

/** Each time that all pairs have had their turn, one of so many pairs of mail has. */
const MAILED = 5;

/** Every so many steps the next pair of transition and fault has its turn, seed after seed. */
const TURN = 8;

/**
 * The history of a seed. Most steps are drawn, and go well; the others go through all pairs of transition and fault.
 *
 * @param sought the one pair that they are instead
 */
export function historyOf(
  crypto: History['crypto'],
  seed: number,
  length: number,
  sought?: (typeof POSSIBLE)[number],
): History {
  const draw = chance(seed, 1);
  const isAllowed = (fault: Fault): boolean => !isHonest(seed) || !DISHONEST.has(fault);
  const turns = seed * Math.floor(length / TURN);
  const steps = Array.from({ length }, (_, at): Step => {
    const choice = draw(2 ** 32);
    const turn = at % TURN === 0 ? (sought ?? inTurn(turns + at / TURN)) : undefined;
    const [transition, fault] = turn ?? drawn(draw, isAllowed);
    return { transition, fault: isAllowed(fault) ? fault : 'none', choice };
  });
  return { crypto, seed, steps };
}

function inTurn(turn: number): (typeof POSSIBLE)[number] | undefined {
  const [round, at] = [Math.floor(turn / POSSIBLE.length), turn % POSSIBLE.length];
  const pair = POSSIBLE[at];
  return pair?.[0] === 'mail' && at % MAILED !== round % MAILED ? undefined : pair;
}

function drawn(draw: Draw, isAllowed: (fault: Fault) => boolean): readonly [Transition, Fault] {
  const transition = weighted(draw, WEIGHTS);
  if (draw(3) > 0) return [transition, 'none'];
  const faults = POSSIBLE.filter(([of, fault]) => of === transition && isAllowed(fault));
  return faults[draw(faults.length)] ?? [transition, 'none'];
}

/** A history as one word, for a command line. */
export function toText({ crypto, seed, steps }: History): string {
  const words = steps.map(({ transition, fault, choice }) => {
    const pair = TRANSITIONS.indexOf(transition) * FAULTS.length + FAULTS.indexOf(fault);
    return `${pair.toString(36)}.${choice.toString(36)}`;
  });
  return [crypto, seed, ...words].join(':');
}

/** @throws RangeError when it is no history */
export function fromText(text: string): History {
  const [crypto, seed, ...words] = text.split(':');
  if ((crypto !== 'toy' && crypto !== 'real') || !/^\d+$/.test(seed ?? '')) throw new RangeError('this is no history');
  const steps = words.map((word): Step => {
    const [pair = Number.NaN, choice = Number.NaN] = word.split('.').map((digits) => Number.parseInt(digits, 36));
    const transition = TRANSITIONS[Math.floor(pair / FAULTS.length)];
    const fault = FAULTS[pair % FAULTS.length];
    if (transition === undefined || fault === undefined || !Number.isSafeInteger(choice))
      throw new RangeError(`${word} is no step`);
    return { transition, fault, choice };
  });
  return { crypto, seed: Number(seed), steps };
}
