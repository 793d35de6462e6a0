import path from 'node:path';
import type { Duplex } from 'node:stream';
import { isOtherHost } from '../../carriers/address.ts';
import type { WayIn } from '../../carriers/server/container-server.ts';
import type { ServedContainer } from '../../carriers/server/run-container-server.adapter.ts';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import type { Listening } from '../../carriers/socket/listen-socket.adapter.ts';
import { FerryError } from '../../container/errors.ts';
import { DongleVolume } from '../volume/dongle-volume.ts';
import { VOLUME_FILE } from '../volume/stored-volume.adapter.ts';
import { VolumeFile } from '../volume/volume-file.adapter.ts';
import { channelPorts, mailboxPorts } from './dongle-ports.adapter.ts';
import { listenForFaults } from './faults/control-socket.adapter.ts';
import type { FaultBoard } from './faults/fault-board.ts';
import type { After } from './faults/faulty-function.ts';
import { PluggedDongle } from './plugged-dongle.ts';
import { type PoweredFirmware, poweredClient, poweredDrive, poweredLog } from './powered-firmware.ts';
import { makeUsbDongle } from './usb-dongle.ts';
import type { UsbIdentity } from './usb-identity.ts';
import { type Tap, UsbipBus, type UsbSocket } from './usbip-bus.ts';

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

/** A socket for one dongle, which is not plugged in yet. */
export interface SocketedDongle {
  /** Whether others may be on the way to it. */
  readonly isOpen: boolean;
  /** @param onPlugged is told that the dongle is in the socket now, or is not any more: a fault may keep it out */
  open(
    served: ServedContainer,
    serial: string,
    serve: (stream: Duplex) => void,
    onPlugged: (isIn: boolean) => void,
  ): Promise<UsbSocket>;
}

/** Plugs a dongle into its socket for as long as it is served. */
export function pluggedIn({ isOpen, open }: SocketedDongle): (served: ServedContainer) => WayIn {
  return (served) => ({
    carrier: 'usb',
    isOpen,
    open: async (serial, serve) => {
      const socket = await open(served, serial, serve, () => undefined);
      socket.plugIn();
      return socket;
    },
  });
}

/** One USB/IP server, and what makes one more socket of it, for a dongle that fails on command. */
export function usbipSockets(
  { host, port, log: busLog, ...ids }: UsbipOptions,
  tap?: Tap,
): (watch: DongleWatch) => SocketedDongle {
  const bus = new UsbipBus({ host, port }, busLog, tap);
  return ({ log, faults, after, onHost }) => ({
    isOpen: isOtherHost(host),
    open: async (served, serial, serve, onPlugged) => {
      const dongle = new PluggedDongle({
        start: (isRunning) => startFirmware(served, serial, log, isRunning),
        makeDevice: (disk, onHostOfDisk) =>
          makeUsbDongle({
            identity: { ...ids, serial },
            ...channelPorts(served, serial, log, serve),
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
        onPlugged,
      });
      const socket = await bus.socket(dongle.device);
      dongle.socket = socket;
      faults.target = dongle;
      const control = await controlOf(served.folder, faults, log);
      return {
        address: socket.address,
        plugIn: () => dongle.plugIn(),
        pullOut: () => dongle.pullOut(),
        close: async () => {
          faults.clear();
          await control?.close();
          dongle.pullOut();
          await socket.close();
          await dongle.rested();
        },
      };
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
  const { container, timer, ...ports } = mailboxPorts(served, serial, poweredLog(log, isRunning));
  let drive: VolumeFile | undefined;
  const volume = new DongleVolume(
    { vendor: 'Ferry', product: 'Transfer Dongle', revision: '0100', serial },
    (scsi) => {
      drive = new VolumeFile(path.join(served.folder, VOLUME_FILE), scsi);
      return poweredDrive(drive, isRunning);
    },
    {
      ...ports,
      container: { ...container, client: poweredClient(container.client, isRunning) },
      timer,
      state: () => served.state(),
    },
  );
  const halt = (): void => {
    timer.stop();
    drive?.remove();
  };
  return { volume, halt };
}
