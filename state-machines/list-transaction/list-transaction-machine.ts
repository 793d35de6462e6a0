import { assign, setup } from 'xstate';
import { type Failure, failureOf, isExplained } from '../failure.ts';
import { providedLater } from '../runtime/provided-later.ts';

interface ListTransactionContext {
  /** Hash of the encoded listing. */
  readonly listing: string | null;
  readonly failure: Failure | null;
}

/** Asks a container for its listing and keeps it, encoded, in the blob store. Changes nothing anywhere. */
export const listTransactionMachine = setup({
  types: {
    context: {} as ListTransactionContext,
    output: {} as ListTransactionContext,
  },
  actors: { requestListing: providedLater<string>('requestListing') },
  guards: { isExplained: (_, params: { error: unknown }) => isExplained(params.error) },
  actions: {
    keepListing: assign((_, params: { listing: string }) => params),
    keepFailure: assign((_, params: { error: unknown }) => ({ failure: failureOf(params.error) })),
  },
}).createMachine({
  id: 'listTransaction',
  context: { listing: null, failure: null },
  initial: 'listing',
  states: {
    listing: {
      invoke: {
        id: 'requestListing',
        src: 'requestListing',
        onDone: {
          target: 'listed',
          actions: { type: 'keepListing', params: ({ event }) => ({ listing: event.output }) },
        },
        onError: {
          guard: { type: 'isExplained', params: ({ event }) => ({ error: event.error }) },
          target: 'failed',
          actions: { type: 'keepFailure', params: ({ event }) => ({ error: event.error }) },
        },
      },
    },
    listed: { type: 'final' },
    failed: { type: 'final' },
  },
  output: ({ context }) => context,
});
