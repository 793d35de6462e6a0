import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CmdSubmit,
  decodeCommand,
  decodeReturn,
  encodeCmdSubmit,
  encodeCmdUnlink,
  encodeRetSubmit,
  encodeRetUnlink,
  isToHost,
  LONGEST_TRANSFER,
  NO_SETUP,
  PDU_HEADER,
} from '../../../carriers/usbip/usbip-codec.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const words = (text: string): string => text.replaceAll(' ', '');

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const i32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const submits: fc.Arbitrary<CmdSubmit> = fc.record({
  kind: fc.constant('submit' as const),
  seqnum: u32,
  devid: u32,
  direction: fc.constantFrom('in' as const, 'out' as const),
  endpoint: fc.integer({ min: 0, max: 15 }),
  length: fc.integer({ min: 0, max: LONGEST_TRANSFER }),
  setup: fc.record({ requestType: u8, request: u8, value: u16, index: u16, length: u16 }),
});

const GET_DESCRIPTOR = { requestType: 0x80, request: 6, value: 0x0100, index: 0, length: 0x40 };
const submit = { seqnum: 1, devid: 0x0001_0002, length: 0x40 };

describe('the header of a USB/IP message', () => {
  it.each([
    [
      'a control transfer with its setup as it is on a bus',
      encodeCmdSubmit({ ...submit, direction: 'in', endpoint: 0, setup: GET_DESCRIPTOR }),
      '00000001 00000001 00010002 00000001 00000000 00000000 00000040 00000000 00000000 00000000 80060001 00004000',
    ],
    [
      'a bulk transfer to the device',
      encodeCmdSubmit({ ...submit, seqnum: 0x0d06, direction: 'out', endpoint: 2, setup: NO_SETUP }),
      '00000001 00000d06 00010002 00000000 00000002 00000000 00000040 00000000 00000000 00000000 00000000 00000000',
    ],
    [
      'an unlink, which names no endpoint',
      encodeCmdUnlink({ seqnum: 9, devid: 0x0001_0002, target: 7 }),
      '00000002 00000009 00010002 00000000 00000000 00000007 00000000 00000000 00000000 00000000 00000000 00000000',
    ],
    [
      'a transfer that was done, with no packets',
      encodeRetSubmit({ seqnum: 0x0d05, status: 0, actual: 0x40 }),
      '00000003 00000d05 00000000 00000000 00000000 00000000 00000040 00000000 00000000 00000000 00000000 00000000',
    ],
    [
      'a stall, as a number of Linux',
      encodeRetSubmit({ seqnum: 5, status: -32, actual: 0 }),
      '00000003 00000005 00000000 00000000 00000000 ffffffe0 00000000 00000000 00000000 00000000 00000000 00000000',
    ],
    [
      'a transfer that was taken back',
      encodeRetUnlink({ seqnum: 9, status: -104 }),
      '00000004 00000009 00000000 00000000 00000000 ffffff98 00000000 00000000 00000000 00000000 00000000 00000000',
    ],
  ])('says %s', (_, bytes, expected) => {
    expect(hexOf(bytes)).toBe(words(expected));
  });

  // Messages of Linux as its documentation shows them: they say -1 for "no packets", and an interval.
  it('is read as Linux writes it', () => {
    const setup = NO_SETUP;
    const asked =
      '00000001 00000d05 0001000f 00000001 00000001 00000200 00000040 ffffffff 00000000 00000004 00000000 00000000';
    const out = bytesOf(asked);
    new DataView(out.buffer).setInt32(0x1c, 0);
    new DataView(out.buffer).setInt32(0x20, -1);
    const expected = {
      kind: 'submit',
      seqnum: 0x0d05,
      devid: 0x0001_000f,
      direction: 'in',
      endpoint: 1,
      length: 64,
      setup,
    };
    expect(decodeCommand(bytesOf(asked))).toEqual(expected);
    expect(decodeCommand(out)).toEqual(expected);
    const answered =
      '00000003 00000d05 00000000 00000000 00000000 00000000 00000040 ffffffff 00000000 00000000 00000000 00000000';
    expect(decodeReturn(bytesOf(answered))).toEqual({ kind: 'submitted', seqnum: 0x0d05, status: 0, actual: 64 });
  });

  it.each([
    ['a reply for a command', 0x00, 3],
    ['the command 0', 0x00, 0],
    ['a third direction', 0x0c, 2],
    ['endpoint 16', 0x10, 16],
    ['endpoint 0x81, which says its direction twice', 0x10, 0x81],
    ['a byte more than a transfer may carry', 0x18, LONGEST_TRANSFER + 1],
    ['a negative length', 0x18, 0xffff_ffff],
    ['isochronous packets', 0x20, 1],
  ])('is refused with %s', (_, offset, value) => {
    const bytes = encodeCmdSubmit({ ...submit, direction: 'in', endpoint: 1, setup: NO_SETUP });
    new DataView(bytes.buffer).setUint32(offset, value);
    expect(decodeCommand(bytes)).toMatchObject({ kind: 'garbled' });
  });

  it('is refused as a reply when it is a command', () => {
    const bytes = encodeCmdSubmit({ ...submit, direction: 'in', endpoint: 1, setup: NO_SETUP });
    expect(decodeReturn(bytes)).toEqual({ kind: 'garbled', why: 'it has the unknown command 1' });
  });

  it('says what it was made of', () => {
    fc.assert(
      fc.property(submits, (command) => {
        expect(decodeCommand(encodeCmdSubmit(command))).toEqual(command);
      }),
    );
    fc.assert(
      fc.property(u32, u32, u32, (seqnum, devid, target) => {
        const unlink = { kind: 'unlink', seqnum, devid, target };
        expect(decodeCommand(encodeCmdUnlink({ seqnum, devid, target }))).toEqual(unlink);
      }),
    );
    fc.assert(
      fc.property(u32, i32, u32, (seqnum, status, actual) => {
        const submitted = { kind: 'submitted', seqnum, status, actual };
        expect(decodeReturn(encodeRetSubmit({ seqnum, status, actual }))).toEqual(submitted);
        expect(decodeReturn(encodeRetUnlink({ seqnum, status }))).toEqual({ kind: 'unlinked', seqnum, status });
      }),
    );
  });

  it('is never more than garbled, whatever its bytes are', () => {
    const headers = fc.uint8Array({ minLength: PDU_HEADER, maxLength: PDU_HEADER });
    fc.assert(
      fc.property(headers, fc.integer({ min: 0, max: 5 }), (header, command) => {
        header.set([0, 0, 0, command]);
        expect(['submit', 'unlink', 'garbled']).toContain(decodeCommand(header).kind);
        expect(['submitted', 'unlinked', 'garbled']).toContain(decodeReturn(header).kind);
      }),
    );
  });
});

describe('a setup packet', () => {
  it.each([
    ['brings data when it is a request for some', { ...NO_SETUP, requestType: 0x80, length: 1 }, true],
    ['brings none when it asks for no byte', { ...NO_SETUP, requestType: 0x80 }, false],
    ['brings none when it goes to the device', { ...NO_SETUP, requestType: 0x21, length: 64 }, false],
  ])('%s', (_, setup, expected) => {
    expect(isToHost(setup)).toBe(expected);
  });
});
