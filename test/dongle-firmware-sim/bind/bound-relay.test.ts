import { once } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { HidStream } from '../../../carriers/hid/hid-stream.ts';
import type { ReportPort } from '../../../carriers/hid/report-port.ts';
import { BoundRelay } from '../../../dongle-firmware-sim/bind/bound-relay.ts';
import { FakeBus } from '../../carriers/hid/fake-bus.ts';

/** A real device: what is written to one side of it comes out on the other. */
class RealDevice {
  readonly near: ReportPort & { isClosed: boolean };
  readonly behind: ReportPort;
  isPluggedIn = true;

  constructor() {
    const side = (other: () => ReportPort) => ({
      onReport: () => undefined,
      onGone: () => undefined,
      isClosed: false,
      write: async (reports: readonly Uint8Array[]) => {
        for (const report of reports) {
          if (!this.isPluggedIn) throw new Error('it was pulled out');
          await Promise.resolve();
          other().onReport(report);
        }
      },
      async close() {
        this.isClosed = true;
      },
    });
    this.near = side(() => this.behind);
    this.behind = side(() => this.near);
  }
}

let bus: FakeBus;
let device: RealDevice;
let relay: BoundRelay;
let gone: unknown[];
beforeEach(() => {
  bus = new FakeBus();
  device = new RealDevice();
  gone = [];
  relay = new BoundRelay(device.near, bus.channels, (why) => gone.push(why));
});

describe('the relay between a real device and the firmware', () => {
  it('brings messages from who stands behind the device, and the answers back, whole', async () => {
    const stream = await HidStream.open(device.behind, bus.options());
    bus.served[0]?.on('data', (piece: Uint8Array) => bus.served[0]?.write(piece));
    const message = Uint8Array.from({ length: 4096 }, (_, at) => at & 0xff);
    stream.write(message);
    const [answer] = (await once(stream, 'data')) as [Uint8Array];
    expect(answer).toEqual(Buffer.from(message));
  });

  it('passes over reports of another size', async () => {
    await device.behind.write([new Uint8Array(63), new Uint8Array(65), new Uint8Array()]);
    expect(bus.channels.next()).toBeUndefined();
  });

  it('ends the channels when the device is pulled out, and tells so once', async () => {
    await HidStream.open(device.behind, bus.options());
    device.near.onGone('pulled out');
    device.near.onGone('pulled out');
    expect(gone).toEqual(['pulled out']);
    expect(bus.served[0]?.destroyed).toBe(true);
    expect(device.near.isClosed).toBe(true);
  });

  it('notices that the device was pulled out when it is to be told something', async () => {
    await HidStream.open(device.behind, bus.options());
    device.isPluggedIn = false;
    const ended = once(bus.served[0] ?? expect.fail('nothing is served'), 'close');
    bus.served[0]?.write(new Uint8Array(10));
    await ended;
    expect(gone).toEqual([new Error('it was pulled out')]);
  });

  it('tells nobody that it was stopped, and carries nothing more', async () => {
    await HidStream.open(device.behind, bus.options());
    relay.stop();
    relay.stop();
    expect(bus.served[0]?.destroyed).toBe(true);
    expect(gone).toEqual([]);
  });
});
