import { FerryError } from '../../container/errors.ts';
import {
  devidOf,
  encodeDevlistRequest,
  encodeImportRequest,
  type ListedDevice,
  type UsbipDevice,
} from './device-messages.ts';
import { ReplyReader, type UsbipReply } from './reply-reader.ts';
import { type SubmittedTransfer, Transfers } from './transfers.ts';
import { usbipText } from './usbip-address.ts';
import { IMPORT_STATUS, type SetupPacket } from './usbip-codec.ts';
import { UsbipConnection } from './usbip-connection.adapter.ts';

/** Where a USB/IP server is, and how long it may take. */
export interface UsbipServer {
  readonly host: string;
  readonly port: number;
  /** Seconds until it is connected, and until a list or an import is answered. */
  readonly patience: number;
}

/** A device that is imported: nobody else has it until it is closed. */
export interface ImportedDevice {
  readonly device: UsbipDevice;
  /** Asks for a control transfer. @param data what goes to the device, wLength bytes; nothing when data comes from it */
  control(setup: SetupPacket, data?: Uint8Array): SubmittedTransfer;
  /**
   * Asks a bulk or interrupt endpoint, named without its direction, for bytes.
   *
   * @param space how many at most, or where they go: that is faster for many large ones, the data of the completion is a view of it,
   *   and it is the transfer's until it completes
   */
  in(endpoint: number, space: number | Uint8Array): SubmittedTransfer;
  /** Sends bytes to a bulk or interrupt endpoint. They must stay as they are until it completes. */
  out(endpoint: number, data: Uint8Array): SubmittedTransfer;
  /** Unplugs it: what is under way fails with CARRIER_LOST. Once it returns, the connection is closed on this side. Repeatable. */
  close(): Promise<void>;
}

/**
 * The devices that a server has.
 *
 * @throws CARRIER_UNREACHABLE, CARRIER_LOST, CARRIER_TIMEOUT, CARRIER_GARBLED
 */
export async function listUsbip(server: UsbipServer): Promise<readonly ListedDevice[]> {
  const where = usbipText(server);
  const connection = new UsbipConnection(server, where, new ReplyReader('devlist'));
  try {
    await connection.opened(server.patience);
    const reply = await connection.ask(encodeDevlistRequest(), server.patience);
    if (reply.kind === 'devlist') return reply.devices;
    throw new FerryError('CARRIER_UNREACHABLE', { where, why: 'it does not tell which devices it has' });
  } finally {
    await connection.close();
  }
}

/**
 * Imports a device, as plugging it into this computer would.
 *
 * @param server `where`: what errors call it; `others`: asked where no device has that bus id, to say which there are
 * @throws CARRIER_UNREACHABLE (also when no device has that bus id), CARRIER_BUSY when another one has it, CARRIER_LOST,
 *   CARRIER_TIMEOUT, CARRIER_GARBLED
 */
export async function connectUsbip(
  server: UsbipServer & { readonly busid: string; readonly where?: string; readonly others?: () => Promise<string> },
): Promise<ImportedDevice> {
  const { busid, patience, where = `${usbipText(server)}/${busid}` } = server;
  if (!BUSID.test(busid)) throw new FerryError('CARRIER_UNREACHABLE', { where, why: `"${busid}" is not a bus id` });
  let transfers: Transfers | undefined;
  const reader = new ReplyReader('import', (seqnum) => transfers?.asked(seqnum));
  const connection = new UsbipConnection(server, where, reader);
  try {
    await connection.opened(patience);
    const reply = await connection.ask(encodeImportRequest(busid), patience);
    if (reply.kind !== 'imported') throw await refused(where, reply, server.others);
    const { device } = reply;
    if (device.busid !== busid) throw connection.garbled(`it gives the device ${device.busid}`);
    const under = new Transfers(devidOf(device), (header, data) => connection.send(header, data));
    transfers = under;
    connection.serve(under);
    return {
      device,
      control: (setup, data) => under.control(setup, data),
      in: (endpoint, space) => under.in(endpoint, space),
      out: (endpoint, data) => under.out(endpoint, data),
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Printable ASCII, with room for the zero byte that ends it. */
const BUSID = /^[!-~]{1,31}$/;

async function refused(
  where: string,
  reply: UsbipReply,
  others: (() => Promise<string>) | undefined,
): Promise<FerryError> {
  const status = reply.kind === 'refused' ? reply.status : 0;
  if (status === IMPORT_STATUS.notAvailable || status === IMPORT_STATUS.busy)
    return new FerryError('CARRIER_BUSY', { where });
  const isNone = status === IMPORT_STATUS.noDevice;
  const there = isNone && others !== undefined ? await others() : '';
  const why = isNone ? `no dongle is plugged in at that bus id${there}` : `it refuses with status ${status}`;
  return new FerryError('CARRIER_UNREACHABLE', { where, why });
}
