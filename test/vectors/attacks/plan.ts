import type { ErrorCode } from '../../../container/errors.ts';
import type { Attack, Ending, Expectation } from './attack.ts';
import type { AttackScene } from './attack-scene.ts';

type Made = Attack['attack'];

/** An attack before its bytes are made: by hand is written what has to come of it. */
export interface AttackPlan {
  readonly name: string;
  readonly rules: readonly string[];
  readonly expect: Omit<Expectation, 'seats'>;
  readonly make: (scene: AttackScene) => Made | Promise<Made>;
}

export interface GroupPlan {
  readonly name: string;
  readonly about: string;
  readonly kind: 'dongle' | 'soft';
  readonly attacks: readonly AttackPlan[];
}

/** A command that is refused and changes nothing; `evidence`: signed proof that is kept all the same. */
export function refused(
  name: string,
  rules: readonly string[],
  error: ErrorCode,
  make: AttackPlan['make'],
  evidence = 0,
): AttackPlan {
  return { name, rules, expect: { error, state: 'unchanged', evidence }, make };
}

/** A file that is taken, whose entries end so. */
export function ends(
  name: string,
  rules: readonly string[],
  entries: readonly Ending[],
  make: AttackPlan['make'],
  more: Partial<Expectation> = {},
): AttackPlan {
  return { name, rules, expect: { entries, state: 'advanced', evidence: 0, ...more }, make };
}

/** A file that is taken and changes nothing. */
export function idle(
  name: string,
  rules: readonly string[],
  make: AttackPlan['make'],
  more: Partial<Expectation> = {},
): AttackPlan {
  return { name, rules, expect: { state: 'unchanged', evidence: 0, ...more }, make };
}
