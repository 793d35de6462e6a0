import { describe, expect, it } from 'vitest';
import { Container } from '../../container/container.ts';
import { equalBytes } from '../../container/model/bytes.ts';
import { limitsOfBank } from '../../container/model/limits.ts';
import { bankCapacity } from '../../container/store/journal-layout.ts';
import { MemoryAnchor } from '../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../container/store/memory-flash.ts';
import {
  crypto,
  load,
  makeContainer,
  move,
  order,
  reopen,
  root,
  seats,
  seededEnv,
  TestFirm,
} from '../world/parties.ts';

function world() {
  const firm = new TestFirm();
  const dongle = makeContainer('dongle', 1);
  const device = makeContainer('soft', 2);
  return { firm, dongle, device };
}

describe('moving Product Items from a dongle to a device', () => {
  it('leaves what was moved at the device, the rest at the dongle, and nothing in transit', () => {
    const { firm, dongle, device } = world();
    const [grant] = load(firm, dongle, { quantity: 5 });
    const { reports } = move(dongle, device, [{ holding: 1, quantity: 2 }]);
    expect(reports[0]?.entries).toEqual([{ sequence: 1, reason: 0, items: 1 }]);
    expect(seats(dongle, grant?.itemId ?? '')).toEqual({ held: 3, pending: 0 });
    expect(seats(device, grant?.itemId ?? '')).toEqual({ held: 2, pending: 0 });
  });

  it('is the same after both containers were opened again at every step', () => {
    const { firm, dongle, device } = world();
    const [grant] = load(firm, dongle, { quantity: 5 });
    reopen(dongle);
    const issued = order(dongle, device, [{ holding: 1, quantity: 5 }]);
    reopen(dongle);
    reopen(device);
    const again = dongle.container.run('transit', { target: device.key });
    expect(again.updates).toHaveLength(issued.updates.length);
    const { receipt } = device.container.run('apply', { update: again.updates[0] as Uint8Array });
    reopen(device);
    dongle.container.run('settle', { context: receipt });
    reopen(dongle);
    expect([dongle.container.locked, device.container.locked]).toEqual([false, false]);
    expect(dongle.container.run('list', {}).holdings).toEqual([]);
    expect(seats(device, grant?.itemId ?? '')).toEqual({ held: 5, pending: 0 });
  });

  it('never moves twice when the same order is repeated', () => {
    const { firm, dongle, device } = world();
    const [grant] = load(firm, dongle, { quantity: 5 });
    order(dongle, device, [{ holding: 1, quantity: 2 }]);
    expect(order(dongle, device, [{ holding: 1, quantity: 2 }], 1).repeated).toBe(true);
    expect(seats(dongle, grant?.itemId ?? '')).toEqual({ held: 3, pending: 2 });
    expect(() => order(dongle, device, [{ holding: 1, quantity: 3 }], 1)).toThrow(
      expect.objectContaining({ code: 'ISSUED_OTHERWISE' }),
    );
  });

  it('brings a cancelled order back with the receipt of a target that had not applied it', () => {
    const { firm, dongle, device } = world();
    const [grant] = load(firm, dongle, { quantity: 5 });
    order(dongle, device, [{ holding: 1, quantity: 2 }]);
    const { updates } = dongle.container.run('cancel', { target: device.key, sequences: [1] });
    const report = device.container.run('apply', { update: updates[0] as Uint8Array });
    expect(report.entries).toEqual([{ sequence: 1, reason: 301, items: 0 }]);
    dongle.container.run('settle', { context: report.receipt });
    expect(seats(dongle, grant?.itemId ?? '')).toEqual({ held: 5, pending: 0 });
  });

  it('gives a returned item back to the dongle with its hop undone', () => {
    const { firm, dongle, device } = world();
    const [grant] = load(firm, dongle, { quantity: 5 });
    move(dongle, device, [{ holding: 1, quantity: 5 }]);
    const id = device.container.run('list', {}).holdings[0]?.id ?? 0;
    move(device, dongle, [{ holding: id, quantity: 5 }]);
    expect(seats(device, grant?.itemId ?? '')).toEqual({ held: 0, pending: 0 });
    expect(dongle.container.run('list', {}).holdings[0]).toMatchObject({ quantity: 5, hops: 0 });
  });

  it('refuses a file for another device and leaves its state hash as it was', () => {
    const { firm, dongle, device } = world();
    const other = makeContainer('soft', 3);
    load(firm, dongle, { quantity: 5 });
    const { updates } = order(dongle, device, [{ holding: 1, quantity: 2 }]);
    const before = other.container.run('list', {}).stateHash;
    expect(() => other.container.run('apply', { update: updates[0] as Uint8Array })).toThrow(
      expect.objectContaining({ code: 'NOT_ADDRESSED', details: { wanted: '130-2', here: '130-3' } }),
    );
    expect(other.container.run('list', {}).stateHash).toBe(before);
  });

  it('tells by their keys two containers of one serial number apart', () => {
    const { firm, dongle, device } = world();
    const twin = makeContainer('cloud', 2);
    load(firm, dongle, { quantity: 5 });
    const { updates } = order(dongle, device, [{ holding: 1, quantity: 2 }]);
    const named = ({ key }: typeof twin): string => `130-2 (key ${key.slice(0, 8)})`;
    expect(() => twin.container.run('apply', { update: updates[0] as Uint8Array })).toThrow(
      expect.objectContaining({ code: 'NOT_ADDRESSED', details: { wanted: named(device), here: named(twin) } }),
    );
  });
});

describe('making a container', () => {
  it.each([
    { kind: 'dongle', kib: 128 },
    { kind: 'soft', kib: 1024 },
  ] as const)('is refused on memory that leaves a $kind nothing, before anything is written', ({ kind, kib }) => {
    const flash = new MemoryFlash({ size: kib * 1024, pageSize: 256, sectorSize: 4096 });
    const empty = flash.image();
    const anchor = new MemoryAnchor();
    const parts = { crypto, env: seededEnv('small'), flash, anchor, where: 'small' };
    const what = `${kib * 1024} bytes of memory leave none for licenses in small`;
    expect(() => Container.create(parts, { kind, root })).toThrow(
      expect.objectContaining({ code: 'USAGE_WRONG', details: { what } }),
    );
    expect(equalBytes(flash.image(), empty)).toBe(true);
    expect(anchor.read()).toBeUndefined();
  });

  it('is refused on memory of which exactly nothing is left for licenses', () => {
    const flash = new MemoryFlash({ size: 172_648, pageSize: 12_332, sectorSize: 86_324 });
    expect(limitsOfBank('dongle', bankCapacity(flash.geometry)).capacity).toBe(0);
    const parts = { crypto, env: seededEnv('nothing'), flash, anchor: new MemoryAnchor(), where: 'nothing' };
    expect(() => Container.create(parts, { kind: 'dongle', root })).toThrow(
      expect.objectContaining({ code: 'USAGE_WRONG' }),
    );
  });

  it('on the least memory that it takes gives one that holds a license', () => {
    const dongle = makeContainer('dongle', 1, { size: 160 * 1024 });
    load(new TestFirm(), dongle, {});
    reopen(dongle);
    expect(dongle.container.run('list', {}).holdings).toHaveLength(1);
  });
});
