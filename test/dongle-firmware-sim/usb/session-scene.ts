import type { Facts } from '../../../carriers/server/server-port.ts';
import { encodeImportRequest } from '../../../carriers/usbip/device-messages.ts';
import type { SetupPacket } from '../../../carriers/usbip/usbip-codec.ts';
import {
  decodeReturn,
  encodeCmdSubmit,
  encodeCmdUnlink,
  NO_SETUP,
  PDU_HEADER,
} from '../../../carriers/usbip/usbip-codec.ts';
import { concatBytes } from '../../../container/model/bytes.ts';
import type { ExportedDevices } from '../../../dongle-firmware-sim/usb/exported-device.ts';
import { UsbipSession } from '../../../dongle-firmware-sim/usb/usbip-session.ts';
import { EchoDevice } from './echo-device.ts';

/** The first device of a scene, on the wire. */
export const DEVID = 0x0001_0001;

export function inOf(seqnum: number, endpoint: number, length = 64): Uint8Array {
  return encodeCmdSubmit({ seqnum, devid: DEVID, direction: 'in', endpoint, length, setup: NO_SETUP });
}

export function outOf(seqnum: number, endpoint: number, data: Uint8Array): Uint8Array {
  const header = { seqnum, devid: DEVID, direction: 'out' as const, endpoint, length: data.length, setup: NO_SETUP };
  return concatBytes(encodeCmdSubmit(header), data);
}

export function controlOf(seqnum: number, setup: SetupPacket, data?: Uint8Array): Uint8Array {
  const direction = data === undefined ? 'in' : 'out';
  const length = data?.length ?? setup.length;
  return concatBytes(
    encodeCmdSubmit({ seqnum, devid: DEVID, direction, endpoint: 0, length, setup }),
    data ?? new Uint8Array(0),
  );
}

export function unlinkOf(seqnum: number, target: number): Uint8Array {
  return encodeCmdUnlink({ seqnum, devid: DEVID, target });
}

/** A session of a client without a network. */
export class SessionScene {
  /** What the client is sent: header and data of each message. */
  readonly sent: { readonly header: Uint8Array; readonly data: Uint8Array }[] = [];
  readonly told: { readonly event: string; readonly facts: Facts | undefined }[] = [];
  ending: 'open' | 'ended' | 'aborted' = 'open';
  /** Whether the client takes nothing. */
  isFull = false;
  readonly device: EchoDevice;
  readonly session: UsbipSession;

  constructor(devices: ExportedDevices = new Map([['1-1', new EchoDevice()]])) {
    this.device = devices.get('1-1') as EchoDevice;
    const tell = (event: string, facts?: Facts): void => void this.told.push({ event, facts });
    this.session = new UsbipSession({
      devices,
      outlet: {
        write: (header, data) => {
          this.sent.push({ header, data });
          return !this.isFull;
        },
        end: () => {
          this.ending = 'ended';
        },
        abort: () => {
          this.ending = 'aborted';
        },
      },
      log: { info: tell, warn: tell, error: tell },
      connection: 1,
    });
  }

  /** One whose client has the first device, and has been told so. */
  static attached(devices?: ExportedDevices): SessionScene {
    const scene = new SessionScene(devices);
    scene.hear(encodeImportRequest('1-1'));
    scene.sent.length = 0;
    return scene;
  }

  /** Hears what the client says. @returns what it is told to that */
  hear(...said: readonly Uint8Array[]): string[] {
    const before = this.sent.length;
    this.session.arrived(concatBytes(...said));
    return this.words.slice(before);
  }

  /** What the client was told of its transfers, or the size of it. */
  get words(): string[] {
    return this.sent.map(({ header, data }) => {
      if (header.length !== PDU_HEADER) return `${header.length} bytes`;
      const read = decodeReturn(header);
      if (read.kind === 'garbled') return read.why;
      if (read.kind === 'unlinked') return `${read.seqnum} unlink: ${read.status}`;
      return `${read.seqnum}: ${read.status}, ${read.actual} carried, ${data.length} sent`;
    });
  }

  /** Events of the log. */
  get events(): string[] {
    return this.told.map(({ event }) => event);
  }
}
