import { describe, expect, it } from 'vitest';
import { NO_SETUP } from '../../../../carriers/usbip/usbip-codec.ts';
import { concatBytes } from '../../../../container/model/bytes.ts';
import type { ExportedDevice } from '../../../../dongle-firmware-sim/usb/exported-device.ts';
import { TracedDevice } from '../../../../dongle-firmware-sim/usb/trace/traced-device.ts';
import { traceHeader, traceRecord } from '../../../../dongle-firmware-sim/usb/trace/usbmon-record.ts';
import type { Completion, Transfer } from '../../../../dongle-firmware-sim/usb/usb-transfer.ts';
import { ECHO, ECHO_DESCRIPTION, EchoDevice, GIVE, KEEP, NARROW } from '../echo-device.ts';
import { controlOf, inOf, outOf, SessionScene, unlinkOf } from '../session-scene.ts';
import { type ReadRecord, readPcap, sayRecord } from './read-pcap.ts';

const SNAP = 1024;

/** A device whose transfers are recorded, plugged into a session. */
class TracedScene {
  readonly written: Uint8Array[] = [traceHeader(SNAP)];
  readonly echo = new EchoDevice();
  readonly device: TracedDevice;
  readonly session: SessionScene;

  constructor(device: ExportedDevice | undefined = undefined) {
    let [moment, id] = [0, 0];
    this.device = new TracedDevice(device ?? this.echo, {
      ...{ bus: 2, device: 9, interval: 4 },
      moment: () => (moment += 125),
      id: () => (id += 1),
      record: (event) => void this.written.push(traceRecord(event, SNAP)),
    });
    this.session = SessionScene.attached(new Map([['1-1', this.device]]));
  }

  get records(): readonly ReadRecord[] {
    return readPcap(concatBytes(...this.written)).records;
  }

  get lines(): string[] {
    return this.records.map(sayRecord);
  }
}

describe('a device whose transfers are recorded', () => {
  it('has both events of each, with the same number, at the place it was given, in the order in which they came', () => {
    const scene = new TracedScene();
    scene.session.hear(outOf(1, ECHO.bulk, Uint8Array.of(1, 2, 3)), inOf(2, ECHO.bulk, 512));
    expect(scene.lines).toEqual(['S bulk 02 -115 3 3', 'C bulk 02 0 3> 0', 'S bulk 82 -115 512< 0', 'C bulk 82 0 3 3']);
    expect(scene.records.map(({ id }) => id)).toEqual([1n, 1n, 2n, 2n]);
    expect(scene.records.map(({ microseconds }) => microseconds)).toEqual([125, 250, 375, 500]);
    for (const record of scene.records) expect(record).toMatchObject({ bus: 2, device: 9, interval: 0 });
    expect(scene.records.map(({ data }) => [...data])).toEqual([[1, 2, 3], [], [], [1, 2, 3]]);
  });

  it('has reports as interrupt transfers with their interval, of which one that waits has no end yet', () => {
    const scene = new TracedScene();
    scene.session.hear(inOf(1, ECHO.reports), outOf(2, ECHO.reports, Uint8Array.of(7)));
    expect(scene.lines).toEqual([
      'S interrupt 81 -115 64< 0',
      'S interrupt 01 -115 1 1',
      'C interrupt 81 0 1 1',
      'C interrupt 01 0 1> 0',
    ]);
    expect(scene.records.map(({ id }) => id)).toEqual([1n, 2n, 1n, 2n]);
    for (const { interval } of scene.records) expect(interval).toBe(8);
    scene.session.hear(inOf(3, ECHO.reports));
    expect(scene.lines.slice(4)).toEqual(['S interrupt 81 -115 64< 0']);
  });

  it('has control transfers with their setup packets, there, back and without data', () => {
    const scene = new TracedScene();
    const kept = Uint8Array.of(5, 6);
    scene.session.hear(controlOf(1, { ...KEEP, length: 2 }, kept), controlOf(2, { ...GIVE, length: 8 }));
    scene.session.hear(controlOf(3, { ...KEEP, length: 0 }, new Uint8Array()), controlOf(4, NO_SETUP));
    expect(scene.lines).toEqual([
      ...['S control 00 -115 2 2', 'C control 00 0 2> 0'],
      ...['S control 80 -115 8< 0', 'C control 80 0 2 2'],
      ...['S control 00 -115 0 0', 'C control 00 0 0> 0'],
      ...['S control 00 -115 0 0', 'C control 00 -32 0> 0'],
    ]);
    expect(scene.records.map(({ setupFlag, setup }) => (setupFlag === '-' ? '-' : setup))).toEqual([
      ...['4001000000000200', '-', 'c001000000000800', '-'],
      ...['4001000000000000', '-', '0000000000000000', '-'],
    ]);
  });

  it('tells of stalls, short transfers and too much data what the host is told', () => {
    const scene = new TracedScene();
    const tooMuch: ExportedDevice = {
      description: ECHO_DESCRIPTION,
      attach: () => true,
      detach: () => undefined,
      unplug: () => undefined,
      submit: (_: Transfer, complete: (completion: Completion) => void) => {
        complete({ status: 'done', data: new Uint8Array(9), actual: 9 });
        return () => false;
      },
    };
    const generous = new TracedScene(tooMuch);
    const told = [
      ...scene.session.hear(inOf(1, ECHO.stalling), outOf(2, ECHO.narrow, new Uint8Array(50))),
      ...generous.session.hear(inOf(3, ECHO.bulk, 8)),
    ];
    expect(told).toEqual(['1: -32, 0 carried, 0 sent', `2: 0, ${NARROW} carried, 0 sent`, '3: -75, 0 carried, 0 sent']);
    expect(scene.lines).toEqual([
      ...['S bulk 83 -115 64< 0', 'C bulk 83 -32 0 0'],
      ...['S bulk 05 -115 50 50', `C bulk 05 0 ${NARROW}> 0`],
    ]);
    expect(generous.lines).toEqual(['S bulk 82 -115 8< 0', 'C bulk 82 -75 0 0']);
  });

  it('ends a transfer that is taken back as -ECONNRESET, once, also one that the device has lost', () => {
    const scene = new TracedScene();
    scene.session.hear(inOf(1, ECHO.reports), unlinkOf(2, 1), unlinkOf(3, 1));
    expect(scene.lines).toEqual(['S interrupt 81 -115 64< 0', 'C interrupt 81 -104 0 0']);
    expect(scene.echo.cancelled).toBe(1);
    const lossy = new TracedScene({
      description: ECHO_DESCRIPTION,
      attach: () => true,
      detach: () => undefined,
      unplug: () => undefined,
      submit: () => () => false,
    });
    expect(lossy.session.hear(outOf(1, ECHO.bulk, Uint8Array.of(1)), unlinkOf(2, 1))).toEqual(['2 unlink: -104']);
    expect(lossy.lines).toEqual(['S bulk 02 -115 1 1', 'C bulk 02 -104 0> 0']);
  });

  it('ends each transfer once: neither what is taken back after its end, nor what the device says later, is an end', () => {
    const late: ((completion: Completion) => void)[] = [];
    const scene = new TracedScene({
      description: ECHO_DESCRIPTION,
      attach: () => true,
      detach: () => undefined,
      unplug: () => undefined,
      submit: (_, complete) => {
        late.push(complete);
        return () => false;
      },
    });
    const ask = { endpoint: ECHO.bulk, direction: 'out', data: Uint8Array.of(1) } as const;
    const done = { status: 'done', data: new Uint8Array(), actual: 1 } as const;
    const told: Completion[] = [];
    const [first, second] = [ask, ask].map((one) => scene.device.submit(one, (completion) => told.push(completion)));
    late[0]?.(done);
    expect([first?.(), second?.()]).toEqual([false, false]);
    late[1]?.(done);
    expect(told).toEqual([done, done]);
    const asked = 'S bulk 02 -115 1 1';
    expect(scene.lines).toEqual([asked, asked, 'C bulk 02 0 1> 0', 'C bulk 02 -104 0> 0']);
  });

  it('ends what is under way as -ESHUTDOWN when the host goes or the device is unplugged, and is there for the next host', () => {
    const scene = new TracedScene();
    scene.session.hear(inOf(1, ECHO.reports), inOf(2, ECHO.bulk));
    scene.session.session.closed();
    const over = ['C interrupt 81 -108 0 0', 'C bulk 82 -108 0 0'];
    expect(scene.lines.slice(2)).toEqual(over);
    expect(scene.device.attach({ unplugged: () => undefined })).toBe(true);
    expect(scene.device.attach({ unplugged: () => undefined })).toBe(false);
    scene.device.submit({ endpoint: ECHO.reports, direction: 'in', length: 64 }, () => expect.fail('nobody is there'));
    scene.device.unplug();
    expect(scene.lines.slice(4)).toEqual(['S interrupt 81 -115 64< 0', 'C interrupt 81 -108 0 0']);
    expect(scene.echo.isAttached).toBe(false);
    expect(scene.device.description).toBe(ECHO_DESCRIPTION);
  });

  it('ends a transfer in which the device meets a defect when its connection is ended for that', () => {
    const scene = new TracedScene();
    scene.echo.breakWith(new Error('a defect'));
    scene.session.hear(inOf(1, ECHO.bulk));
    expect(scene.session.ending).toBe('aborted');
    expect(scene.lines).toEqual(['S bulk 82 -115 64< 0', 'C bulk 82 -108 0 0']);
  });
});
