import { assign, setup } from 'xstate';
import {
  type ApplyTransactionOutput,
  applyTransactionMachine,
} from '../apply-transaction/apply-transaction-machine.ts';
import { contextTransactionMachine } from '../context-transaction/context-transaction-machine.ts';
import { type EntryOutcome, mergeOutcomes } from '../entry-outcome.ts';
import { type Failure, failureOf, isExplained, isInterruption } from '../failure.ts';
import { known } from '../known.ts';
import { providedLater } from '../runtime/provided-later.ts';
import { entriesOfOrder, type LicenseMoveContext, sequencesUnknown } from './license-move-context.ts';
import type { MoveOrder, MovePlan } from './move-order.ts';

/** Version of stored moves. A new one whenever an old snapshot would be misread. */
export const LICENSE_MOVE_VERSION = 1;

export interface SettleInput {
  readonly plan: MovePlan;
  readonly receipt: string;
  /** Entries whose outcome the target did not repeat. */
  readonly unknown: readonly number[];
}

interface WithError {
  readonly event: { readonly error: unknown };
}

/** Where a state goes when its actor fails for an explained reason. A defect goes nowhere and ends the run. */
const ON_ERROR = [
  {
    guard: { type: 'isInterruption', params: ({ event }: WithError) => ({ failure: event.error }) },
    target: 'interrupted',
    actions: { type: 'keepError', params: ({ event }: WithError) => ({ error: event.error }) },
  },
  {
    guard: { type: 'isExplained', params: ({ event }: WithError) => ({ error: event.error }) },
    target: 'refused',
    actions: { type: 'keepError', params: ({ event }: WithError) => ({ error: event.error }) },
  },
] as const;

/**
 * Moves licenses from an issuer to a target: plan, context, issue, apply, settle.
 *
 * From every checkpoint all that follows can be done again without moving anything twice: the plan names its first
 * sequence, the target skips what it has applied, and a receipt settles once.
 *
 * @see docs/protocol.md, "Channels"
 */
export const licenseMoveMachine = setup({
  types: {
    input: {} as { readonly order: MoveOrder },
    context: {} as LicenseMoveContext,
    output: {} as LicenseMoveContext,
    tags: {} as 'checkpoint' | 'resumable',
  },
  actors: {
    checkpoint: providedLater<void>('checkpoint'),
    plan: providedLater<{ plan: MovePlan; certificate: string }, { order: MoveOrder }>('plan'),
    contextTransaction: contextTransactionMachine,
    issue: providedLater<
      { first: number; last: number; updates: readonly string[] },
      { plan: MovePlan; context: string }
    >('issue'),
    applyTransaction: applyTransactionMachine,
    settle: providedLater<{ entries: readonly EntryOutcome[] }, SettleInput>('settle'),
  },
  guards: {
    isInterruption: (_, { failure }: { failure: unknown }) => isExplained(failure) && isInterruption(failure),
    isExplained: (_, { error }: { error: unknown }) => isExplained(error),
    brokeOff: (_, { failure }: { failure: Failure | null }) => failure !== null && isInterruption(failure),
    wasRefused: (_, { failure }: { failure: Failure | null }) => failure !== null,
    wasAnswered: (_, { receipt }: { receipt: string | null }) => receipt !== null,
    allApplied: ({ context }) =>
      context.failure === null && entriesOfOrder(context).every(({ state }) => state === 'applied'),
    allRefused: ({ context }) => entriesOfOrder(context).every(({ state }) => state === 'refused'),
  },
  actions: {
    keepPlan: assign((_, planned: { plan: MovePlan; certificate: string }) => ({ planned })),
    keepContext: assign((_, { context }: { context: string | null }) => ({ context })),
    keepIssued: assign((_, issued: { first: number; last: number; updates: readonly string[] }) => ({ issued })),
    keepAnswer: assign(({ context }, output: ApplyTransactionOutput) => ({
      answered: { applied: output.applied, receipt: known(output.receipt) },
      entries: mergeOutcomes(context.entries, output.entries),
      deferral: output.deferral,
      failure: output.failure,
    })),
    keepOutcomes: assign(({ context }, { entries }: { entries: readonly EntryOutcome[] }) => ({
      entries: mergeOutcomes(context.entries, entries),
    })),
    keepError: assign((_, { error }: { error: unknown }) => ({ failure: failureOf(error) })),
    keepFailure: assign((_, { failure }: { failure: Failure | null }) => ({ failure })),
  },
}).createMachine({
  id: 'licenseMove',
  context: ({ input }) => ({
    order: input.order,
    planned: null,
    context: null,
    issued: null,
    answered: null,
    entries: [],
    deferral: null,
    failure: null,
  }),
  initial: 'planning',
  states: {
    planning: {
      invoke: {
        id: 'plan',
        src: 'plan',
        input: ({ context }) => ({ order: context.order }),
        onDone: { target: 'planned', actions: { type: 'keepPlan', params: ({ event }) => event.output } },
        onError: ON_ERROR,
      },
    },
    planned: {
      tags: 'checkpoint',
      invoke: { id: 'checkpoint', src: 'checkpoint', onDone: 'contexting', onError: ON_ERROR },
    },
    contexting: {
      invoke: {
        id: 'contextTransaction',
        src: 'contextTransaction',
        input: ({ context }) => ({ certificate: known(context.planned).certificate }),
        onDone: [
          {
            guard: { type: 'brokeOff', params: ({ event }) => event.output },
            target: 'interrupted',
            actions: { type: 'keepFailure', params: ({ event }) => event.output },
          },
          {
            guard: { type: 'wasRefused', params: ({ event }) => event.output },
            target: 'refused',
            actions: { type: 'keepFailure', params: ({ event }) => event.output },
          },
          { target: 'issuing', actions: { type: 'keepContext', params: ({ event }) => event.output } },
        ],
      },
    },
    issuing: {
      invoke: {
        id: 'issue',
        src: 'issue',
        input: ({ context }) => ({ plan: known(context.planned).plan, context: known(context.context) }),
        onDone: { target: 'issued', actions: { type: 'keepIssued', params: ({ event }) => event.output } },
        onError: ON_ERROR,
      },
    },
    issued: {
      tags: 'checkpoint',
      invoke: { id: 'checkpoint', src: 'checkpoint', onDone: 'applying', onError: ON_ERROR },
    },
    applying: {
      invoke: {
        id: 'applyTransaction',
        src: 'applyTransaction',
        input: ({ context }) => ({ updates: known(context.issued).updates }),
        onDone: [
          {
            guard: { type: 'brokeOff', params: ({ event }) => event.output },
            target: 'interrupted',
            actions: { type: 'keepFailure', params: ({ event }) => event.output },
          },
          {
            guard: { type: 'wasAnswered', params: ({ event }) => event.output },
            target: 'applied',
            actions: { type: 'keepAnswer', params: ({ event }) => event.output },
          },
          { target: 'refused', actions: { type: 'keepFailure', params: ({ event }) => event.output } },
        ],
      },
    },
    applied: {
      tags: 'checkpoint',
      invoke: { id: 'checkpoint', src: 'checkpoint', onDone: 'settling', onError: ON_ERROR },
    },
    settling: {
      invoke: {
        id: 'settle',
        src: 'settle',
        input: ({ context }) => ({
          plan: known(context.planned).plan,
          receipt: known(context.answered).receipt,
          unknown: sequencesUnknown(context),
        }),
        onDone: { target: 'judging', actions: { type: 'keepOutcomes', params: ({ event }) => event.output } },
        onError: [ON_ERROR[0], { ...ON_ERROR[1], target: 'judging' }],
      },
    },
    judging: {
      always: [
        { guard: 'allApplied', target: 'moved' },
        { guard: 'allRefused', target: 'refused' },
        { target: 'movedInPart' },
      ],
    },
    moved: { type: 'final' },
    movedInPart: { type: 'final' },
    refused: { type: 'final' },
    interrupted: { type: 'final', tags: 'resumable' },
  },
  output: ({ context }) => context,
});
