import { type AnyStateMachine, createActor, type InputFrom, type OutputFrom, toPromise } from 'xstate';

/** How work ended: the name of its final state and its output. */
export interface End<M extends AnyStateMachine> {
  readonly state: string;
  readonly output: OutputFrom<M>;
}

/**
 * Runs a machine to a final state, for work that is simply done again after an interruption. Nothing of it is stored.
 * Defects reject.
 */
export async function runToEnd<M extends AnyStateMachine>(machine: M, input: InputFrom<M>): Promise<End<M>> {
  const logic: AnyStateMachine = machine;
  const actor = createActor(logic, { input });
  // `toPromise` below rejects with it; without an observer of its own xstate would throw it a second time.
  actor.subscribe({ error: () => {} });
  const end = toPromise(actor);
  actor.start();
  const output = await end;
  return { state: String(actor.getSnapshot().value), output };
}
