import { fromPromise, type NonReducibleUnknown, type PromiseActorLogic } from 'xstate';
import { Defect } from '../../container/errors.ts';

/** The place of an actor in a pure machine: its types only. Whoever runs the machine supplies it by `.provide()`. */
export function providedLater<Output, Input extends NonReducibleUnknown = undefined>(
  name: string,
): PromiseActorLogic<Output, Input> {
  return fromPromise<Output, Input>(async () => {
    throw new Defect(`the actor ${name} was not provided`);
  });
}
