import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openUsbPort } from '../../../carriers/hid/usb-port.adapter.ts';

/** What the package `usb` has, instead of the USB of this computer. */
const USB = vi.hoisted(() => ({ devices: [] as unknown[], fault: undefined as Error | undefined }));
vi.mock('../../../carriers/hid/usb-package.adapter.ts', async (original) => ({
  ...(await original<object>()),
  usbDevices: async () => ({
    getDevices: async () => {
      if (USB.fault !== undefined) throw USB.fault;
      return USB.devices;
    },
  }),
}));

/** An error as native packages throw them. */
function native(message: string): Error {
  return Object.assign(new Error(message), { code: 'GenericFailure' });
}

/** A device that is plugged in, and what was done to it. */
function device(names: object, failing: Readonly<Record<string, string>> = {}) {
  const done: string[] = [];
  const act = (name: string) => async (): Promise<void> => {
    const message = failing[name];
    done.push(name);
    if (message !== undefined) throw native(message);
  };
  const acts = ['selectConfiguration', 'detachKernelDriver', 'claimInterface', 'attachKernelDriver', 'close'];
  const fake = {
    ...{ bus: 'of-a-test', address: 1, opened: false, configuration: { configurationValue: 1 } },
    ...{ manufacturerName: 'License Ferry', productName: 'Transfer Dongle', serialNumber: '3-1', ...names },
    ...Object.fromEntries(acts.map((name) => [name, act(name)])),
    open: async () => {
      await act('open')();
      fake.opened = true;
    },
  };
  USB.devices.push(fake);
  return done;
}

describe('a dongle on USB without the system’s driver', () => {
  beforeEach(() => {
    Object.assign(USB, { devices: [], fault: undefined });
  });

  it('is not there where the system does not tell what is plugged in', async () => {
    USB.fault = native('getDevices error: x');
    await expect(openUsbPort('3-1', 'usb:3-1', 30)).rejects.toMatchObject({ code: 'NO_USB', cause: USB.fault });
  });

  it('is no other device, whatever its serial number', async () => {
    const disk = device({ manufacturerName: 'Another', productName: 'Disk' });
    const failed = { code: 'CARRIER_UNREACHABLE', details: { where: 'usb:3-1', why: 'it is not plugged in' } };
    await expect(openUsbPort('3-1', 'usb:3-1', 30)).rejects.toMatchObject(failed);
    expect(disk).toEqual([]);
  });

  it('is not guessed where several have that serial number', async () => {
    const both = [device({}), device({ address: 2 })];
    const failed = { code: 'CARRIER_UNREACHABLE', message: expect.stringContaining('2 dongles of that serial number') };
    await expect(openUsbPort('3-1', 'usb:3-1', 30)).rejects.toMatchObject(failed);
    expect(both).toEqual([[], []]);
  });

  it('is left as it was where it cannot be had, and says why, even when it is gone by then', async () => {
    const done = device({}, { claimInterface: 'claimInterface error: it is in use', close: 'close error: gone' });
    const failed = {
      code: 'CARRIER_UNREACHABLE',
      details: { where: 'usb:3-1', why: 'claimInterface error: it is in use' },
    };
    await expect(openUsbPort('3-1', 'usb:3-1', 30)).rejects.toMatchObject(failed);
    expect(done.slice(-1)).toEqual(['close']);
    if (process.platform === 'linux') expect(done.slice(-2)).toEqual(['attachKernelDriver', 'close']);
  });
});
