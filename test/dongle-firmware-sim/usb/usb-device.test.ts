import { beforeEach, describe, expect, it } from 'vitest';
import type { SetupPacket } from '../../../carriers/usbip/usbip-codec.ts';
import { HidFunction, type ReportSink } from '../../../dongle-firmware-sim/usb/hid-function.ts';
import { UsbDevice } from '../../../dongle-firmware-sim/usb/usb-device.ts';
import type {
  Completion,
  InAnswer,
  OutAnswer,
  Transfer,
  UsbFunction,
} from '../../../dongle-firmware-sim/usb/usb-transfer.ts';

const IDENTITY = { vendor: 0x1209, product: 0x0001, serial: '3-1234567', interval: 4 };
const STALL = { status: 'stall' };

/** A disk that says what the test tells it to. */
class ScriptedDisk implements UsbFunction {
  readonly endpoints = [0x82, 0x02];
  onReady: () => void = () => undefined;
  answers: InAnswer[] = [];
  taken: number[] = [];
  cleared: number[] = [];
  resets = 0;

  request({ request }: SetupPacket): Uint8Array | 'stall' {
    return request === 0xfe ? Uint8Array.of(0) : 'stall';
  }
  in(): InAnswer {
    return this.answers.shift() ?? 'wait';
  }
  out(_: number, data: Uint8Array): OutAnswer {
    if (data[0] === 0xff) return 'stall';
    this.taken.push(data[0] ?? -1);
    return data.length;
  }
  haltCleared(endpoint: number): void {
    this.cleared.push(endpoint);
  }
  reset(): void {
    this.resets += 1;
  }
}

/** Reports, as a test puts them there. */
class Reports implements ReportSink {
  onReport: () => void = () => undefined;
  readonly waiting: Uint8Array[] = [];
  readonly received: Uint8Array[] = [];
  receive(report: Uint8Array): void {
    this.received.push(report);
  }
  next(): Uint8Array | undefined {
    return this.waiting.shift();
  }
  reset(): void {
    this.waiting.length = 0;
  }
}

let disk: ScriptedDisk;
let reports: Reports;
let device: UsbDevice;
beforeEach(() => {
  disk = new ScriptedDisk();
  reports = new Reports();
  device = new UsbDevice(IDENTITY, [new HidFunction(reports), disk]);
});

function control(requestType: number, request: number, value = 0, index = 0, length = 255, data = new Uint8Array()) {
  let completion: Completion | undefined;
  device.submit({ endpoint: 0, setup: { requestType, request, value, index, length }, data }, (it) => {
    completion = it;
  });
  if (completion === undefined) throw new TypeError('a control transfer waits');
  return completion.status === 'stall' ? 'stall' : Buffer.from(completion.data).toString('hex');
}

const configure = (value = 1) => control(0x00, 9, value, 0, 0);

/** A transfer, with what it completes with. */
function ask(transfer: Transfer): { readonly became: Completion[]; readonly cancel: () => boolean } {
  const became: Completion[] = [];
  return { became, cancel: device.submit(transfer, (completion) => became.push(completion)) };
}

const readDisk = (length = 512) => ask({ endpoint: 2, direction: 'in', length });
const writeDisk = (first: number) => ask({ endpoint: 2, direction: 'out', data: Uint8Array.of(first) });

describe('a dongle on the bus', () => {
  it('describes itself as Linux expects of a composite device at high speed', () => {
    expect(control(0x80, 6, 0x0100, 0, 18)).toBe('120100020000004009120100000101020301');
    expect(control(0x80, 6, 0x0200, 0, 9)).toBe('0902400002010080' + '32');
    const whole = control(0x80, 6, 0x0200);
    expect(whole).toHaveLength(128);
    expect(whole).toContain('0904000002030000' + '00' + '092111010001222200' + '0705810340000407050103400004');
    expect(whole).toContain('0904010002080650' + '00' + '07058202000200' + '07050202000200');
    expect(control(0x80, 6, 0x0600)).toBe('0a060002000000400100');
    expect(control(0x80, 6, 0x0700)).toContain('0902400002010080'.replace('0902', '0907'));
    expect(control(0x80, 6, 0x0700)).toContain('07058202400000');
  });

  it('has three strings, and stalls at once where there is none', () => {
    expect(control(0x80, 6, 0x0300)).toBe('04030904');
    const texts = [1, 2, 3].map((index) =>
      Buffer.from(control(0x80, 6, 0x0300 | index, 0x0409), 'hex')
        .subarray(2)
        .toString('utf16le'),
    );
    expect(texts).toEqual(['License Ferry', 'Transfer Dongle', '3-1234567']);
    expect([control(0x80, 6, 0x0304), control(0x80, 6, 0x03ee)]).toEqual(['stall', 'stall']);
  });

  it('never gives more than was asked for', () => {
    for (const length of [0, 1, 8, 17]) expect(control(0x80, 6, 0x0100, 0, length)).toHaveLength(2 * length);
  });

  it('is configured, unconfigured and configured again, each time from the start', () => {
    expect(control(0x80, 8)).toBe('00');
    expect([configure(), control(0x80, 8), disk.resets]).toEqual(['', '01', 1]);
    expect([configure(0), control(0x80, 8), disk.resets]).toEqual(['', '00', 2]);
    expect([configure(2), control(0x80, 8), disk.resets]).toEqual(['stall', '00', 2]);
  });

  it('answers nothing but chapter 9 for device and endpoint 0 before it is configured', () => {
    expect(control(0x80, 0)).toBe('0000');
    expect(control(0x82, 0, 0, 0)).toBe('0000');
    expect([control(0x81, 0), control(0xa1, 0xfe, 0, 1), control(0x82, 0, 0, 0x81)]).toEqual(Array(3).fill('stall'));
    expect(readDisk().became).toEqual([STALL]);
    configure();
    expect([control(0x81, 0), control(0x81, 10), control(0x01, 11)]).toEqual(['0000', '00', '']);
    expect([control(0xa1, 0xfe, 0, 1), control(0x82, 0, 0, 0x81)]).toEqual(['00', '0000']);
    expect([control(0x81, 0, 0, 2), control(0x01, 11, 1), control(0x82, 0, 0, 0x83)]).toEqual(Array(3).fill('stall'));
  });

  it('stalls what it does not know, and goes on', () => {
    configure();
    for (const [type, request] of [
      [0xc0, 1],
      [0x40, 1],
      [0x80, 99],
      [0x00, 3],
      [0x00, 1],
      [0x82, 12],
      [0x83, 0],
      [0x21, 99],
    ] as const)
      expect(control(type, request), `${type} ${request}`).toBe('stall');
    expect(control(0x80, 8)).toBe('01');
  });

  it('halts an endpoint that stalls until the host clears that, and no other one', () => {
    configure();
    disk.answers = ['stall', Uint8Array.of(1)];
    expect([readDisk().became, readDisk().became]).toEqual([[STALL], [STALL]]);
    expect(control(0x82, 0, 0, 0x82)).toBe('0100');
    expect(writeDisk(5).became).toMatchObject([{ status: 'done', actual: 1 }]);
    expect(control(0x02, 1, 0, 0x82)).toBe('');
    expect([control(0x82, 0, 0, 0x82), disk.cleared]).toEqual(['0000', [0x82]]);
    expect(readDisk().became).toMatchObject([{ status: 'done', actual: 1 }]);
    control(0x02, 3, 0, 0x02);
    expect([writeDisk(6).became, disk.taken]).toEqual([[STALL], [5]]);
  });

  it('stalls what is held at an endpoint that its host halts', () => {
    configure();
    const [held, other] = [readDisk(), ask({ endpoint: 1, direction: 'in', length: 64 })];
    expect(control(0x02, 3, 0, 0x82)).toBe('');
    expect([held.became, other.became]).toEqual([[STALL], []]);
  });

  it('holds what it has no answer to yet, keeps the order within an endpoint, and no endpoint behind another', () => {
    configure();
    const [first, second] = [readDisk(), readDisk()];
    const report = ask({ endpoint: 1, direction: 'in', length: 64 });
    expect(writeDisk(7).became).toHaveLength(1);
    expect([first.became, second.became, report.became]).toEqual([[], [], []]);
    reports.waiting.push(new Uint8Array(64).fill(9));
    reports.onReport();
    expect(report.became).toMatchObject([{ status: 'done', actual: 64 }]);
    disk.answers = [Uint8Array.of(1), Uint8Array.of(2)];
    disk.onReady();
    expect([first.became, second.became]).toMatchObject([[{ data: Uint8Array.of(1) }], [{ data: Uint8Array.of(2) }]]);
  });

  it('drops a held transfer that is cancelled, and no other one', () => {
    configure();
    const [first, second] = [readDisk(), readDisk()];
    expect(first.cancel()).toBe(true);
    disk.answers = [Uint8Array.of(1)];
    disk.onReady();
    expect([first.became, second.became]).toMatchObject([[], [{ status: 'done' }]]);
    expect([first.cancel(), second.cancel()]).toEqual([false, false]);
  });

  it('belongs to one host at a time, and is as new when that one is gone', () => {
    let unplugged = 0;
    const host = { unplugged: () => unplugged++ };
    expect([device.attach(host), device.attach(host)]).toEqual([true, false]);
    configure();
    const held = readDisk();
    device.unplug();
    disk.answers = [Uint8Array.of(1)];
    disk.onReady();
    expect([unplugged, held.became, control(0x80, 8), device.attach(host)]).toEqual([1, [], '00', true]);
    device.detach();
    device.unplug();
    expect([unplugged, device.attach(host)]).toEqual([1, true]);
  });
});

describe('the HID interface of a dongle', () => {
  beforeEach(() => void configure());

  it('describes itself and its reports', () => {
    expect(control(0x81, 6, 0x2100)).toBe('092111010001222200');
    expect(control(0x81, 6, 0x2200)).toBe('0600ff0901a10109201500' + '26ff007508954081020921150026ff00750895409102c0');
    expect([control(0x81, 6, 0x2300), control(0x81, 6, 0x2201)]).toEqual(['stall', 'stall']);
  });

  it('takes reports of 64 bytes from both ways, and drops others', () => {
    const report = new Uint8Array(64).fill(3);
    expect(ask({ endpoint: 1, direction: 'out', data: report }).became).toMatchObject([{ status: 'done', actual: 64 }]);
    expect(ask({ endpoint: 1, direction: 'out', data: new Uint8Array(63) }).became).toMatchObject([{ actual: 63 }]);
    expect(control(0x21, 9, 0x0200, 0, 64, report)).toBe('');
    expect(control(0x21, 9, 0x0200, 0, 8, new Uint8Array(8))).toBe('stall');
    expect([control(0x21, 9, 0x0300, 0, 64, report), control(0x21, 9, 0x0201, 0, 64, report)]).toEqual([
      'stall',
      'stall',
    ]);
    expect(reports.received).toHaveLength(2);
  });

  it('shows its last report and its idle rate when it is asked', () => {
    expect(control(0xa1, 1, 0x0100, 0, 64)).toBe('00'.repeat(64));
    reports.waiting.push(new Uint8Array(64).fill(0xab));
    expect(ask({ endpoint: 1, direction: 'in', length: 64 }).became).toHaveLength(1);
    expect(control(0xa1, 1, 0x0100, 0, 4)).toBe('ab'.repeat(4));
    expect([control(0xa1, 2), control(0x21, 10, 0x7d00, 0, 0), control(0xa1, 2)]).toEqual(['00', '', '7d']);
    expect([control(0xa1, 3), control(0x21, 11), control(0xa1, 1, 0x0300)]).toEqual(['stall', 'stall', 'stall']);
  });
});
