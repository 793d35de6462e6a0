import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { MemoryRecordStore, type MoveNoteRecord, resumeLicenseMove } from '../../../state-machines/index.ts';
import { heldItem } from '../fake-parties.ts';
import { failing, MoveWorld, SNAPSHOT_ID } from '../move-world.ts';

const ALL = { kind: 'all' } as const;
const BEGINNING = { from: 'sim:/dongle', to: 'sim:/device', firm: null };
const unreachable = new FerryError('NO_CONTAINER', { where: 'sim:device' });

/** A move of five seats that was cut off, both ways to go on with it, and in which order it is claimed, worked at and released. */
async function cutOff() {
  const world = new MoveWorld(heldItem(1, 5));
  await world.run(ALL, { target: failing(world.target, 'apply', unreachable) });
  world.told.length = 0;
  const log: string[] = [];
  const onProgress = ({ kind }: { readonly kind: string }) => {
    if (kind !== log.at(-1)) log.push(kind);
  };
  const claim = (id: string) => {
    log.push(`claimed ${id}`);
    return { release: () => log.push('released') };
  };
  const refusing = () => {
    throw new FerryError('MOVE_UNDER_WAY', { id: SNAPSHOT_ID });
  };
  const { issuer, target, store, blobs, random } = world;
  const notes = { notebook: new MemoryRecordStore<MoveNoteRecord>(), beginning: BEGINNING, now: () => 100 };
  const asked = { issuer, target, store, blobs, random, notes, onProgress, id: SNAPSHOT_ID };
  const ways = {
    'given again': (by = claim) => world.run(ALL, { onProgress, claim: by }),
    resumed: (by = claim) => resumeLicenseMove({ ...asked, claim: by }),
  };
  return { world, log, ways, refusing };
}

describe.each(['given again', 'resumed'] as const)('an unfinished move that is %s', (way) => {
  it('is claimed before anything is done, and released at its end', async () => {
    const { log, ways } = await cutOff();
    expect(await ways[way]()).toMatchObject({ state: 'moved', resumed: true });
    expect(log).toEqual([`claimed ${SNAPSHOT_ID}`, 'resumed', 'entered', 'released']);
  });

  it('is released when it cannot be gone on with', async () => {
    const { world, log, ways } = await cutOff();
    await world.store.save(SNAPSHOT_ID, { machine: 'licenseMove', version: 999, snapshot: {} });
    await expect(ways[way]()).rejects.toMatchObject({ code: 'SNAPSHOT_WRONG' });
    expect(log).toEqual([`claimed ${SNAPSHOT_ID}`, 'released']);
  });

  it('is not touched while another program has claimed it', async () => {
    const { world, log, ways, refusing } = await cutOff();
    await expect(ways[way](refusing)).rejects.toMatchObject({ code: 'MOVE_UNDER_WAY' });
    expect([log, world.target.got, await world.store.ids()]).toEqual([[], [], [SNAPSHOT_ID]]);
  });
});
