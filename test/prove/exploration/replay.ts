import { Answers } from './answers.ts';
import { Explorer, type Violation } from './explorer.ts';
import { WORLDS } from './worlds/index.ts';

/**
 * Goes one history of a world again.
 *
 * @returns what is wrong along it; null when nothing is
 * @throws RangeError when there is no such world, or no such step
 */
export function replay(world: string, history: readonly string[]): string | null {
  const plan = WORLDS.find(({ name }) => name === world);
  if (plan === undefined) throw new RangeError(`there is no world: ${world}`);
  return new Explorer(plan.build(new Answers())).replay(history);
}

/** The test that a violation leaves behind: it fails until the rules are right again. */
export function testFor(world: string, { what, history }: Violation): string {
  const steps = history.map((step) => `      ${JSON.stringify(step)},`).join('\n');
  return `import { expect, it } from 'vitest';
import { replay } from './replay.ts';

it(${JSON.stringify(`does not come to this: ${what}`)}, () => {
  expect(
    replay(${JSON.stringify(world)}, [
${steps}
    ]),
  ).toBeNull();
});
`;
}
