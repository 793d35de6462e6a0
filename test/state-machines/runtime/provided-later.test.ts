import { expect, it } from 'vitest';
import { type AnyActorLogic, createActor, toPromise } from 'xstate';
import { Defect } from '../../../container/errors.ts';
import { MACHINES } from '../machines.ts';

/** The actors of the machines whose work is done elsewhere: those that are no machines themselves. */
const PROVIDED = MACHINES.flatMap(([folder, machine]) =>
  Object.entries(machine.implementations.actors as Record<string, AnyActorLogic>)
    .filter(([, logic]) => !('root' in logic))
    .map(([name, logic]) => [folder, name, logic] as const),
);

it.each(PROVIDED)('%s: an actor whose work nobody provides fails with a defect that names it: %s', async (...row) => {
  const [, name, logic] = row;
  const actor = createActor(logic);
  const ended = toPromise(actor);
  actor.start();
  await expect(ended).rejects.toThrow(new Defect(`the actor ${name} was not provided`));
});
