import { describe, expect, it } from 'vitest';
import { type DongleEvent, dongleOf, PresentDongles } from '../../../carriers/hid/usb-host.ts';

describe('a device on USB', () => {
  it('is a dongle by its maker, its name and that it has a serial number', () => {
    const dongle = { serial: '3-1', address: 'hid:3-1' };
    expect(dongleOf('License Ferry', 'Transfer Dongle', '3-1')).toEqual(dongle);
    expect(dongleOf('License Ferry', 'Keyboard', '3-1')).toBeUndefined();
    expect(dongleOf('Another', 'Transfer Dongle', '3-1')).toBeUndefined();
    expect(dongleOf('License Ferry', 'Transfer Dongle', '')).toBeUndefined();
    expect(dongleOf(null, undefined, null)).toBeUndefined();
  });
});

describe('the dongles that are there', () => {
  it('are told of once each time they come and go, however often that is heard', () => {
    const told: DongleEvent[] = [];
    const present = new PresentDongles((event) => told.push(event));
    const [one, other] = ['3-1', '3-2'].map((serial) => ({ serial, address: `hid:${serial}` }));
    if (one === undefined || other === undefined) return;
    present.came(one, 'dongle.attached');
    present.came(one, 'dongle.present');
    present.went(other);
    present.went(one);
    present.went(one);
    present.came(one, 'dongle.attached');
    expect(told.map(({ serial, event }) => `${serial} ${event}`)).toEqual([
      '3-1 dongle.attached',
      '3-1 dongle.detached',
      '3-1 dongle.attached',
    ]);
  });
});
