import { type AnyStateMachine, createActor, fromPromise, type InputFrom, toPromise } from 'xstate';
import { type Failure, failureOf } from '../failure.ts';
import type { End } from './run-to-end.ts';
import type { SnapshotStore } from './snapshot-store-port.ts';
import type { DurableMachine, StoredSnapshot } from './stored-snapshot.ts';

/** What the actor `checkpoint` resolves with. */
export interface CheckpointOutput {
  /** Whether the work was resumed from this checkpoint: what lies before it was done by an earlier run. */
  readonly isResumed: boolean;
}

interface DurableRun<M extends AnyStateMachine> {
  readonly durable: DurableMachine & { readonly machine: M };
  readonly store: SnapshotStore;
  /** Under what the work is kept while it is unfinished. */
  readonly id: string;
  /** What the work is, or the snapshot from which it is resumed. */
  readonly from: { readonly input: InputFrom<M> } | StoredSnapshot;
  /** Told each state that the machine comes to rest in, the first one and the last one included. */
  readonly onState: (state: string) => void;
}

/** How durable work ended. */
export interface DurableEnd<M extends AnyStateMachine> extends End<M> {
  /** Why the snapshot of work that is over could not be removed; null when it was, or is to stay. What is over stays over. */
  readonly unremoved: Failure | null;
}

/**
 * Runs a machine to a final state so that it can be resumed after an interruption at any moment.
 *
 * A state tagged `checkpoint` invokes the actor `checkpoint`, which is supplied here: it stores the snapshot durably and
 * only then resolves, and the machine goes on by its `onDone`. So nothing that lies behind a checkpoint can have begun
 * when it is not stored. A resumed machine stores the same snapshot once more and goes on from there.
 *
 * At a final state the snapshot is removed, unless the state is tagged `resumable`. Defects reject.
 */
export async function runDurably<M extends AnyStateMachine>(run: DurableRun<M>): Promise<DurableEnd<M>> {
  const { store, id, durable } = run;
  let isResumed = !('input' in run.from);
  const checkpoint = fromPromise<CheckpointOutput>(async () => {
    // The actor is started within the transition; one turn later the root has the snapshot of the state entered.
    await Promise.resolve();
    const snapshot = actor.getPersistedSnapshot();
    await store.save(id, { machine: durable.machine.id, version: durable.version, snapshot });
    const output = { isResumed };
    isResumed = false;
    return output;
  });
  const machine: AnyStateMachine = durable.machine.provide({ actors: { checkpoint } });
  const actor = createActor(machine, 'input' in run.from ? { input: run.from.input } : { snapshot: run.from.snapshot });
  actor.subscribe({
    next: ({ value }) => run.onState(String(value)),
    // `toPromise` below rejects with it; without an observer of its own xstate would throw it a second time.
    error: () => {},
  });
  const end = toPromise(actor);
  actor.start();
  const output = await end;
  const final = actor.getSnapshot();
  const unremoved = final.hasTag('resumable') ? null : await store.delete(id).then(() => null, failureOf);
  return { state: String(final.value), output, unremoved };
}
