import path from 'node:path';
import { isOtherHost } from '../../carriers/address.ts';
import type { WayIn } from '../../carriers/server/container-server.ts';
import type { ServedContainer } from '../../carriers/server/run-container-server.adapter.ts';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import type { Listening } from '../../carriers/socket/listen-socket.adapter.ts';
import { QuietTimer } from '../../carriers/stream/quiet-timer.adapter.ts';
import { nativeCrypto } from '../../container/crypto/native/node-crypto.ts';
import { shownOrders } from '../../container/engine/work-orders.ts';
import { FerryError } from '../../container/errors.ts';
import { DongleVolume } from '../volume/dongle-volume.ts';
import { VolumeFile } from '../volume/volume-file.adapter.ts';
import { listenForFaults } from './faults/control-socket.adapter.ts';
import type { FaultBoard } from './faults/fault-board.ts';
import type { After } from './faults/faulty-function.ts';
import { PluggedDongle, type PoweredFirmware, poweredClient, poweredDrive } from './plugged-dongle.ts';
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

/** What goes on with a dongle beside its commands. */
export interface DongleWatch {
  /** Where it tells what happens. */
  readonly log: ServerLog;
  readonly faults: FaultBoard;
  readonly after: After;
  /** Is told that it has a computer, or none any more. */
  readonly onHost: (isThere: boolean) => void;
}

/** The volume of a dongle, in its folder. */
const VOLUME_FILE = 'volume.img';

/** One USB/IP server, and what plugs one more dongle into it. */
export function usbipPlug({
  host,
  port,
  log: busLog,
  ...ids
}: UsbipOptions): (served: ServedContainer, watch: DongleWatch) => WayIn {
  const bus = new UsbipBus({ host, port }, busLog);
  return (served, { log, faults, after, onHost }) => ({
    carrier: 'usb',
    isOpen: isOtherHost(host),
    open: async (serial, serve) => {
      const dongle = new PluggedDongle({
        start: (isRunning) => startFirmware(served, serial, log, isRunning),
        makeDevice: (disk, onHostOfDisk) =>
          makeUsbDongle({
            identity: { ...ids, serial },
            serve,
            blink: () => log.info('led.blinked', { serial }),
            random: served.env.random,
            timer: () => new QuietTimer(),
            disk,
            onHost: (isThere) => {
              onHostOfDisk(isThere);
              onHost(isThere);
            },
            faults,
            after,
          }),
        hasPower: () => faults.hasPower,
        restart: () => served.restart(),
      });
      const place = await bus.plugIn(dongle.device);
      dongle.place = place;
      faults.target = dongle;
      const control = await controlOf(served.folder, faults, log);
      const close = async (): Promise<void> => {
        faults.clear();
        await control?.close();
        await place.close();
        await dongle.rested();
      };
      return { address: place.address, close };
    },
  });
}

/** Where faults are asked for, in the folder of the dongle. Whoever serves it goes on without it where the system refuses. */
async function controlOf(folder: string, faults: FaultBoard, log: ServerLog): Promise<Listening | undefined> {
  try {
    return await listenForFaults(folder, faults);
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    log.warn('faults.unavailable', { code: error.code, details: error.details });
    return undefined;
  }
}

function startFirmware(
  served: ServedContainer,
  serial: string,
  log: ServerLog,
  isRunning: () => boolean,
): PoweredFirmware {
  const timer = new QuietTimer();
  let drive: VolumeFile | undefined;
  const volume = new DongleVolume(
    { vendor: 'Ferry', product: 'Transfer Dongle', revision: '0100', serial },
    (scsi) => {
      drive = new VolumeFile(path.join(served.folder, VOLUME_FILE), scsi);
      return poweredDrive(drive, isRunning);
    },
    {
      container: {
        client: poweredClient(served.client('unattended'), isRunning),
        orders: () => shownOrders(served.state()),
      },
      env: served.env,
      crypto: nativeCrypto(),
      timer,
      state: () => served.state(),
      onWorking: (isWorking) => {
        if (isRunning()) log.info(isWorking ? 'mail.opened' : 'mail.answered', { serial });
      },
      onFailure: (error) => {
        if (isRunning()) tell(log, serial, error);
      },
    },
  );
  const halt = (): void => {
    timer.end();
    drive?.remove();
  };
  return { volume, halt };
}

/** What went wrong with a volume: of the memory, or a defect. */
function tell(log: ServerLog, serial: string, error: unknown): void {
  if (error instanceof FerryError) log.warn('volume.failed', { serial, code: error.code, details: error.details });
  else log.error('volume.failed', { serial, error });
}
