import { once } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { HidStream } from '../../../carriers/hid/hid-stream.ts';
import type { ReportPort } from '../../../carriers/hid/report-port.ts';
import { BROADCAST, readReport } from '../../../container/wire/report.ts';
import { HidgRelay, type ReportNode } from '../../../dongle-firmware-sim/bind/hidg-relay.ts';
import { FakeBus } from '../../carriers/hid/fake-bus.ts';

/** The kernel between a computer and a relay: it keeps four reports for the relay, and one for the computer. */
class FakeNode implements ReportNode {
  isOn = true;
  readonly toDongle: Uint8Array[] = [];
  toHost: Uint8Array | undefined;

  read(): Uint8Array | undefined {
    return this.toDongle.shift();
  }

  write(report: Uint8Array): 'taken' | 'later' | 'off' {
    if (!this.isOn) return 'off';
    if (this.toHost !== undefined) return 'later';
    this.toHost = report.slice();
    return 'taken';
  }
}

let bus: FakeBus;
let node: FakeNode;
let relay: HidgRelay;
beforeEach(() => {
  bus = new FakeBus();
  node = new FakeNode();
  relay = new HidgRelay({ node, sink: bus.channels, timer: bus.waits.timer() });
});

/** A computer with the gadget, which takes a report whenever there is one. */
function computer(): ReportPort & { step(): void } {
  const waiting: { readonly report: Uint8Array; readonly taken: () => void }[] = [];
  const port: ReportPort & { step(): void } = {
    onReport: () => undefined,
    onGone: () => undefined,
    write: async (reports) => {
      for (const report of reports)
        await new Promise<void>((taken) => {
          waiting.push({ report, taken });
        });
    },
    close: async () => undefined,
    step: () => {
      while (node.toDongle.length < 4) {
        const next = waiting.shift();
        if (next === undefined) break;
        node.toDongle.push(next.report);
        next.taken();
      }
      const report = node.toHost;
      node.toHost = undefined;
      if (report !== undefined) port.onReport(report);
    },
  };
  return port;
}

/** Lets a millisecond pass after the other, until something has come about. */
async function until<T>(promise: Promise<T>, port: { step(): void }): Promise<T> {
  let isDone = false;
  const done = promise.finally(() => {
    isDone = true;
  });
  for (let step = 0; !isDone && step < 100_000; step++) {
    port.step();
    bus.waits.pass(0.001);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return done;
}

describe('the relay between a gadget and the firmware', () => {
  it('brings messages there and back whole, although the kernel takes one report at a time', async () => {
    const port = computer();
    const stream = await until(HidStream.open(port, bus.options()), port);
    bus.served[0]?.on('data', (piece: Uint8Array) => bus.served[0]?.write(piece));
    const message = Uint8Array.from({ length: 4096 }, (_, at) => at & 0xff);
    stream.write(message);
    const [answer] = (await until(once(stream, 'data'), port)) as [Uint8Array];
    expect(answer).toEqual(Buffer.from(message));
  });

  it('asks seldom when nothing happens, and at once when there is something to say', () => {
    bus.waits.pass(1);
    let asked = 0;
    node.read = () => {
      asked += 1;
      return undefined;
    };
    bus.waits.pass(1);
    expect(asked).toBeGreaterThanOrEqual(99);
    expect(asked).toBeLessThan(120);
  });

  it('learns whether a computer is there by saying something that concerns nobody', () => {
    expect(relay.isOn()).toBe(true);
    const said = readReport(node.toHost ?? expect.fail('nothing was said')) ?? expect.fail();
    expect(said).toMatchObject({ position: 'first', channel: BROADCAST, kind: 'working' });
    expect(relay.isOn(), 'while the computer does not read').toBe(true);
    node.isOn = false;
    expect(relay.isOn()).toBe(false);
  });

  it('tells the next computer nothing that was meant for the one before', async () => {
    const port = computer();
    const stream = await until(HidStream.open(port, bus.options()), port);
    stream.on('error', () => undefined);
    bus.served[0]?.write(new Uint8Array(1000));
    node.isOn = false;
    relay.reset();
    node.isOn = true;
    node.toHost = undefined;
    bus.waits.pass(1);
    expect(node.toHost).toBeUndefined();
    expect(bus.served[0]?.destroyed).toBe(true);
  });

  it('asks nothing more when it was stopped', () => {
    relay.stop();
    expect(bus.waits.size).toBe(0);
  });
});
