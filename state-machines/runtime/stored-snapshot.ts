import * as v from 'valibot';
import type { AnyStateMachine, Snapshot } from 'xstate';
import { FerryError } from '../../container/errors.ts';
import type { SnapshotStore } from './snapshot-store-port.ts';

/** A machine whose work survives the process. Its states are flat: none is nested in another. */
export interface DurableMachine {
  readonly machine: AnyStateMachine;
  /** Version under which its snapshots are stored. */
  readonly version: number;
  /** What the context of a stored snapshot has to be. */
  readonly context: v.GenericSchema;
}

/** A stored snapshot that was found fit to be resumed. */
export interface StoredSnapshot {
  readonly state: string;
  readonly context: unknown;
  readonly snapshot: Snapshot<unknown>;
}

const recordSchema = v.object({ machine: v.string(), version: v.number(), snapshot: v.unknown() });

/**
 * Loads the snapshot of unfinished work, if there is one. xstate itself would start from anything, so machine, version,
 * state and context are checked first: only a state tagged `checkpoint` that waits for nothing but its checkpoint fits.
 *
 * @throws SNAPSHOT_WRONG
 */
export async function loadSnapshot(
  durable: DurableMachine,
  store: SnapshotStore,
  id: string,
): Promise<StoredSnapshot | undefined> {
  const stored = await store.load(id);
  if (stored === undefined) return undefined;
  const { machine, version } = durable;
  const wrong = (why: string): FerryError => new FerryError('SNAPSHOT_WRONG', { id, why });
  const record = v.safeParse(recordSchema, stored);
  if (!record.success) throw wrong('it is not a record of this program');
  if (record.output.machine !== machine.id) throw wrong(`it belongs to other work, ${record.output.machine}`);
  if (record.output.version !== version)
    throw wrong(`it has version ${record.output.version}; this program reads version ${version}`);
  const snapshot = v.safeParse(snapshotSchema(durable), record.output.snapshot);
  if (!snapshot.success) throw wrong(`its field ${v.getDotPath(snapshot.issues[0]) ?? 'snapshot'} does not fit`);
  return { state: snapshot.output.value, context: snapshot.output.context, snapshot: snapshot.output };
}

function snapshotSchema({ machine, context }: DurableMachine) {
  const checkpoints = Object.values(machine.root.states).filter((state) => state.tags.includes('checkpoint'));
  return v.object({
    status: v.literal('active'),
    output: v.optional(v.undefined()),
    error: v.optional(v.undefined()),
    value: v.picklist(checkpoints.map((state) => state.key)),
    context,
    historyValue: v.strictObject({}),
    children: v.strictObject({
      checkpoint: v.object({
        src: v.literal('checkpoint'),
        snapshot: v.object({ status: v.literal('active') }),
      }),
    }),
  });
}
