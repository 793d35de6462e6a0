import { assign, setup } from 'xstate';
import { type Failure, failureOf, isExplained } from '../failure.ts';
import { providedLater } from '../runtime/provided-later.ts';

export interface ContextTransactionInput {
  /** Hash of the issuer's certificate. */
  readonly certificate: string;
}

export interface ContextTransactionOutput {
  /** Hash of the context file; null when it was not made. */
  readonly context: string | null;
  readonly failure: Failure | null;
}

export interface ContextTransactionContext extends ContextTransactionOutput {
  readonly certificate: string;
}

/**
 * Has a container make its context file for one issuer. The file goes from the container's answer straight into the blob
 * store, so that its bytes never pass through the machine. Repeatable: a second file is merely newer.
 */
export const contextTransactionMachine = setup({
  types: {
    input: {} as ContextTransactionInput,
    context: {} as ContextTransactionContext,
    output: {} as ContextTransactionOutput,
  },
  actors: {
    requestContext: providedLater<string, ContextTransactionInput>('requestContext'),
  },
  guards: { isExplained: (_, params: { error: unknown }) => isExplained(params.error) },
  actions: {
    keepContext: assign((_, params: { context: string }) => params),
    keepFailure: assign((_, params: { error: unknown }) => ({ failure: failureOf(params.error) })),
  },
}).createMachine({
  id: 'contextTransaction',
  context: ({ input }) => ({ certificate: input.certificate, context: null, failure: null }),
  initial: 'requesting',
  states: {
    requesting: {
      invoke: {
        id: 'requestContext',
        src: 'requestContext',
        input: ({ context }) => ({ certificate: context.certificate }),
        onDone: {
          target: 'made',
          actions: { type: 'keepContext', params: ({ event }) => ({ context: event.output }) },
        },
        onError: {
          guard: { type: 'isExplained', params: ({ event }) => ({ error: event.error }) },
          target: 'failed',
          actions: { type: 'keepFailure', params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    made: { type: 'final' },
    failed: { type: 'final' },
  },
  output: ({ context }) => ({ context: context.context, failure: context.failure }),
});
