import { assign, setup } from 'xstate';
import { type Deferral, type EntryOutcome, mergeOutcomes } from '../entry-outcome.ts';
import { type Failure, failureOf, isExplained, isInterruption } from '../failure.ts';
import { known } from '../known.ts';
import { providedLater } from '../runtime/provided-later.ts';

export interface ApplyTransactionInput {
  /** Hashes of the update files, in the order in which they follow each other. */
  readonly updates: readonly string[];
}

/** What one file did. */
export interface AppliedUpdate {
  /** Last sequence of the channel that is applied now. */
  readonly applied: number;
  /** Outcomes that this file brought; entries applied by an earlier file are not named again. */
  readonly entries: readonly EntryOutcome[];
  readonly deferral: Deferral | null;
  /** Hash of the receipt. */
  readonly receipt: string;
}

/** What all files did together: the last receipt, and every outcome that was reported. */
export interface ApplyTransactionOutput {
  readonly applied: number;
  readonly entries: readonly EntryOutcome[];
  readonly deferral: Deferral | null;
  /** Null when no file was answered. */
  readonly receipt: string | null;
  /** Why the next file was not taken; what was applied before it is complete. */
  readonly failure: Failure | null;
}

export interface ApplyTransactionContext extends ApplyTransactionOutput {
  /** Hashes of the files whose turn is still to come, and of the one whose turn it is. */
  readonly waiting: readonly string[];
}

/**
 * Has a container apply update files one after another. It stops at the first one that is refused or deferred: those
 * after it would come too early. Without any file it ends as applied, with no receipt. Repeatable from its start: what was applied before is skipped.
 */
export const applyTransactionMachine = setup({
  types: {
    input: {} as ApplyTransactionInput,
    context: {} as ApplyTransactionContext,
    output: {} as ApplyTransactionOutput,
  },
  actors: { applyUpdate: providedLater<AppliedUpdate, { update: string }>('applyUpdate') },
  guards: {
    isDeferred: ({ context }) => context.deferral !== null,
    hasMore: ({ context }) => context.waiting.length > 0,
    isInterruption: (_, params: { error: unknown }) => isExplained(params.error) && isInterruption(params.error),
    isExplained: (_, params: { error: unknown }) => isExplained(params.error),
  },
  actions: {
    keepAnswer: assign(({ context }, { applied, entries, deferral, receipt }: AppliedUpdate) => ({
      applied,
      deferral,
      receipt,
      entries: mergeOutcomes(context.entries, entries),
      waiting: context.waiting.slice(1),
    })),
    keepFailure: assign((_, params: { error: unknown }) => ({ failure: failureOf(params.error) })),
  },
}).createMachine({
  id: 'applyTransaction',
  context: ({ input }) => ({
    waiting: input.updates,
    applied: 0,
    entries: [],
    deferral: null,
    receipt: null,
    failure: null,
  }),
  initial: 'choosing',
  states: {
    choosing: {
      always: [
        { guard: 'isDeferred', target: 'deferred' },
        { guard: 'hasMore', target: 'applying' },
        { target: 'applied' },
      ],
    },
    applying: {
      invoke: {
        id: 'applyUpdate',
        src: 'applyUpdate',
        input: ({ context }) => ({ update: known(context.waiting[0]) }),
        onDone: { target: 'choosing', actions: { type: 'keepAnswer', params: ({ event }) => event.output } },
        onError: [
          {
            guard: { type: 'isInterruption', params: ({ event }) => ({ error: event.error }) },
            target: 'failed',
            actions: { type: 'keepFailure', params: ({ event }) => ({ error: event.error }) },
          },
          {
            guard: { type: 'isExplained', params: ({ event }) => ({ error: event.error }) },
            target: 'refused',
            actions: { type: 'keepFailure', params: ({ event }) => ({ error: event.error }) },
          },
        ],
      },
    },
    applied: { type: 'final' },
    deferred: { type: 'final' },
    refused: { type: 'final' },
    failed: { type: 'final' },
  },
  output: ({ context: { applied, entries, deferral, receipt, failure } }) => ({
    applied,
    entries,
    deferral,
    receipt,
    failure,
  }),
});
