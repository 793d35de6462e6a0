import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { assign, fromPromise, setup } from 'xstate';
import { Defect, FerryError } from '../../../container/errors.ts';
import { loadSnapshot, MemorySnapshotStore, runDurably, type SnapshotStore } from '../../../state-machines/index.ts';
import type { CheckpointOutput } from '../../../state-machines/runtime/run-durably.ts';

/** A machine that counts what it does on both sides of its one checkpoint. */
function counting(log: string[], work: () => Promise<number> = async () => 1) {
  const machine = setup({
    types: { context: {} as { count: number }, output: {} as { count: number }, input: {} as { count: number } },
    actors: {
      checkpoint: fromPromise<void>(async () => {
        throw new Defect('not provided');
      }),
      work: fromPromise(async () => {
        log.push('worked');
        return work();
      }),
    },
    actions: { add: assign(({ context }, { more }: { more: number }) => ({ count: context.count + more })) },
  }).createMachine({
    id: 'counting',
    context: ({ input }) => input,
    initial: 'saved',
    states: {
      saved: { tags: 'checkpoint', invoke: { id: 'checkpoint', src: 'checkpoint', onDone: 'working' } },
      working: {
        invoke: {
          id: 'work',
          src: 'work',
          onDone: { target: 'counted', actions: { type: 'add', params: ({ event }) => ({ more: event.output }) } },
          onError: 'paused',
        },
      },
      counted: { type: 'final' },
      paused: { type: 'final', tags: 'resumable' },
    },
    output: ({ context }) => context,
  });
  return { machine, version: 3, context: v.object({ count: v.number() }) };
}

function logged(store: MemorySnapshotStore, log: string[]): SnapshotStore {
  return {
    load: (id) => store.load(id),
    save: async (id, record) => {
      await store.save(id, record);
      log.push('saved');
    },
    delete: async (id) => {
      await store.delete(id);
      log.push('deleted');
    },
  };
}

const onState = () => {};
const FAILED = new FerryError('NO_CONTAINER', { where: 'x' });

describe('the durable runner', () => {
  it('stores the checkpoint, only then lets the machine go on, and removes it at the end', async () => {
    const log: string[] = [];
    const states: string[] = [];
    const store = logged(new MemorySnapshotStore(), log);
    const durable = counting(log);
    const run = { durable, store, id: 'c', from: { input: { count: 4 } }, onState: (one: string) => states.push(one) };
    expect(await runDurably(run)).toEqual({ state: 'counted', output: { count: 5 }, unremoved: null });
    expect(log).toEqual(['saved', 'worked', 'deleted']);
    expect(states).toEqual(['saved', 'working', 'counted']);
  });

  it('does nothing behind a checkpoint whose storing never ends', async () => {
    const log: string[] = [];
    let stored: () => void = () => {};
    const reached = new Promise<void>((resolve) => {
      stored = resolve;
    });
    const save = () => {
      stored();
      return new Promise<void>(() => {});
    };
    const store = { ...logged(new MemorySnapshotStore(), log), save };
    const run = runDurably({ durable: counting(log), store, id: 'c', from: { input: { count: 4 } }, onState });
    await Promise.race([run, reached]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual([]);
  });

  it('keeps the snapshot at a final state that is resumable, and goes on from it with the same context', async () => {
    const store = new MemorySnapshotStore();
    const failing = counting([], () => Promise.reject(FAILED));
    const input = { count: 4 };
    expect(await runDurably({ durable: failing, store, id: 'c', from: { input }, onState })).toMatchObject({
      state: 'paused',
    });
    const durable = counting([]);
    const from = await loadSnapshot(durable, store, 'c');
    expect(from).toMatchObject({ state: 'saved', context: { count: 4 } });
    if (from === undefined) return;
    expect(await runDurably({ durable, store, id: 'c', from, onState })).toEqual({
      state: 'counted',
      output: { count: 5 },
      unremoved: null,
    });
    expect(await store.load('c')).toBeUndefined();
  });

  it('gives the end of what is over although its snapshot cannot be removed, and why; a defect of the store rejects', async () => {
    const run = { durable: counting([]), id: 'c', from: { input: { count: 4 } }, onState };
    const failing = (error: Error): SnapshotStore => ({
      ...logged(new MemorySnapshotStore(), []),
      delete: () => Promise.reject(error),
    });
    const unremoved = { code: 'NO_CONTAINER', details: { where: 'x' } };
    expect(await runDurably({ ...run, store: failing(FAILED) })).toEqual({
      state: 'counted',
      output: { count: 5 },
      unremoved,
    });
    await expect(runDurably({ ...run, store: failing(new Defect('broken')) })).rejects.toThrow(Defect);
  });

  it('tells the checkpoint from which the work is resumed that it is, and no other one', async () => {
    const machine = setup({
      types: { context: {} as { told: readonly boolean[] }, output: {} as readonly boolean[] },
      actors: { checkpoint: fromPromise<CheckpointOutput>(() => Promise.reject(new Defect('not provided'))) },
      actions: {
        keep: assign(({ context }, { isResumed }: CheckpointOutput) => ({ told: [...context.told, isResumed] })),
      },
    }).createMachine({
      id: 'telling',
      context: { told: [] },
      initial: 'first',
      states: {
        first: {
          tags: 'checkpoint',
          invoke: {
            id: 'checkpoint',
            src: 'checkpoint',
            onDone: { target: 'second', actions: { type: 'keep', params: ({ event }) => event.output } },
          },
        },
        second: {
          tags: 'checkpoint',
          invoke: {
            id: 'checkpoint',
            src: 'checkpoint',
            onDone: { target: 'ended', actions: { type: 'keep', params: ({ event }) => event.output } },
          },
        },
        ended: { type: 'final' },
      },
      output: ({ context }) => context.told,
    });
    const durable = { machine, version: 1, context: v.object({ told: v.array(v.boolean()) }) };
    const saved: unknown[] = [];
    const memory = new MemorySnapshotStore();
    const save: SnapshotStore['save'] = async (id, record) => {
      saved.push(structuredClone(record));
      await memory.save(id, record);
    };
    const store = { ...logged(memory, []), save, load: async () => saved[0] };
    const run = { durable, store, id: 'c', onState };
    expect((await runDurably({ ...run, from: { input: undefined } })).output).toEqual([false, false]);
    const from = await loadSnapshot(durable, store, 'c');
    if (from === undefined) throw new Error('it was stored');
    expect((await runDurably({ ...run, from })).output).toEqual([true, false]);
  });

  it('rejects with what the machine does not handle, and keeps what is stored', async () => {
    const store = new MemorySnapshotStore();
    const save = () => Promise.reject(new Defect('broken'));
    const durable = counting([]);
    const run = { durable, store: { ...logged(store, []), save }, id: 'c', from: { input: { count: 4 } }, onState };
    await expect(runDurably(run)).rejects.toThrow('broken');
  });
});

describe('a stored snapshot', () => {
  async function stored(): Promise<{ machine: string; version: number; snapshot: Record<string, unknown> }> {
    const store = new MemorySnapshotStore();
    const durable = counting([], () => Promise.reject(FAILED));
    await runDurably({ durable, store, id: 'c', from: { input: { count: 4 } }, onState });
    return (await store.load('c')) as never;
  }

  async function why(change: (record: Awaited<ReturnType<typeof stored>>) => unknown): Promise<unknown> {
    const record = change(await stored());
    const store = { ...logged(new MemorySnapshotStore(), []), load: async () => record };
    const loaded = loadSnapshot(counting([]), store, 'c');
    const error = await loaded.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof FerryError && error.code === 'SNAPSHOT_WRONG' ? error.details.why : error;
  }

  it('is nothing where there is none', async () => {
    expect(await loadSnapshot(counting([]), new MemorySnapshotStore(), 'c')).toBeUndefined();
  });

  it('is taken as it was stored', async () => {
    expect(await why((record) => record)).toBeUndefined();
  });

  it.each<[string, Parameters<typeof why>[0], string]>([
    ['is text', () => '{"machine":', 'it is not a record of this program'],
    ['is of another machine', (record) => ({ ...record, machine: 'other' }), 'it belongs to other work, other'],
    ['is old', (record) => ({ ...record, version: 2 }), 'it has version 2; this program reads version 3'],
    [
      'is of a newer program',
      (record) => ({ ...record, version: 4 }),
      'it has version 4; this program reads version 3',
    ],
    ['has no snapshot', (record) => ({ ...record, snapshot: null }), 'its field snapshot does not fit'],
  ])('that %s is refused', async (_, change, expected) => {
    expect(await why(change)).toBe(expected);
  });

  it.each<[string, Record<string, unknown>]>([
    ['status', { status: 'done' }],
    ['value', { value: 'working' }],
    ['value', { value: 'nowhere' }],
    ['value', { value: { saved: 'deep' } }],
    ['context.count', { context: { count: 'four' } }],
    ['context', { context: null }],
    ['historyValue.x', { historyValue: { x: [] } }],
    ['children.checkpoint', { children: {} }],
    ['children.work', { children: { checkpoint: { src: 'checkpoint', snapshot: { status: 'active' } }, work: {} } }],
    ['children.checkpoint.src', { children: { checkpoint: { src: 'work', snapshot: { status: 'active' } } } }],
    [
      'children.checkpoint.snapshot.status',
      { children: { checkpoint: { src: 'checkpoint', snapshot: { status: 'done' } } } },
    ],
    ['error', { error: { message: 'x' } }],
  ])('whose %s was changed is refused: %o', async (field, change) => {
    const changed = why((record) => ({ ...record, snapshot: { ...record.snapshot, ...change } }));
    expect(await changed).toBe(`its field ${field} does not fit`);
  });
});
