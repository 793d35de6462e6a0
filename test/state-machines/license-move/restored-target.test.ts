import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import { parseSerialNumber } from '../../../container/model/serial-number.ts';
import { createSoftContainer, openSoftContainer } from '../../../device-side/index.ts';
import { containerIssuer, containerTarget, type MoveTarget, runLicenseMove } from '../../../state-machines/index.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { load, makeContainer, seats, TestFirm } from '../../world/parties.ts';
import { MoveWorld } from '../move-world.ts';

const newFolder = temporaryFolders();
const SERIAL = '130-2459324738';
const unreachable = new FerryError('NO_CONTAINER', { where: 'sim:device' });

/** A target that is cut off as soon as it is to apply something: before it has done so, or before it could answer. */
function cutOff(target: MoveTarget, when: 'before' | 'after'): MoveTarget {
  const apply = async (update: Uint8Array) => {
    if (when === 'after') await target.apply(update);
    throw unreachable;
  };
  return { ...target, apply };
}

/** A dongle with five seats, and a device in a folder of which copies can be made and put back. */
class RestoredWorld {
  readonly dongle = makeContainer('dongle', 1);
  readonly issuer = containerIssuer(this.dongle.container.client());
  readonly #itemId: string;
  readonly #place = newFolder();
  readonly #stores = new MoveWorld();

  constructor() {
    const [grant] = load(new TestFirm(), this.dongle, { quantity: 5 });
    this.#itemId = grant?.itemId ?? '';
    const [folder, anchorFolder] = [this.#path('now', 'device'), this.#path('now', 'anchor')];
    createSoftContainer({ folder, anchorFolder, serial: parseSerialNumber(SERIAL) }).close();
  }

  #path(...names: string[]): string {
    return path.join(this.#place, ...names);
  }

  /** Copies the device with its anchor, as a backup of the whole disk does. */
  backUp(): void {
    fs.cpSync(this.#path('now'), this.#path('backup'), { recursive: true });
  }

  restore(): void {
    fs.rmSync(this.#path('now'), { recursive: true });
    fs.cpSync(this.#path('backup'), this.#path('now'), { recursive: true });
  }

  /** Moves seats to the device as it is now, unless it is cut off in between. */
  async move(quantity: number, cut?: 'before' | 'after') {
    const { client, close } = openSoftContainer(this.#path('now', 'device'));
    const { store, blobs, random } = this.#stores;
    const order = { kind: 'items', items: [{ firmCode: 6000010, productCode: 1001, quantity }] } as const;
    const present = containerTarget(client);
    const target = cut === undefined ? present : cutOff(present, cut);
    const result = await runLicenseMove({ issuer: this.issuer, target, store, blobs, random, order });
    close();
    return result;
  }

  held() {
    return seats(this.dongle, this.#itemId);
  }
}

describe('a target that was set back to a backup', () => {
  it('refuses what it got to follow, and the move says what is in transit to it', async () => {
    const world = new RestoredWorld();
    world.backUp();
    expect(await world.move(1)).toMatchObject({ state: 'moved', inTransit: [] });
    expect(await world.move(2, 'before')).toMatchObject({ state: 'interrupted', inTransit: [2] });
    world.restore();
    expect(await world.move(2)).toMatchObject({
      state: 'refused',
      failure: { code: 'UPDATE_GAP' },
      resumed: true,
      inTransit: [2],
    });
    expect(world.held()).toEqual({ held: 2, pending: 2 });
  });

  it('is found out before anything is issued to it anew, even where its statement alone is merely an old one', async () => {
    const world = new RestoredWorld();
    world.backUp();
    expect((await world.move(1)).state).toBe('moved');
    expect((await world.move(1)).state).toBe('moved');
    world.restore();
    expect(await world.move(1)).toMatchObject({
      state: 'refused',
      failure: {
        code: 'PARTNER_ROLLED_BACK',
        details: { partner: SERIAL, why: 'it has forgotten the sequences 1 to 2, which it had applied or refused' },
      },
      entries: [],
      inTransit: [],
    });
    expect(world.held()).toEqual({ held: 3, pending: 0 });
  });

  it('gets what is in transit again when none of what it forgot was settled', async () => {
    const world = new RestoredWorld();
    world.backUp();
    expect(await world.move(1, 'after')).toMatchObject({ state: 'interrupted', inTransit: [1] });
    world.restore();
    expect(await world.move(1)).toMatchObject({ state: 'moved', inTransit: [] });
    expect(world.held()).toEqual({ held: 4, pending: 0 });
  });
});
