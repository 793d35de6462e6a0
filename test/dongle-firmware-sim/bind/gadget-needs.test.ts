import { describe, expect, it } from 'vitest';
import { type GadgetGround, groundForGadget } from '../../../dongle-firmware-sim/bind/gadget-needs.ts';

const READY: GadgetGround = { platform: 'linux', isRoot: true, hasConfigfs: true, controllers: ['fe980000.usb'] };

describe('what a computer needs to be a dongle', () => {
  it('is there on a board with one device controller, which is taken', () => {
    expect(groundForGadget(READY, undefined)).toEqual({ ok: true, controller: 'fe980000.usb' });
  });

  it('is the controller that was asked for, where there are several', () => {
    const ground = { ...READY, controllers: ['dummy_udc.0', 'fe980000.usb'] };
    expect(groundForGadget(ground, 'fe980000.usb')).toEqual({ ok: true, controller: 'fe980000.usb' });
    expect(groundForGadget(ground, undefined)).toMatchObject({ help: expect.stringContaining('dummy_udc.0, fe98') });
  });

  it.each([
    ['another system', { platform: 'win32' }, 'only Linux', '--usbip'],
    ['no root', { isRoot: false }, 'only root', 'sudo'],
    ['no configfs', { hasConfigfs: false }, 'usb_gadget', 'mount -t configfs none /sys/kernel/config'],
    ['no controller', { controllers: [] }, 'no USB device controller', 'modprobe dummy_hcd'],
  ])('is said to be missing, with what helps: %s', (_, lack, why, help) => {
    expect(groundForGadget({ ...READY, ...lack }, undefined)).toEqual({
      ok: false,
      why: expect.stringContaining(why),
      help: expect.stringContaining(help),
    });
  });

  it('is said to be missing when the controller that was asked for is not there', () => {
    expect(groundForGadget({ ...READY, controllers: [] }, 'x')).toMatchObject({
      help: expect.stringContaining('none'),
    });
  });
});
