import path from 'node:path';
import { isOtherHost } from '../../carriers/address.ts';
import type { WayIn } from '../../carriers/server/container-server.ts';
import type { ServedContainer } from '../../carriers/server/run-container-server.adapter.ts';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import { QuietTimer } from '../../carriers/stream/quiet-timer.adapter.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { shownOrders } from '../../container/engine/work-orders.ts';
import { FerryError } from '../../container/errors.ts';
import { DongleVolume } from '../volume/dongle-volume.ts';
import { VolumeFile } from '../volume/volume-file.adapter.ts';
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

/** The volume of a dongle, in its folder. */
const VOLUME_FILE = 'volume.img';

/** One USB/IP server, and what plugs one more dongle into it. */
export function usbipPlug({ host, port, log, ...ids }: UsbipOptions): (served: ServedContainer) => WayIn {
  const bus = new UsbipBus({ host, port }, log);
  return (served) => ({
    carrier: 'usb',
    isOpen: isOtherHost(host),
    open: async (serial, serve) => {
      const volume = new DongleVolume(
        { vendor: 'Ferry', product: 'Transfer Dongle', revision: '0100', serial },
        (drive) => new VolumeFile(path.join(served.folder, VOLUME_FILE), drive),
        {
          container: { client: served.client('unattended'), orders: () => shownOrders(served.state()) },
          env: served.env,
          crypto: nativeCrypto(),
          timer: new QuietTimer(),
          state: () => served.state(),
          onWorking: (isWorking) => log.info(isWorking ? 'mail.opened' : 'mail.answered', { serial }),
          onFailure: (error) => tell(log, serial, error),
        },
      );
      const device = makeUsbDongle({
        identity: { ...ids, serial },
        serve,
        blink: () => log.info('led.blinked', { serial }),
        random: served.env.random,
        timer: () => new QuietTimer(),
        disk: volume.disk,
        onHost: (isThere) => (isThere ? volume.refresh() : volume.detached()),
      });
      const { address, close } = await bus.plugIn(device);
      return { address, close: () => close().then(() => volume.rested()) };
    },
  });
}

/** What went wrong with a volume: of the memory, or a defect. */
function tell(log: ServerLog, serial: string, error: unknown): void {
  if (error instanceof FerryError) log.warn('volume.failed', { serial, code: error.code, details: error.details });
  else log.error('volume.failed', { serial, error });
}
