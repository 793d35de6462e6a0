import { expect, it } from 'vitest';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { FerryError } from '../../../container/errors.ts';
import {
  containerIssuer,
  containerTarget,
  MemoryBlobStore,
  MemoryRecordStore,
  MemorySnapshotStore,
  type MoveNoteRecord,
  moveId,
  resumeLicenseMove,
  runLicenseMove,
} from '../../../state-machines/index.ts';
import { load, makeContainer, seats, TestFirm } from '../../world/parties.ts';
import { MoveWorld } from '../move-world.ts';
import { PowerCut } from '../power-cut.ts';

const ORDER = { kind: 'items', items: [{ firmCode: 6000010, productCode: 1001, quantity: 2 }] } as const;
const BEGINNING = { from: 'sim:/dongle', to: 'sim:/device', firm: null };

/** A move that was cut off before the target got anything, and cancelled. */
async function cancelled() {
  const [dongle, device] = [makeContainer('dongle', 1), makeContainer('soft', 2)];
  const [grant] = load(new TestFirm(), dongle, { quantity: 5 });
  const [store, blobs] = [new MemorySnapshotStore(), new MemoryBlobStore(nativeCrypto())];
  const notes = { notebook: new MemoryRecordStore<MoveNoteRecord>(), beginning: BEGINNING, now: () => 100 };
  const issuer = containerIssuer(dongle.container.client());
  const target = containerTarget(device.container.client());
  const apply = async () => Promise.reject(new FerryError('NO_CONTAINER', { where: 'sim:device' }));
  const { random } = new MoveWorld();
  await runLicenseMove({ issuer, target: { ...target, apply }, store, blobs, random, notes, order: ORDER });
  dongle.container.run('cancel', { target: device.key, sequences: [1] });
  const id = moveId(dongle.key, device.key);
  return {
    resume: (cut?: PowerCut) => {
      const over = <T extends object>(port: T): T => cut?.over(port) ?? port;
      const parties = { issuer: over(issuer), target: over(target), store: over(store), blobs: over(blobs) };
      return resumeLicenseMove({ ...parties, random, notes, id });
    },
    found: () => [seats(dongle, grant?.itemId ?? ''), seats(device, grant?.itemId ?? '').held, store.load(id)],
  };
}

it.each(['before', 'after'] as const)(
  'a move that was cancelled while it was interrupted comes home when the power is cut %s any step of going on',
  async (when) => {
    let at = 1;
    for (; ; at++) {
      const world = await cancelled();
      const cut = new PowerCut(at, when);
      const first = await Promise.race([world.resume(cut), cut.happened]);
      if (first === 'cut') await world.resume();
      const [dongle, device, kept] = world.found();
      expect([dongle, device, await kept]).toEqual([{ held: 5, pending: 0 }, 0, undefined]);
      if (first !== 'cut') break;
    }
    expect(at).toBeGreaterThan(10);
  },
);
