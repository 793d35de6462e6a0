import { assign, setup } from 'xstate';
import { type Failure, failureOf, isExplained, isInterruption } from '../failure.ts';
import { known } from '../known.ts';
import { providedLater } from '../runtime/provided-later.ts';
import type { CheckpointOutput } from '../runtime/run-durably.ts';
import type { CopiedStick, StickImportContext, TakenStick } from './stick-import-context.ts';

/** A new one for every change after which an old snapshot would be misread. */
export const STICK_IMPORT_VERSION = 2;

/** What a stick that was copied comes to. */
export interface CopyOutput {
  readonly copied: CopiedStick;
  /** Whether there is nothing on it for this container, and nothing that it is owed. */
  readonly isNothing: boolean;
}

/** What was copied from a stick, and what became of it. */
export interface TakenCopies {
  readonly copied: CopiedStick;
  readonly taken: TakenStick;
}

interface WithError {
  readonly event: { readonly error: unknown };
}

/** Where a state goes when its actor fails for an explained reason. A defect goes nowhere and ends the run. */
function failing<Target extends string>(target: Target) {
  return {
    guard: { type: 'isExplained', params: ({ event }: WithError) => ({ error: event.error }) },
    target,
    actions: { type: 'keepFailure', params: ({ event }: WithError) => ({ error: event.error }) },
  } as const;
}

/**
 * Takes in what a memory stick has for a container: copies it, has it applied, and writes receipts and a text for people back.
 *
 * It may be pulled out at any moment. Before it is copied, nothing has happened; from then on it is not needed for the licenses, and
 * receipts that cannot be written any more are kept for the next stick. What brings nothing new leaves no checkpoint.
 */
export const stickImportMachine = setup({
  types: {
    context: {} as StickImportContext,
    output: {} as StickImportContext,
    tags: {} as 'checkpoint' | 'resumable',
  },
  actors: {
    checkpoint: providedLater<CheckpointOutput>('checkpoint'),
    copy: providedLater<CopyOutput>('copy'),
    apply: providedLater<TakenStick, { copied: CopiedStick }>('apply'),
    answer: providedLater<undefined, TakenCopies>('answer'),
    keep: providedLater<undefined, TakenCopies>('keep'),
  },
  guards: {
    isNothing: (_, { isNothing }: CopyOutput) => isNothing,
    isNews: ({ context }) => known(context.copied).isNews,
    bringsNews: (_, { copied }: CopyOutput) => copied.isNews,
    brokeOff: (_, { report }: TakenStick) => report.interruption !== null,
    isInterruption: (_, params: { error: unknown }) =>
      isExplained(params.error) && isInterruption(failureOf(params.error)),
    isExplained: (_, params: { error: unknown }) => isExplained(params.error),
  },
  actions: {
    keepCopies: assign((_, { copied }: CopyOutput) => ({ copied })),
    keepTaken: assign((_, taken: TakenStick) => ({ taken, failure: taken.report.interruption })),
    keepFailure: assign((_, params: { error: unknown }): { failure: Failure } => ({
      failure: failureOf(params.error),
    })),
  },
}).createMachine({
  id: 'stickImport',
  context: { copied: null, taken: null, failure: null },
  initial: 'copying',
  states: {
    copying: {
      invoke: {
        id: 'copy',
        src: 'copy',
        onDone: [
          { guard: { type: 'isNothing', params: ({ event }) => event.output }, target: 'nothing' },
          {
            guard: { type: 'bringsNews', params: ({ event }) => event.output },
            target: 'copied',
            actions: { type: 'keepCopies', params: ({ event }) => event.output },
          },
          { target: 'applying', actions: { type: 'keepCopies', params: ({ event }) => event.output } },
        ],
        onError: failing('untouched'),
      },
    },
    copied: {
      tags: 'checkpoint',
      invoke: {
        id: 'checkpoint',
        src: 'checkpoint',
        onDone: 'applying',
        onError: failing('untouched'),
      },
    },
    applying: {
      invoke: {
        id: 'apply',
        src: 'apply',
        input: ({ context }) => ({ copied: known(context.copied) }),
        onDone: [
          {
            guard: { type: 'brokeOff', params: ({ event }) => event.output },
            target: 'brokenOff',
            actions: { type: 'keepTaken', params: ({ event }) => event.output },
          },
          { guard: 'isNews', target: 'applied', actions: { type: 'keepTaken', params: ({ event }) => event.output } },
          { target: 'answering', actions: { type: 'keepTaken', params: ({ event }) => event.output } },
        ],
        onError: [
          {
            ...failing('brokenOff'),
            guard: { type: 'isInterruption', params: ({ event }) => ({ error: event.error }) },
          },
          failing('untouched'),
        ],
      },
    },
    applied: {
      tags: 'checkpoint',
      invoke: {
        id: 'checkpoint',
        src: 'checkpoint',
        onDone: 'answering',
        // What was applied stays applied: without the checkpoint, the worst is that the stick is answered a second time.
        onError: {
          guard: { type: 'isExplained', params: ({ event }) => ({ error: event.error }) },
          target: 'answering',
        },
      },
    },
    answering: {
      invoke: {
        id: 'answer',
        src: 'answer',
        input: ({ context }) => ({ copied: known(context.copied), taken: known(context.taken) }),
        onDone: 'answered',
        onError: failing('keeping'),
      },
    },
    keeping: {
      invoke: {
        id: 'keep',
        src: 'keep',
        input: ({ context }) => ({ copied: known(context.copied), taken: known(context.taken) }),
        onDone: 'unanswered',
        onError: failing('unanswered'),
      },
    },
    nothing: { type: 'final' },
    untouched: { type: 'final' },
    answered: { type: 'final' },
    unanswered: { type: 'final' },
    brokenOff: { type: 'final', tags: 'resumable' },
  },
  output: ({ context }) => context,
});
