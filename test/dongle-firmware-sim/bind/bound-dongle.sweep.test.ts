import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HidStream } from '../../../carriers/hid/hid-stream.ts';
import type { ReportPort } from '../../../carriers/hid/report-port.ts';
import { openCarrier } from '../../../carriers/open-carrier.ts';
import { runContainerServer, type Served } from '../../../carriers/server/run-container-server.adapter.ts';
import { StreamPipe } from '../../../carriers/stream/pipe-over-stream.ts';
import type { ContainerClient } from '../../../container/commands/client.ts';
import { WireClient } from '../../../container/wire/wire-client.ts';
import type { HidBus, PluggedEntry } from '../../../dongle-firmware-sim/bind/hid-bus.adapter.ts';
import { boundPlug } from '../../../dongle-firmware-sim/bind/plug-into-bound.adapter.ts';
import { reportShape } from '../../../dongle-firmware-sim/bind/report-shape.ts';
import { createDongle, openDongle } from '../../../dongle-firmware-sim/index.ts';
import { REPORT_DESCRIPTOR } from '../../../dongle-firmware-sim/usb/descriptors.ts';
import { usbipSockets } from '../../../dongle-firmware-sim/usb/plug-into-usbip.adapter.ts';
import { PATIENT } from '../../carriers/suite.ts';
import { temporaryFolders } from '../../container/store/temporary-folder.ts';
import { FaultScene } from '../usb/faults/fault-scene.ts';

const newFolder = temporaryFolders();
const served: (() => Promise<void>)[] = [];
// After the one of the folders, which therefore comes later.
afterEach(() => Promise.all(served.splice(0).map((end) => end())));

const TO = { vendor: 0x1234, product: 0x5678, serial: undefined };
const ENTRY: PluggedEntry = { ...TO, path: '/dev/hidraw7', plug: '7', serial: '', usagePage: 0xff00 };

/** A computer with one socket, into which a person plugs a device, and somebody who stands behind that. */
class Desk {
  readonly bus: HidBus;
  readonly faults = new FaultScene();
  readonly #told: string[] = [];
  readonly #waiting = new Set<() => void>();
  #isPluggedIn = false;
  /** Whether the computer has sockets at all. */
  hasUsb = true;
  #near: ReportPort = port();
  /** The other side of the device. */
  behind: ReportPort = port();

  constructor(descriptor: Uint8Array = REPORT_DESCRIPTOR) {
    this.bus = {
      isThere: () => this.hasUsb,
      list: async () => (this.#isPluggedIn ? [ENTRY] : []),
      open: async () => {
        [this.#near, this.behind] = [port(), port()];
        const [near, behind] = [this.#near, this.behind];
        near.write = async (reports) => reports.forEach((report) => void behind.onReport(report));
        near.close = async () => this.#tell('port.closed');
        behind.write = async (reports) => reports.forEach((report) => void near.onReport(report));
        return near;
      },
      shapeOf: () => reportShape(descriptor),
    };
  }

  readonly log = {
    info: (event: string) => this.#tell(event),
    warn: (event: string) => this.#tell(event),
    error: (event: string) => this.#tell(event),
  };

  plugIn(): void {
    this.#isPluggedIn = true;
  }

  pullOut(): void {
    this.#isPluggedIn = false;
    this.#near.onGone('it was pulled out');
  }

  /** Waits for the next record of that event; those before it are given up. */
  async logged(event: string): Promise<void> {
    for (;;) {
      const at = this.#told.indexOf(event);
      if (at !== -1) return void this.#told.splice(0, at + 1);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #tell(event: string): void {
    this.#told.push(event);
    for (const wakeUp of this.#waiting) wakeUp();
    this.#waiting.clear();
  }

  /** Serves a new dongle that is bound to the device, until the test is over. @returns its address */
  async serve(hasUsbip: boolean): Promise<string> {
    const folder = path.join(newFolder(), 'dongle');
    createDongle({ folder }).close();
    const stop = new AbortController();
    const { log, bus } = this;
    const place = { host: '127.0.0.1', port: 0, vendor: 0x1209, product: 1, interval: 4, log };
    const { board, after } = this.faults;
    const sockets = usbipSockets(place)({ log, faults: board, after, onHost: () => undefined });
    const plug = boundPlug({ to: TO, bus, log, sockets: hasUsbip ? sockets : undefined });
    const options = { folder, listen: [], streams: [], ways: [plug], log, pair: false, signal: stop.signal };
    return new Promise((resolve, reject) => {
      const ready = ({ addresses }: Served): void => resolve(addresses[0] ?? '');
      const ended = runContainerServer((env) => openDongle(folder, env), options, ready);
      ended.catch(reject);
      served.push(async () => {
        stop.abort();
        await ended;
      });
    });
  }
}

function port(): ReportPort {
  const nothing = async (): Promise<void> => undefined;
  return { onReport: () => undefined, onGone: () => undefined, write: nothing, close: nothing };
}

/** Who stands behind a device, as a client of the dongle. */
function clientBehind({ behind }: Desk): ContainerClient {
  const { crypto, random, clock: now, patience } = PATIENT;
  const options = { where: 'the dongle', random, patience, after: () => () => undefined };
  return new WireClient({
    open: async () => new StreamPipe(await HidStream.open(behind, options), options.where, patience),
    ...options,
    isLine: false,
    crypto,
    pace: { now, patience, rate: 1024 },
  });
}

async function serialOf(client: ContainerClient): Promise<string | null> {
  try {
    return (await client.call('list', {})).serial;
  } finally {
    await client.close();
  }
}

describe('a dongle that is bound to a real device', () => {
  it('is on the bus of a USB/IP server only while the device is plugged in, under the same bus id', async () => {
    const desk = new Desk();
    const address = await desk.serve(true);
    await expect(serialOf(openCarrier(address, PATIENT))).rejects.toMatchObject({ code: 'CARRIER_UNREACHABLE' });
    for (let turn = 0; turn < 2; turn++) {
      desk.plugIn();
      await desk.logged('device.bound');
      expect(await serialOf(openCarrier(address, PATIENT))).toMatch(/^3-/);
      desk.pullOut();
      await desk.logged('device.unbound');
      await expect(serialOf(openCarrier(address, PATIENT))).rejects.toMatchObject({ code: 'CARRIER_UNREACHABLE' });
    }
  });

  it('is served with a warning where nothing can be plugged in', async () => {
    const desk = new Desk();
    desk.hasUsb = false;
    await desk.serve(true);
    await desk.logged('usb.missing');
  });

  it('is pulled out of whoever has it, together with the device', async () => {
    const desk = new Desk();
    const address = await desk.serve(true);
    desk.plugIn();
    await desk.logged('device.bound');
    const client = openCarrier(address, PATIENT);
    await client.call('list', {});
    desk.pullOut();
    await desk.logged('device.unplugged');
    await expect(client.call('list', {})).rejects.toMatchObject({ code: 'CARRIER_UNREACHABLE' });
    await client.close();
  });

  it('stays out while a fault keeps it out, though its device is plugged in again', async () => {
    const desk = new Desk();
    const address = await desk.serve(true);
    desk.plugIn();
    await desk.logged('device.relayed');
    desk.faults.set('unplug');
    for (let turn = 0; turn < 2; turn++) {
      await expect(serialOf(openCarrier(address, PATIENT))).rejects.toMatchObject({ code: 'CARRIER_UNREACHABLE' });
      desk.pullOut();
      await desk.logged('device.unbound');
      desk.plugIn();
      await desk.logged('device.bound');
    }
    desk.faults.set('plug');
    await desk.logged('device.relayed');
    expect(await serialOf(openCarrier(address, PATIENT))).toMatch(/^3-/);
    expect(await serialOf(clientBehind(desk))).toMatch(/^3-/);
  });

  it('is not put in by the end of a fault while its device is not there', async () => {
    const desk = new Desk();
    const address = await desk.serve(true);
    desk.faults.set('cut power', 'plug');
    await expect(serialOf(openCarrier(address, PATIENT))).rejects.toMatchObject({ code: 'CARRIER_UNREACHABLE' });
    desk.plugIn();
    await desk.logged('device.bound');
    expect(await serialOf(openCarrier(address, PATIENT))).toMatch(/^3-/);
  });

  it('lets go of the reports of the device when its power is cut, and speaks through them again afterwards', async () => {
    const desk = new Desk();
    await desk.serve(true);
    desk.plugIn();
    await desk.logged('device.relayed');
    desk.faults.set('cut power');
    await desk.logged('port.closed');
    desk.faults.set('plug');
    await desk.logged('device.relayed');
    expect(await serialOf(clientBehind(desk))).toMatch(/^3-/);
  });

  it('speaks through the reports of the device, each time that it is plugged in', async () => {
    const desk = new Desk();
    expect(await desk.serve(false)).toBe('hid:1234:5678');
    for (let turn = 0; turn < 2; turn++) {
      desk.plugIn();
      await desk.logged('device.relayed');
      expect(await serialOf(clientBehind(desk))).toMatch(/^3-/);
      desk.pullOut();
      await desk.logged('device.unbound');
    }
  });

  it('speaks through a device that could be opened only later', async () => {
    const desk = new Desk();
    const { open } = desk.bus;
    desk.bus.open = async () => {
      desk.bus.open = open;
      throw new Error('its node is another user’s still');
    };
    await desk.serve(false);
    desk.plugIn();
    await desk.logged('device.unrelayed');
    await desk.logged('device.relayed');
    expect(await serialOf(clientBehind(desk))).toMatch(/^3-/);
  });

  it('exists with a device that has other reports, too, which is left alone', async () => {
    const desk = new Desk(new Uint8Array());
    desk.bus.open = () => expect.fail('it was opened');
    const address = await desk.serve(true);
    desk.plugIn();
    await desk.logged('device.unrelayed');
    expect(await serialOf(openCarrier(address, PATIENT))).toMatch(/^3-/);
  });
});
