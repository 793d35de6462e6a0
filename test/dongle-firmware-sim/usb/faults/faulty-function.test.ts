import { beforeEach, describe, expect, it } from 'vitest';
import { REPORT_ERRORS, readReport, reportsOf } from '../../../../container/wire/report.ts';
import { FaultyFunction } from '../../../../dongle-firmware-sim/usb/faults/faulty-function.ts';
import type { InAnswer, OutAnswer, UsbFunction } from '../../../../dongle-firmware-sim/usb/usb-transfer.ts';
import { FaultScene, packet } from './fault-scene.ts';

const [HID_IN, HID_OUT, DISK_IN, DISK_OUT] = [0x81, 0x01, 0x82, 0x02];
const RESET = { requestType: 0x21, request: 0xff, value: 0, index: 1, length: 0 };

/** Says what it is given to say, and remembers what came. */
class Script implements UsbFunction {
  readonly endpoints = [HID_IN, HID_OUT, DISK_IN, DISK_OUT];
  onReady: () => void = () => undefined;
  readonly waiting: Uint8Array[] = [];
  readonly came: Uint8Array[] = [];
  isReady = true;

  request(): Uint8Array {
    return new Uint8Array();
  }
  in(): InAnswer {
    return this.waiting.shift() ?? 'wait';
  }
  out(_: number, data: Uint8Array): OutAnswer {
    if (!this.isReady) return 'wait';
    this.came.push(data);
    return data.length;
  }
  haltCleared(): void {
    this.onReady();
  }
  reset(): void {
    this.waiting.length = 0;
  }
}

let scene: FaultScene;
let inner: Script;
let faulty: FaultyFunction;
let ready: number;
beforeEach(() => {
  scene = new FaultScene();
  inner = new Script();
  faulty = new FaultyFunction(inner, scene.board, scene.after);
  ready = 0;
  faulty.onReady = () => {
    ready += 1;
  };
});

function firsts(packets: readonly Uint8Array[]): readonly (number | undefined)[] {
  return packets.map(([first]) => first);
}

describe('reports through faults', () => {
  it('that are lost are gone without a trace: the next one comes in their place', () => {
    scene.set('drop 1 report');
    inner.waiting.push(packet(1), packet(2));
    expect(faulty.in(HID_IN, 64)).toEqual(packet(2));
    scene.set('drop 1 report');
    expect(faulty.out(HID_OUT, packet(3))).toBe(64);
    expect(inner.came).toEqual([]);
  });

  it('that are late keep the ones behind them back, in their order', () => {
    scene.set('delay 1 report by 1s');
    inner.waiting.push(packet(1), packet(2));
    expect([faulty.in(HID_IN, 64), faulty.in(HID_IN, 64)]).toEqual(['wait', 'wait']);
    scene.pass(1);
    expect(ready).toBe(1);
    expect([faulty.in(HID_IN, 64), faulty.in(HID_IN, 64)]).toEqual([packet(1), packet(2)]);
  });

  it('that are late on their way to the dongle come once, and another one in their place counts anew', () => {
    scene.set('delay 1 report by 1s');
    const [late, other] = [packet(1), packet(2)];
    expect(faulty.out(HID_OUT, late)).toBe('wait');
    scene.pass(1);
    expect(faulty.out(HID_OUT, late)).toBe(64);
    scene.set('delay 1 report by 1s');
    faulty.out(HID_OUT, late);
    expect(faulty.out(HID_OUT, other)).toBe(64);
    expect(firsts(inner.came)).toEqual([1, 2]);
  });

  it('that the dongle takes only later are counted once', () => {
    inner.isReady = false;
    const late = packet(1);
    for (let tried = 0; tried < 3; tried++) expect(faulty.out(HID_OUT, late)).toBe('wait');
    inner.isReady = true;
    expect(faulty.out(HID_OUT, late)).toBe(64);
    expect(scene.board.traffic.reportsOut).toBe(1);
  });

  it('are answered as by a busy dongle for a while, where they begin a message', () => {
    scene.set('busy 1s');
    const [first = packet(0)] = [...reportsOf(7, 'message', new Uint8Array(10))];
    expect(faulty.out(HID_OUT, first)).toBe(64);
    const said = faulty.in(HID_IN, 64);
    const report = readReport(said as Uint8Array) ?? expect.fail();
    expect(report).toMatchObject({ channel: 7, kind: 'error' });
    expect('payload' in report && report.payload[0]).toBe(REPORT_ERRORS.busy);
    expect(inner.came).toEqual([]);
    scene.pass(1);
    faulty.out(HID_OUT, first);
    expect(inner.came).toEqual([first]);
  });

  it('are answered so no more than a few times to a computer that takes no answer', () => {
    scene.set('busy 1s');
    const [first = packet(0)] = [...reportsOf(7, 'message', new Uint8Array(10))];
    for (let sent = 0; sent < 1000; sent++) expect(faulty.out(HID_OUT, first)).toBe(64);
    let taken = 0;
    while (faulty.in(HID_IN, 64) !== 'wait') taken += 1;
    expect(taken).toBe(256);
  });

  it('find nobody once the dongle is unplugged', () => {
    scene.set('unplug at report 2');
    inner.waiting.push(packet(1), packet(2), packet(3));
    expect(faulty.in(HID_IN, 64)).toEqual(packet(1));
    expect([faulty.in(HID_IN, 64), faulty.in(HID_IN, 64), faulty.out(HID_OUT, packet(4))]).toEqual([
      'wait',
      'wait',
      'wait',
    ]);
    expect(inner.came).toEqual([]);
  });
});

describe('transfers of the disk through faults', () => {
  it('that are lost are never answered, until the computer makes the disk begin anew', () => {
    scene.set('drop 1 transfer');
    inner.waiting.push(packet(1, 512), packet(2, 512));
    expect([faulty.in(DISK_IN, 512), faulty.in(DISK_IN, 512)]).toEqual(['wait', 'wait']);
    faulty.request(RESET, new Uint8Array());
    expect(faulty.in(DISK_IN, 512)).toEqual(packet(2, 512));
  });

  it('are cut off at a sector: what came before it is written', () => {
    scene.set('unplug at sector 3');
    expect(faulty.out(DISK_OUT, packet(1, 4096))).toBe('wait');
    expect(inner.came.map(({ length }) => length)).toEqual([1024]);
  });
});
