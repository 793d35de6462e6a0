import { expect, it } from 'vitest';
import { createActor, toPromise } from 'xstate';
import { listing } from '../../container/commands/list.ts';
import { FerryError } from '../../container/errors.ts';
import { listTransactionMachine, requestListing } from '../../state-machines/index.ts';
import { makeContainer } from '../world/parties.ts';
import { MoveWorld } from './move-world.ts';

it('a listing is kept whole under its hash', async () => {
  const { container } = makeContainer('dongle', 1);
  const client = container.client();
  const { blobs } = new MoveWorld();
  const actors = { requestListing: requestListing({ list: () => client.call('list', {}) }, blobs) };
  const actor = createActor(listTransactionMachine.provide({ actors }));
  actor.start();
  const { listing: hash, failure } = await toPromise(actor);
  expect(failure).toBeNull();
  expect(await blobs.get(hash ?? '')).toEqual(new Uint8Array(listing.encode(container.run('list', {}))));
});

it('that a listing was not given is told with its reason', async () => {
  const error = new FerryError('NO_CONTAINER', { where: 'sim:x' });
  const { blobs } = new MoveWorld();
  const actors = { requestListing: requestListing({ list: () => Promise.reject(error) }, blobs) };
  const actor = createActor(listTransactionMachine.provide({ actors }));
  actor.start();
  const failure = { code: 'NO_CONTAINER', details: { where: 'sim:x' } };
  expect(await toPromise(actor)).toEqual({ listing: null, failure });
});
