import { describe, expect, it } from 'vitest';
import { GADGET_RUINS, type GadgetStep, planGadget } from '../../../dongle-firmware-sim/bind/gadget-plan.ts';
import { REPORT_DESCRIPTOR } from '../../../dongle-firmware-sim/usb/descriptors.ts';

const PLAN = planGadget({ vendor: 0x1209, product: 0x000a, serial: '3-1234567' });

function written(): Record<string, string | Uint8Array> {
  return Object.fromEntries(PLAN.flatMap((step) => ('write' in step ? [[step.write, step.value]] : [])));
}

function at(matching: (step: GadgetStep) => boolean): number {
  return PLAN.findIndex(matching);
}

describe('what is written for a gadget', () => {
  it('says of it what the emulated dongle says over USB/IP', () => {
    expect(written()).toMatchObject({
      idVendor: '0x1209',
      idProduct: '0x000a',
      bcdDevice: '0x0100',
      'strings/0x409/manufacturer': 'License Ferry',
      'strings/0x409/product': 'Transfer Dongle',
      'strings/0x409/serialnumber': '3-1234567',
      'functions/hid.usb0/report_length': '64',
      'functions/hid.usb0/report_desc': REPORT_DESCRIPTOR,
      'functions/mass_storage.usb0/lun.0/removable': '1',
      'configs/c.1/MaxPower': '100',
    });
  });

  it('names the disk in the 28 characters that INQUIRY has for it', () => {
    expect(written()['functions/mass_storage.usb0/lun.0/inquiry_string']).toBe('Ferry   Transfer Dongle 0100');
  });

  it('puts no medium in, which the firmware does, and no controller, which plugging in does', () => {
    expect(Object.keys(written()).filter((name) => name.endsWith('/file') || name === 'UDC')).toEqual([]);
  });

  it('links the reports before the disk: that is the order of their interfaces', () => {
    expect(PLAN.slice(-2)).toEqual([
      { link: 'configs/c.1/hid.usb0', to: 'functions/hid.usb0' },
      { link: 'configs/c.1/mass_storage.usb0', to: 'functions/mass_storage.usb0' },
    ]);
  });

  it('makes each folder before anything is written into it', () => {
    for (const step of PLAN)
      if ('write' in step && step.write.includes('/')) {
        const made = at((other) => 'make' in other && step.write.startsWith(`${other.make}/`));
        expect(made, step.write).toBeGreaterThanOrEqual(0);
        expect(made, step.write).toBeLessThan(PLAN.indexOf(step));
      }
  });

  it('is taken apart whole: each link and each folder that was made, the inner ones first', () => {
    const { links, folders } = GADGET_RUINS;
    expect([...links]).toEqual(PLAN.flatMap((step) => ('link' in step ? [step.link] : [])));
    expect([...folders].sort()).toEqual(PLAN.flatMap((step) => ('make' in step ? [step.make] : [])).sort());
    for (const [place, folder] of folders.entries())
      for (const inner of folders.filter((other) => other.startsWith(`${folder}/`)))
        expect(folders.indexOf(inner), inner).toBeLessThan(place);
  });
});
