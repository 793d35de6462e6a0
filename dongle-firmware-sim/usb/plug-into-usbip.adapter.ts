import type { Duplex } from 'node:stream';
import { isOtherHost } from '../../carriers/address.ts';
import type { WayIn } from '../../carriers/server/container-server.ts';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import { QuietTimer } from '../../carriers/stream/quiet-timer.adapter.ts';
import { systemEnv } from '../../container/crypto/native/system-env.adapter.ts';
import { ScsiDrive } from './storage/scsi-drive.ts';
import { makeUsbDongle } from './usb-dongle.ts';
import type { UsbIdentity } from './usb-identity.ts';
import { UsbipBus } from './usbip-bus.ts';

/** A USB/IP server for dongles, and what they say they are. */
export interface UsbipOptions extends Omit<UsbIdentity, 'serial'> {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly log: ServerLog;
}

/** Plugs dongles into one USB/IP server: each time a way to one more of them. */
export function usbipWays({ host, port, log, ...ids }: UsbipOptions): () => WayIn {
  const bus = new UsbipBus({ host, port }, log);
  const plugIn = (serial: string, serve: (stream: Duplex) => void) => {
    const device = makeUsbDongle({
      identity: { ...ids, serial },
      serve,
      blink: () => log.info('led.blinked', { serial }),
      random: systemEnv().random,
      timer: () => new QuietTimer(),
      disk: new ScsiDrive(
        { vendor: 'Ferry', product: 'Transfer Dongle', revision: '0100', serial },
        { written: nothing, flushed: nothing, ejected: nothing, failed: nothing },
      ),
    });
    return bus.plugIn(device);
  };
  return () => ({ carrier: 'usb', isOpen: isOtherHost(host), open: plugIn });
}

function nothing(): void {}
