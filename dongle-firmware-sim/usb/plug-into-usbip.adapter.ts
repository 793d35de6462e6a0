import path from 'node:path';
import type { Duplex } from 'node:stream';
import { isOtherHost } from '../../carriers/address.ts';
import type { WayIn } from '../../carriers/server/container-server.ts';
import type { ServedContainer } from '../../carriers/server/run-container-server.adapter.ts';
import type { ServerLog } from '../../carriers/server/server-port.ts';
import { DongleVolume } from '../volume/dongle-volume.ts';
import { VOLUME_FILE } from '../volume/stored-volume.adapter.ts';
import { VolumeFile } from '../volume/volume-file.adapter.ts';
import { channelPorts, mailboxPorts } from './dongle-ports.adapter.ts';
import { makeUsbDongle } from './usb-dongle.ts';
import type { UsbIdentity } from './usb-identity.ts';
import { UsbipBus, type UsbSocket } from './usbip-bus.ts';

/** A USB/IP server for dongles, and what they say they are. */
export interface UsbipOptions extends Omit<UsbIdentity, 'serial'> {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly log: ServerLog;
}

/** A socket for one dongle, which is not plugged in yet. */
export interface SocketedDongle {
  /** Whether others may be on the way to it. */
  readonly isOpen: boolean;
  open(served: ServedContainer, serial: string, serve: (stream: Duplex) => void): Promise<UsbSocket>;
}

/** One USB/IP server, and what plugs one more dongle into it. */
export function usbipPlug(options: UsbipOptions): (served: ServedContainer) => WayIn {
  const { isOpen, open } = usbipSockets(options);
  return (served) => ({
    carrier: 'usb',
    isOpen,
    open: async (serial, serve) => {
      const socket = await open(served, serial, serve);
      socket.plugIn();
      return socket;
    },
  });
}

/** One USB/IP server, and what makes one more socket of it. */
export function usbipSockets({ host, port, log, ...ids }: UsbipOptions): SocketedDongle {
  const bus = new UsbipBus({ host, port }, log);
  return {
    isOpen: isOtherHost(host),
    open: async (served, serial, serve) => {
      const volume = new DongleVolume(
        { vendor: 'Ferry', product: 'Transfer Dongle', revision: '0100', serial },
        (drive) => new VolumeFile(path.join(served.folder, VOLUME_FILE), drive),
        { ...mailboxPorts(served, serial, log), state: () => served.state() },
      );
      const device = makeUsbDongle({
        identity: { ...ids, serial },
        ...channelPorts(served, serial, log, serve),
        disk: volume.disk,
        onHost: (isThere) => (isThere ? volume.refresh() : volume.detached()),
      });
      const socket = await bus.socket(device);
      return { ...socket, close: () => socket.close().then(() => volume.rested()) };
    },
  };
}
