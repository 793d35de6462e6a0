import { afterEach, describe, expect, it } from 'vitest';
import { dongleAmong, dongleOf, PresentDongles } from '../../../carriers/hid/usb-host.ts';

describe('a device on USB', () => {
  it('is a dongle by its maker, its name and that it has a serial number', () => {
    const dongle = { serial: '3-1', address: 'hid:3-1' };
    const [maker, product, serial] = ['License Ferry', 'Transfer Dongle', '3-1'];
    expect(dongleOf({ maker, product, serial })).toEqual(dongle);
    expect(dongleOf({ maker, product: 'Keyboard', serial })).toBeUndefined();
    expect(dongleOf({ maker: 'Another', product, serial })).toBeUndefined();
    expect(dongleOf({ maker, product, serial: '' })).toBeUndefined();
    expect(dongleOf({ maker: null, product: undefined, serial: null })).toBeUndefined();
  });

  it('is a dongle also where the system does not tell its maker', () => {
    for (const maker of [null, undefined, ''])
      expect(dongleOf({ maker, product: 'Transfer Dongle', serial: '3-1' })).toMatchObject({ serial: '3-1' });
  });
});

describe('the dongle of a serial number', () => {
  const device = (place: string, serial: string, maker = 'License Ferry') => ({ place, serial, maker });
  const ways = {
    namesOf: ({ maker, serial }: ReturnType<typeof device>) => ({ maker, product: 'Transfer Dongle', serial }),
    placeOf: ({ place }: ReturnType<typeof device>) => place,
  };
  const among = (...devices: ReturnType<typeof device>[]) => dongleAmong(devices, '3-1', ways, 'hid:3-1');

  it('is the one that is there, however often the system names it', () => {
    const one = device('a', '3-1');
    expect(among(device('b', '3-2'), one, { ...one })).toEqual(one);
  });

  it('is none where another device has that serial number, or several dongles have it', () => {
    expect(() => among(device('a', '3-2'), device('b', '3-1', 'Another'))).toThrow('it is not plugged in');
    expect(() => among(device('a', '3-1'), device('b', '3-1'))).toThrow('2 dongles of that serial number');
  });
});

describe('the dongles that are there', () => {
  const dongle = (serial: string) => ({ serial, address: `hid:${serial}` });
  const [one, other] = [dongle('3-1'), dongle('3-2')];
  const told: string[] = [];
  const present = () => new PresentDongles(({ serial, event, plugged }) => told.push(`${serial} ${event} ${plugged}`));
  afterEach(() => void told.splice(0));

  it('are told of once each time they come and go, however often that is heard', () => {
    const there = present();
    there.came(one, '1/4', 'dongle.attached');
    there.came(one, '1/4', 'dongle.present');
    there.went(other, '1/5');
    there.went(one, '1/4');
    there.went(one, '1/4');
    there.came(one, '1/5', 'dongle.attached');
    expect(told).toEqual(['3-1 dongle.attached 1', '3-1 dongle.detached 0', '3-1 dongle.attached 1']);
  });

  it('are told apart by where they are plugged in, and counted, where several have one serial number', () => {
    const there = present();
    there.came(one, '1/4', 'dongle.present');
    there.came(one, '1/5', 'dongle.present');
    there.came(other, '1/6', 'dongle.attached');
    there.went(one, '1/4');
    there.went(one, '1/4');
    there.came(one, '1/7', 'dongle.attached');
    there.went(one, '1/5');
    there.went(one, '1/7');
    expect(told).toEqual([
      ...['3-1 dongle.present 1', '3-1 dongle.present 2', '3-2 dongle.attached 1', '3-1 dongle.detached 1'],
      ...['3-1 dongle.attached 2', '3-1 dongle.detached 1', '3-1 dongle.detached 0'],
    ]);
  });

  it('are another one where another serial number is found at a place, though nothing was heard of the first', () => {
    const there = present();
    there.came(one, '1/4', 'dongle.attached');
    there.came(other, '1/4', 'dongle.attached');
    there.went(one, '1/4');
    there.went(other, '1/4');
    expect(told).toEqual(['3-1 dongle.attached 1', '3-2 dongle.attached 1', '3-2 dongle.detached 0']);
  });
});
