import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../../container/model/bytes.ts';
import {
  isTraceHeader,
  TRACE_HEADER,
  traceHeader,
  traceRecord,
  USBMON_HEADER,
  type UsbEvent,
} from '../../../../dongle-firmware-sim/usb/trace/usbmon-record.ts';
import { readPcap } from './read-pcap.ts';

const SNAP = 4096;
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const packed = (text: string): string => text.replace(/\s/g, '');
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

/** 2027-01-31T08:15:00.000250Z */
const MOMENT = 1_801_383_300_000_250;
const common = { moment: MOMENT, id: 0x1_0000_0002, bus: 1, device: 3, interval: 0 };
const GET_DESCRIPTOR = { requestType: 0x80, request: 6, value: 0x0100, index: 0x0409, length: 18 };

describe('a record of a trace', () => {
  it.each<[string, UsbEvent, string]>([
    [
      'a control request to come has its setup packet and no data yet',
      { ...common, kind: 'submit', type: 'control', endpoint: 0x80, length: 18, setup: GET_DESCRIPTOR, data: bytes() },
      `84ed5e6b fa000000 40000000 40000000
       0200000001000000 53 02 80 03 0100 00 3c 84ed5e6b00000000 fa000000 8dffffff 12000000 00000000
       8006000109041200 00000000 00000000 00020000 00000000`,
    ],
    [
      'its end has its data',
      { ...common, kind: 'complete', type: 'control', endpoint: 0x80, length: 2, status: 0, data: bytes(0x12, 0x01) },
      `84ed5e6b fa000000 42000000 42000000
       0200000001000000 43 02 80 03 0100 2d 00 84ed5e6b00000000 fa000000 00000000 02000000 02000000
       0000000000000000 00000000 00000000 00020000 00000000 1201`,
    ],
    [
      'a report that goes out has its data at once, and how often it may',
      {
        ...{ ...common, kind: 'submit', type: 'interrupt', endpoint: 0x01, length: 3, setup: undefined },
        ...{ data: bytes(7, 8, 9), interval: 8 },
      },
      `84ed5e6b fa000000 43000000 43000000
       0200000001000000 53 01 01 03 0100 2d 00 84ed5e6b00000000 fa000000 8dffffff 03000000 03000000
       0000000000000000 08000000 00000000 00000000 00000000 070809`,
    ],
    [
      'a stall of the disk is -EPIPE',
      { ...common, kind: 'complete', type: 'bulk', endpoint: 0x02, length: 0, status: -32, data: bytes() },
      `84ed5e6b fa000000 40000000 40000000
       0200000001000000 43 03 02 03 0100 2d 3e 84ed5e6b00000000 fa000000 e0ffffff 00000000 00000000
       0000000000000000 00000000 00000000 00000000 00000000`,
    ],
  ])('has the bytes that are documented: %s', (_, event, hex) => {
    expect(hexOf(traceRecord(event, SNAP))).toBe(packed(hex));
  });

  it('loses of its data what is beyond the snap length, and says how long it was', () => {
    const data = Uint8Array.from({ length: 100 }, (_, at) => at);
    const record = traceRecord(
      { ...common, kind: 'complete', type: 'bulk', endpoint: 0x82, length: 100, status: 0, data },
      USBMON_HEADER + 10,
    );
    const [read] = readPcap(concatBytes(traceHeader(USBMON_HEADER + 10), record)).records;
    expect(read).toMatchObject({ captured: 74, whole: 164, length: 100, dataLength: 10 });
    expect([...(read?.data ?? [])]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const shared = {
  moment: fc.integer({ min: 0, max: 4_294_967_295_999_999 }),
  id: fc.maxSafeNat(),
  bus: u16,
  device: fc.integer({ min: 1, max: 127 }),
  type: fc.constantFrom('control' as const, 'bulk' as const, 'interrupt' as const),
  endpoint: fc.tuple(fc.integer({ min: 0, max: 15 }), fc.constantFrom(0, 0x80)).map(([number, way]) => number | way),
  interval: fc.integer({ min: 0, max: 2 ** 15 }),
  data: fc.uint8Array({ maxLength: 200 }),
  length: fc.integer({ min: 0, max: 0xffff_ffff }),
};
const setups = fc.record({ requestType: u8, request: u8, value: u16, index: u16, length: u16 });
const events: fc.Arbitrary<UsbEvent> = fc.oneof(
  fc.record({ ...shared, kind: fc.constant('submit' as const), setup: fc.option(setups, { nil: undefined }) }),
  fc.record({ ...shared, kind: fc.constant('complete' as const), status: fc.integer({ min: -200, max: 0 }) }),
);

describe('any events', () => {
  it('are read back from a trace one after the other, as far as the snap length lets them', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 8 }), fc.integer({ min: 64, max: 300 }), (all, snapLength) => {
        const file = concatBytes(traceHeader(snapLength), ...all.map((event) => traceRecord(event, snapLength)));
        const { records, snapLength: read } = readPcap(file);
        expect(read).toBe(snapLength);
        expect(records).toHaveLength(all.length);
        for (const [at, event] of all.entries()) {
          const kept = event.data.subarray(0, snapLength - 64);
          const setup = event.kind === 'submit' ? event.setup : undefined;
          const goesAlong = event.endpoint >= 0x80 ? 'complete' : 'submit';
          expect(records[at]).toMatchObject({
            seconds: Math.floor(event.moment / 1e6),
            microseconds: event.moment % 1e6,
            id: BigInt(event.id),
            event: event.kind === 'submit' ? 'S' : 'C',
            transfer: event.type,
            endpoint: event.endpoint,
            device: event.device,
            bus: event.bus,
            setupFlag: setup === undefined ? '-' : '',
            dataFlag: event.kind === goesAlong ? '' : event.kind === 'submit' ? '<' : '>',
            status: event.kind === 'submit' ? -115 : event.status,
            length: event.length,
            dataLength: kept.length,
            whole: 64 + event.data.length,
            setup: setup === undefined ? '0000000000000000' : setupHex(setup),
            interval: event.interval,
            flags: event.endpoint >= 0x80 ? 0x200 : 0,
            isochronous: 0,
            data: Buffer.from(kept),
          });
        }
      }),
    );
  });
});

function setupHex({
  requestType,
  request,
  value,
  index,
  length,
}: Extract<UsbEvent, { kind: 'submit' }>['setup'] & object) {
  const setup = Buffer.alloc(8);
  setup.writeUInt8(requestType, 0);
  setup.writeUInt8(request, 1);
  setup.writeUInt16LE(value, 2);
  setup.writeUInt16LE(index, 4);
  setup.writeUInt16LE(length, 6);
  return setup.toString('hex');
}

describe('the beginning of a trace', () => {
  it('is that of a pcap file with the link type 220', () => {
    expect(hexOf(traceHeader(0x0004_0000))).toBe('d4c3b2a1020004000000000000000000' + '00000400' + 'dc000000');
  });

  it('is known again, and nothing else is', () => {
    const header = traceHeader(SNAP);
    expect(isTraceHeader(header)).toBe(true);
    expect(isTraceHeader(header.subarray(0, TRACE_HEADER - 1))).toBe(false);
    for (const [at, value] of [
      [0, 0x0a],
      [20, 1],
    ] as const) {
      const other = Uint8Array.from(header);
      other[at] = value;
      expect(isTraceHeader(other)).toBe(false);
    }
  });
});
