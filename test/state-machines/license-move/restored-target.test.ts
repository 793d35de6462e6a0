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
const unreachable = async () => Promise.reject(new FerryError('NO_CONTAINER', { where: 'sim:device' }));

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

  /** Moves seats to the device as it is now; what is given replaces a part of its side. */
  async move(quantity: number, over: Partial<MoveTarget> = {}) {
    const { client, close } = openSoftContainer(this.#path('now', 'device'));
    const { store, blobs } = this.#stores;
    const order = { kind: 'items', items: [{ firmCode: 6000010, productCode: 1001, quantity }] } as const;
    const target = { ...containerTarget(client), ...over };
    const result = await runLicenseMove({ issuer: this.issuer, target, store, blobs, order });
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
    expect(await world.move(2, { apply: unreachable })).toMatchObject({ state: 'interrupted', inTransit: [2] });
    world.restore();
    expect(await world.move(2)).toMatchObject({
      state: 'refused',
      failure: { code: 'UPDATE_GAP' },
      resumed: true,
      inTransit: [2],
    });
    expect(world.held()).toEqual({ held: 2, pending: 2 });
  });
});
