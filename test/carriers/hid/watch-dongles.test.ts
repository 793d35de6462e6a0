import { describe, expect, it } from 'vitest';
import { watchDongles } from '../../../carriers/hid/watch-dongles.ts';

/** A device as the package `usb` shows it. */
function device(address: number, serialNumber = '3-1', productName = 'Transfer Dongle') {
  return { bus: '001', address, manufacturerName: 'License Ferry', productName, serialNumber };
}

/** What the package `usb` has, instead of the USB of this computer. */
class FakeUsb {
  readonly #listeners = new Map<string, (event: { device: ReturnType<typeof device> }) => void>();
  readonly devices: ReturnType<typeof device>[] = [];
  fault: Error | undefined;

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  async getDevices() {
    if (this.fault !== undefined) throw this.fault;
    return this.devices;
  }

  addEventListener(type: string, listener: (event: { device: ReturnType<typeof device> }) => void): void {
    this.#listeners.set(type, listener);
  }

  removeEventListener(type: string, listener: (event: { device: ReturnType<typeof device> }) => void): void {
    if (this.#listeners.get(type) === listener) this.#listeners.delete(type);
  }

  dispatch(type: 'connect' | 'disconnect', one: ReturnType<typeof device>): void {
    this.#listeners.get(type)?.({ device: one });
  }
}

async function watched(usb: FakeUsb) {
  const told: string[] = [];
  const end = await watchDongles(usb, ({ event, serial, plugged }) => told.push(`${event} ${serial} ${plugged}`));
  return { told, end };
}

describe('the dongles on a computer’s USB', () => {
  it('are told of as they come and go, and other devices are not', async () => {
    const usb = new FakeUsb();
    usb.devices.push(device(4), device(5, '77', 'Keyboard'));
    const { told, end } = await watched(usb);
    usb.dispatch('connect', device(6, '3-2'));
    usb.dispatch('connect', device(4));
    usb.dispatch('disconnect', device(5, '77', 'Keyboard'));
    usb.dispatch('disconnect', device(4));
    expect(told).toEqual(['dongle.present 3-1 1', 'dongle.attached 3-2 1', 'dongle.detached 3-1 0']);
    end();
    expect(usb.isHeard).toBe(false);
  });

  it('are each told of where two have one serial number, and one that goes does not hide the other', async () => {
    const usb = new FakeUsb();
    usb.devices.push(device(4), device(5));
    const { told } = await watched(usb);
    usb.dispatch('disconnect', device(4));
    usb.dispatch('connect', device(6));
    usb.dispatch('disconnect', device(5));
    usb.dispatch('disconnect', device(6));
    expect(told).toEqual([
      ...['dongle.present 3-1 1', 'dongle.present 3-1 2', 'dongle.detached 3-1 1'],
      ...['dongle.attached 3-1 2', 'dongle.detached 3-1 1', 'dongle.detached 3-1 0'],
    ]);
  });

  it('are not listened for any more where the system does not tell which are there', async () => {
    const usb = new FakeUsb();
    usb.fault = new Error('getDevices error: x');
    await expect(watched(usb)).rejects.toMatchObject({ code: 'NO_USB', cause: usb.fault });
    expect(usb.isHeard).toBe(false);
  });
});
