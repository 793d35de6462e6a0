import { describe, expect, it } from 'vitest';
import { type UsbWords, usbOptions } from '../../../host/cli/usb-options.ts';

const IDS = { vendor: 0x1209, product: 1 };
const USBIP = { way: 'usbip', host: '127.0.0.1', port: 3240, interval: 4, bind: undefined, ...IDS };
const BOUND = { vendor: 0x1234, product: 0xabcd, serial: undefined };

describe('what the command line says of a dongle on USB', () => {
  it.each<[UsbWords, unknown]>([
    [{}, undefined],
    [{ gadget: true }, { way: 'gadget', controller: undefined, ...IDS }],
    [
      { gadget: 'dummy_udc.0', usbIds: '1209:00Ff' },
      { way: 'gadget', controller: 'dummy_udc.0', vendor: 0x1209, product: 0xff },
    ],
    [{ bind: 'hid:1234:aBCd' }, { way: 'bound', bind: BOUND }],
    [{ bind: 'hid:1234:abcd:a:b' }, { way: 'bound', bind: { ...BOUND, serial: 'a:b' } }],
    [
      { usbip: true, bind: 'hid:1234:abcd' },
      { way: 'usbip', host: '127.0.0.1', port: 3240, interval: 4, bind: BOUND, ...IDS },
    ],
    [
      { usbip: ':0', bind: 'hid:1234:abcd', trace: 'usb.pcap' },
      { way: 'usbip', host: '127.0.0.1', port: 0, interval: 4, bind: BOUND, trace: 'usb.pcap', ...IDS },
    ],
    [
      { usbip: '3241', panel: '8080' },
      { ...USBIP, port: 3241, panel: { host: '127.0.0.1', port: 8080 } },
    ],
    [
      { usbip: 'a.b', panel: true },
      { ...USBIP, host: 'a.b', panel: { host: '127.0.0.1', port: 0 } },
    ],
    [
      { usbip: '[::1]', panel: 'a.b' },
      { ...USBIP, host: '::1', panel: { host: 'a.b', port: 0 } },
    ],
  ])('is read: %j', (words, options) => {
    expect(usbOptions(words)).toEqual(options);
  });

  it.each<[UsbWords, string]>([
    [{ usbIds: '1209:0001' }, '--usb-ids needs'],
    [{ gadget: true, panel: true }, '--panel needs --usbip'],
    [{ bind: 'hid:1234:5678', panel: ':80' }, '--panel needs --usbip'],
    [{ gadget: true, trace: 'usb.pcap' }, '--trace needs --usbip: elsewhere the system carries the traffic'],
    [{ bind: 'hid:1234:5678', trace: 'usb.pcap' }, '--trace needs --usbip'],
    [{ trace: 'usb.pcap' }, '--trace needs --usbip'],
    [{ usbip: true, trace: 'folder:traces' }, '--trace writes one file'],
    [{ gadget: true, usbInterval: '1' }, '--usb-interval needs --usbip'],
    [{ gadget: true, usbip: true }, 'neither --usbip nor --bind'],
    [{ gadget: true, bind: 'hid:1234:5678' }, 'neither --usbip nor --bind'],
    [{ bind: 'usb:1234:5678' }, 'no HID device like'],
    [{ bind: 'hid:1234' }, 'no HID device like'],
    [{ bind: 'hid:1234:5678:' }, 'no HID device like'],
  ])('cannot be meant: %j', (words, why) => {
    expect(() => usbOptions(words)).toThrow(why);
  });
});
