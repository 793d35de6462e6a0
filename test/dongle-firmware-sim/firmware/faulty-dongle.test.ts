import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemEnv } from '../../../container/crypto/native/system-env.adapter.ts';
import { stateHash } from '../../../container/engine/state.ts';
import {
  createDongle,
  openDongle,
  openFaultyDongle,
} from '../../../dongle-firmware-sim/firmware/open-dongle.adapter.ts';
import { codeOf } from '../../container/store/code-of.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { FaultScene } from '../usb/faults/fault-scene.ts';

const makeFolder = temporaryFolders();
const ORDER = { items: [{ firmCode: 6000010, productCode: 1001, quantity: 1 }], kinds: [], keys: [], most: 3 };

/** A new dongle in a folder of its own. */
function dongleFolder(): string {
  const folder = path.join(makeFolder(), 'dongle');
  createDongle({ folder }).close();
  return folder;
}

function ordersIn(folder: string): number {
  const dongle = openDongle(folder);
  const { armedOrders, locked } = dongle.container.run('list', {});
  dongle.close();
  expect(locked).toBe(false);
  return armedOrders;
}

describe('a dongle whose power is cut in the middle of a write', () => {
  it('has done what it was asked for, or not begun it, at whichever operation the power goes', () => {
    const outcomes: number[] = [];
    for (let number = 1; ; number++) {
      const folder = dongleFolder();
      const scene = new FaultScene();
      const dongle = openFaultyDongle(folder, systemEnv(), scene.board);
      scene.set(`cut power at flash ${number}`);
      const refused = codeOf(() => dongle.container.run('arm-order', ORDER));
      dongle.close();
      if (refused === undefined) break;
      expect(refused).toBe('STORE_WRITE_FAILED');
      expect([scene.board.hasPower, scene.board.isGone]).toEqual([false, true]);
      outcomes.push(ordersIn(folder));
    }
    expect(outcomes.length).toBeGreaterThan(0);
    expect(outcomes.every((orders) => orders === 0 || orders === 1)).toBe(true);
  });

  it('answers nothing more until it is opened again', () => {
    const folder = dongleFolder();
    const scene = new FaultScene();
    const dongle = openFaultyDongle(folder, systemEnv(), scene.board);
    scene.set('cut power at flash 1');
    for (let tried = 0; tried < 2; tried++)
      expect(codeOf(() => dongle.container.run('arm-order', ORDER))).toBe('STORE_WRITE_FAILED');
    dongle.close();
    const again = openFaultyDongle(folder, systemEnv(), scene.board);
    expect(codeOf(() => again.container.run('arm-order', ORDER))).toBeUndefined();
    again.close();
  });
});

describe('a dongle with full memory', () => {
  it('refuses what is new by its own rules, changes nothing, and says that nothing is free', () => {
    const scene = new FaultScene();
    const dongle = openFaultyDongle(dongleFolder(), systemEnv(), scene.board);
    const { container } = dongle;
    const [before, { freeMemory, capacity }] = [stateHash(container.state), container.run('list', {})];
    scene.set('full memory');
    expect(codeOf(() => container.run('arm-order', ORDER))).toBe('MEMORY_FULL');
    expect(container.run('list', {}).freeMemory).toBe(0);
    expect(stateHash(container.state)).toBe(before);
    scene.board.clear();
    expect(container.run('list', {})).toMatchObject({ freeMemory, capacity });
    expect(codeOf(() => container.run('arm-order', ORDER))).toBeUndefined();
    dongle.close();
  });
});
