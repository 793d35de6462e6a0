import { expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import {
  type ForgetRequest,
  forgetMove,
  MemoryRecordStore,
  type MoveNoteRecord,
} from '../../../state-machines/index.ts';
import { heldItem } from '../fake-parties.ts';
import { MoveWorld, SNAPSHOT_ID } from '../move-world.ts';

const ALL = { kind: 'all' } as const;

/** A move of five seats that was cut off when it had issued them, and whoever claims it. */
async function cutOff() {
  const world = new MoveWorld(heldItem(1, 5));
  const notebook = new MemoryRecordStore<MoveNoteRecord>();
  const notes = { notebook, beginning: { from: 'sim:/dongle', to: 'sim:/device', firm: null }, now: () => 100 };
  const away = async () => Promise.reject(new FerryError('NO_CONTAINER', { where: 'sim:device' }));
  await world.run(ALL, { notes, target: Object.assign(Object.create(world.target), { apply: away }) });
  const file = await world.blobs.part('other').put(await world.target.context(new Uint8Array()));
  const claims: string[] = [];
  const claim = (id: string) => {
    claims.push(`claimed ${id}`);
    return { release: () => claims.push('released') };
  };
  const forget = (other: Partial<ForgetRequest> = {}) => {
    const { store, blobs } = world;
    return forgetMove({ id: SNAPSHOT_ID, store, notebook, blobs, claim, ...other });
  };
  const isKept = (hash: string) =>
    world.blobs
      .part(SNAPSHOT_ID)
      .get(hash)
      .then(
        () => true,
        () => false,
      );
  const kept = async () => [await world.store.ids(), await notebook.ids(), await isKept(file)];
  return { world, claims, forget, kept };
}

const CLAIMED_AND_RELEASED = [`claimed ${SNAPSHOT_ID}`, 'released'];

it('an unfinished move is forgotten with its snapshot, note and files, and what it had issued stays in transit', async () => {
  const { world, claims, forget, kept } = await cutOff();
  expect(await kept()).toEqual([[SNAPSHOT_ID], [SNAPSHOT_ID], true]);
  await forget();
  await forget();
  expect(await kept()).toEqual([[], [], false]);
  expect(claims).toEqual([...CLAIMED_AND_RELEASED, ...CLAIMED_AND_RELEASED]);
  expect([world.issuer.pending.length, world.target.got]).toEqual([1, []]);
  expect(await world.run(ALL)).toMatchObject({ state: 'moved', resumed: false, plan: { first: 1, last: 1 } });
});

it('an unfinished move that another program carries out is not forgotten', async () => {
  const { forget, kept } = await cutOff();
  const claim = () => {
    throw new FerryError('MOVE_UNDER_WAY', { id: SNAPSHOT_ID });
  };
  await expect(forget({ claim })).rejects.toMatchObject({ code: 'MOVE_UNDER_WAY' });
  expect(await kept()).toEqual([[SNAPSHOT_ID], [SNAPSHOT_ID], true]);
});

it('an unfinished move that could not be forgotten is free again for whoever tries next', async () => {
  const { world, claims, forget, kept } = await cutOff();
  const full = async () => Promise.reject(new FerryError('STORE_WRITE_FAILED', { where: 'state', why: 'full' }));
  const store = Object.assign(Object.create(world.store), { delete: full });
  await expect(forget({ store })).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
  expect(claims).toEqual(CLAIMED_AND_RELEASED);
  expect(await kept()).toEqual([[SNAPSHOT_ID], [SNAPSHOT_ID], true]);
});
