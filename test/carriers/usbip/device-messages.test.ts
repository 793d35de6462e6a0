import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEVICE_BYTES,
  decodeDevice,
  devidOf,
  encodeDevlistReply,
  encodeDevlistRequest,
  encodeImportRefusal,
  encodeImportReply,
  encodeImportRequest,
  type ListedDevice,
} from '../../../carriers/usbip/device-messages.ts';
import { ReplyReader } from '../../../carriers/usbip/reply-reader.ts';
import { RequestReader } from '../../../carriers/usbip/request-reader.ts';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const padded = (text: string, size: number): string => Buffer.alloc(size).fill(text, 0, text.length).toString('hex');

const DONGLE: ListedDevice = {
  path: '/somewhere/1-2',
  busid: '1-2',
  busnum: 1,
  devnum: 2,
  speed: 3,
  vendor: 0x1209,
  product: 0x0001,
  release: 0x0100,
  class: 0xa1,
  subclass: 0xa2,
  protocol: 0xa3,
  configurationValue: 1,
  configurations: 1,
  interfaceCount: 2,
  interfaces: [
    { class: 3, subclass: 0, protocol: 0 },
    { class: 8, subclass: 6, protocol: 0x50 },
  ],
};
const BLOCK = `${padded('/somewhere/1-2', 256)}${padded('1-2', 32)}000000010000000200000003120900010100a1a2a3010102`;

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const word = (most: number) =>
  fc.array(fc.integer({ min: 0x21, max: 0x7e }), { maxLength: most }).map((codes) => String.fromCharCode(...codes));
const devices: fc.Arbitrary<ListedDevice> = fc
  .record({
    path: word(255),
    busid: word(31),
    busnum: u32,
    devnum: u32,
    speed: u32,
    vendor: u16,
    product: u16,
    release: u16,
    class: u8,
    subclass: u8,
    protocol: u8,
    configurationValue: u8,
    configurations: u8,
    interfaces: fc.array(fc.record({ class: u8, subclass: u8, protocol: u8 }), { maxLength: 6 }),
  })
  .map((device) => ({ ...device, interfaceCount: device.interfaces.length }));

describe('a message before a device is imported', () => {
  it.each([
    ['a question for the devices', encodeDevlistRequest(), '0111800500000000'],
    ['no devices', encodeDevlistReply([]), '011100050000000000000000'],
    ['a list', encodeDevlistReply([DONGLE]), `011100050000000000000001${BLOCK}0300000008065000`],
    ['a question for a device', encodeImportRequest('1-2'), `0111800300000000${padded('1-2', 32)}`],
    ['a device, without its interfaces', encodeImportReply(DONGLE), `0111000300000000${BLOCK}`],
    ['a refusal of 8 bytes', encodeImportRefusal(1), '0111000300000001'],
  ])('says %s', (_, bytes, expected) => {
    expect(hexOf(bytes)).toBe(expected);
  });

  it('says of any devices what it was made of', () => {
    fc.assert(
      fc.property(fc.array(devices, { maxLength: 4 }), (list) => {
        const reader = new ReplyReader('devlist');
        reader.push(encodeDevlistReply(list));
        expect(reader.next()).toEqual({ kind: 'devlist', devices: list });
      }),
    );
    fc.assert(
      fc.property(devices, ({ interfaces, ...device }) => {
        const reader = new ReplyReader('import');
        reader.push(encodeImportReply(device));
        expect(reader.next()).toEqual({ kind: 'imported', device });
      }),
    );
    fc.assert(
      fc.property(word(31), (busid) => {
        const reader = new RequestReader();
        reader.push(encodeImportRequest(busid));
        expect(reader.next()).toEqual({ kind: 'import', busid });
      }),
    );
  });

  it('is none when the name of its device has no end', () => {
    expect(decodeDevice(new Uint8Array(DEVICE_BYTES).fill(0x31, 0, 256))).toBeUndefined();
    expect(decodeDevice(new Uint8Array(DEVICE_BYTES).fill(0x31, 256, 288))).toBeUndefined();
    expect(decodeDevice(new Uint8Array(DEVICE_BYTES))).toMatchObject({ path: '', busid: '' });
  });

  it('names a device later by 16 bits of its bus and 16 of its number', () => {
    expect(devidOf({ busnum: 1, devnum: 2 })).toBe(0x0001_0002);
    expect(devidOf({ busnum: 0xffff, devnum: 0xffff })).toBe(0xffff_ffff);
  });
});
