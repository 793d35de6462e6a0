import { describe, expect, it } from 'vitest';
import { blinkDongle } from '../../../carriers/hid/blink-dongle.ts';
import type { ReportPort } from '../../../carriers/hid/report-port.ts';
import { REPORT_ERRORS, readReport, reportsOf } from '../../../container/wire/report.ts';
import { FakeBus } from './fake-bus.ts';

/** A port whose closing is counted. */
function counted(port: ReportPort): { readonly port: ReportPort; closed: number } {
  const close = port.close;
  const count = { port, closed: 0 };
  port.close = async () => {
    count.closed += 1;
    await close();
  };
  return count;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('blinking', () => {
  it('has the dongle blink once, closes its channel and its port, and leaves no wait behind', async () => {
    const bus = new FakeBus();
    const one = counted(bus.port());
    await blinkDongle(one.port, bus.options());
    expect([bus.blinks, one.closed, bus.waits.size]).toEqual([1, 1, 0]);
    expect(bus.served[0]?.destroyed).toBe(true);
  });

  it('passes over reports of another size, as dongles that a kernel plays send', async () => {
    const bus = new FakeBus();
    const port = bus.port();
    const write = port.write;
    port.write = async (reports) => {
      port.onReport(new Uint8Array());
      await write(reports);
    };
    await blinkDongle(port, bus.options());
    expect(bus.blinks).toBe(1);
  });

  it('asks again while the dongle takes a message of somebody else', async () => {
    const bus = new FakeBus();
    const other = bus.port();
    let channel = 0;
    other.onReport = (bytes) => {
      const report = readReport(bytes);
      if (report?.position === 'first' && report.kind === 'opened')
        channel ||= new DataView(report.payload.buffer, report.payload.byteOffset + 8).getUint16(0);
    };
    await other.write([...reportsOf(0xffff, 'open', new Uint8Array(8))]);
    await settled();
    const message = [...reportsOf(channel, 'message', new Uint8Array(100))];
    await other.write(message.slice(0, 1));
    const blinking = blinkDongle(bus.port(), bus.options());
    await settled();
    expect(bus.blinks).toBe(0);
    await other.write(message.slice(1));
    bus.waits.pass(0.1);
    await blinking;
    expect(bus.blinks).toBe(1);
  });

  it('fails with that when the dongle is busy for as long as the patience', async () => {
    const bus = new FakeBus();
    const port = bus.port();
    const write = port.write;
    port.write = async (reports) => {
      const report = readReport(reports[0] ?? expect.fail()) ?? expect.fail();
      if (report.position !== 'first' || report.kind !== 'blink') return write(reports);
      for (const no of reportsOf(report.channel, 'error', Uint8Array.of(REPORT_ERRORS.busy))) port.onReport(no);
    };
    const failed = expect(blinkDongle(port, bus.options())).rejects.toMatchObject({ code: 'CARRIER_BUSY' });
    await settled();
    bus.waits.pass(bus.options().patience);
    await failed;
    expect(bus.waits.size).toBe(0);
  });

  it('fails when the dongle is pulled out, or says nothing for as long as the patience', async () => {
    for (const [end, code] of [
      [(bus: FakeBus) => bus.unplug(), 'CARRIER_LOST'],
      [(bus: FakeBus) => bus.waits.pass(bus.options().patience), 'CARRIER_TIMEOUT'],
    ] as const) {
      const bus = new FakeBus();
      const one = counted(bus.port());
      const write = one.port.write;
      // Nothing but the opening of a channel arrives.
      one.port.write = async (reports) => {
        if (readReport(reports[0] ?? expect.fail())?.channel === 0xffff) await write(reports);
      };
      const blinking = blinkDongle(one.port, bus.options());
      const failed = expect(blinking).rejects.toMatchObject({ code });
      await settled();
      end(bus);
      await failed;
      expect(one.closed).toBe(1);
    }
  });

  it('ends although the dongle takes no reports any more once it blinks', async () => {
    const bus = new FakeBus();
    const one = counted(bus.port());
    const write = one.port.write;
    one.port.write = async (reports) => {
      const report = readReport(reports[0] ?? expect.fail());
      if (report?.position === 'first' && report.kind === 'close') return new Promise(() => undefined);
      return write(reports);
    };
    const blinking = blinkDongle(one.port, bus.options());
    await settled();
    bus.waits.pass(1);
    await blinking;
    expect([bus.blinks, one.closed, bus.waits.size]).toEqual([1, 1, 0]);
  });

  it('says so when the dongle answers something else', async () => {
    const bus = new FakeBus();
    const port = bus.port();
    const write = port.write;
    port.write = async (reports) => {
      const report = readReport(reports[0] ?? expect.fail()) ?? expect.fail();
      if (report.channel === 0xffff) await write(reports);
      else
        for (const no of reportsOf(report.channel, 'error', Uint8Array.of(REPORT_ERRORS.unknownKind)))
          port.onReport(no);
    };
    const failed = { code: 'CARRIER_GARBLED', message: expect.stringContaining('"unknownKind"') };
    await expect(blinkDongle(port, bus.options())).rejects.toMatchObject(failed);
  });
});
