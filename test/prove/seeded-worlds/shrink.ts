import type { History, Step } from './steps.ts';

/** Whether a history still leads to what the first one led to. */
export type StillFails = (history: History) => Promise<boolean>;

/**
 * The shortest history that was found to lead to the same: steps are left out, many at a time and then one by one, and what
 * goes wrong with the others, as long as that changes nothing.
 *
 * @param most how many histories are tried
 */
export async function shrunk(history: History, stillFails: StillFails, most: number): Promise<History> {
  let tries = 0;
  const fails = async (steps: readonly Step[]): Promise<boolean> => {
    tries += 1;
    return tries <= most && stillFails({ ...history, steps });
  };
  let steps = history.steps;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    let changed = true;
    while (changed) {
      changed = false;
      for (let from = steps.length - size; from > -size; from -= size) {
        const shorter = [...steps.slice(0, Math.max(0, from)), ...steps.slice(Math.max(0, from + size))];
        if (shorter.length === steps.length || !(await fails(shorter))) continue;
        steps = shorter;
        changed = size === 1;
      }
    }
  }
  for (const [at, step] of steps.entries()) {
    const calmer = steps.map((other, index) => (index === at ? { ...other, fault: 'none' as const } : other));
    if (step.fault !== 'none' && (await fails(calmer))) steps = calmer;
  }
  return { ...history, steps };
}
