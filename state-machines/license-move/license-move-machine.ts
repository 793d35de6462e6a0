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
import type { CheckpointOutput } from '../runtime/run-durably.ts';
import {
  entriesOfOrder,
  type LicenseMoveContext,
  type PlannedOrder,
  sequencesUnknown,
} from './license-move-context.ts';

/** Version of stored moves. A new one whenever an old snapshot would be misread. */
export const LICENSE_MOVE_VERSION = 1;

/** What is ordered, as far as planning has to know. */
export type PlanInput = Pick<LicenseMoveContext, 'order' | 'isNew'>;

/** An order that is to be issued, now or again. */
export type IssueInput = Pick<PlannedOrder, 'plan' | 'orderId'> & { readonly context: string };

export interface SettleInput extends Pick<PlannedOrder, 'plan' | 'orderId'> {
  readonly receipt: string;
  /** Entries whose outcome the target did not repeat. */
  readonly unknown: readonly number[];
}

/** The sequences of the order, and the update files of all that is in transit to the target. */
export type Issued = NonNullable<LicenseMoveContext['issued']>;

/** What an issuer gave. */
export interface Given {
  readonly issued: Issued;
  /** Entries that it knew to be settled by then. */
  readonly settled: readonly EntryOutcome[];
}

export interface RenewInput extends IssueInput {
  readonly issued: Issued;
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

function orderIn({ planned }: LicenseMoveContext): Pick<PlannedOrder, 'plan' | 'orderId'> {
  const { plan, orderId } = known(planned);
  return { plan, orderId };
}

/**
 * Moves licenses from an issuer to a target: plan, context, issue, apply, settle.
 *
 * Update files that were kept over an interruption are compared with the issuer before they are applied: what it has
 * cancelled meanwhile is delivered as cancelled.
 *
 * From every checkpoint all that follows can be done again without moving anything twice: the plan names its first
 * sequence and has an id, the target skips what it has applied, and a receipt settles once.
 *
 * @see docs/protocol.md, "Channels"
 */
export const licenseMoveMachine = setup({
  types: {
    input: {} as PlanInput,
    context: {} as LicenseMoveContext,
    output: {} as LicenseMoveContext,
    tags: {} as 'checkpoint' | 'resumable',
  },
  actors: {
    checkpoint: providedLater<CheckpointOutput>('checkpoint'),
    plan: providedLater<PlannedOrder, PlanInput>('plan'),
    contextTransaction: contextTransactionMachine,
    issue: providedLater<Given, IssueInput>('issue'),
    renew: providedLater<Given, RenewInput>('renew'),
    applyTransaction: applyTransactionMachine,
    settle: providedLater<{ entries: readonly EntryOutcome[] }, SettleInput>('settle'),
  },
  guards: {
    isInterruption: (_, { failure }: { failure: unknown }) => isExplained(failure) && isInterruption(failure),
    isExplained: (_, { error }: { error: unknown }) => isExplained(error),
    brokeOff: (_, { failure }: { failure: Failure | null }) => failure !== null && isInterruption(failure),
    wasRefused: (_, { failure }: { failure: Failure | null }) => failure !== null,
    isNothingLeft: (_, { issued }: Given) => issued.updates.length === 0,
    isKept: (_, { isResumed }: CheckpointOutput) => isResumed,
    wasAnswered: (_, { receipt }: { receipt: string | null }) => receipt !== null,
    allApplied: ({ context }) =>
      context.failure === null && entriesOfOrder(context).every(({ state }) => state === 'applied'),
    allRefused: ({ context }) => entriesOfOrder(context).every(({ state }) => state === 'refused'),
  },
  actions: {
    keepPlan: assign((_, planned: PlannedOrder) => ({ planned })),
    keepContext: assign((_, { context }: { context: string | null }) => ({ context })),
    keepGiven: assign(({ context }, { issued, settled }: Given) => ({
      issued,
      entries: mergeOutcomes(context.entries, settled),
    })),
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
    isNew: input.isNew,
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
        input: ({ context: { order, isNew } }) => ({ order, isNew }),
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
        input: ({ context }) => ({ ...orderIn(context), context: known(context.context) }),
        onDone: [
          {
            guard: { type: 'isNothingLeft', params: ({ event }) => event.output },
            target: 'judging',
            actions: { type: 'keepGiven', params: ({ event }) => event.output },
          },
          { target: 'issued', actions: { type: 'keepGiven', params: ({ event }) => event.output } },
        ],
        onError: ON_ERROR,
      },
    },
    issued: {
      tags: 'checkpoint',
      invoke: {
        id: 'checkpoint',
        src: 'checkpoint',
        onDone: [
          { guard: { type: 'isKept', params: ({ event }) => event.output }, target: 'renewing' },
          { target: 'applying' },
        ],
        onError: ON_ERROR,
      },
    },
    renewing: {
      invoke: {
        id: 'renew',
        src: 'renew',
        input: ({ context }) => ({
          ...orderIn(context),
          context: known(context.context),
          issued: known(context.issued),
        }),
        onDone: { target: 'applying', actions: { type: 'keepGiven', params: ({ event }) => event.output } },
        onError: ON_ERROR,
      },
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
          ...orderIn(context),
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
