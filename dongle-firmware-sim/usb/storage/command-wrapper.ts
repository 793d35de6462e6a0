const COMMAND_SIGNATURE = 0x43425355;
const STATUS_SIGNATURE = 0x53425355;
const COMMAND_LENGTH = 31;
export const STATUS_LENGTH = 13;
const IN = 0x80;
const LONGEST_CDB = 16;
const CDB_OFFSET = 15;

/** A command as the host sends it. @see Bulk-Only Transport 1.0, 5.1 */
export interface CommandWrapper {
  readonly tag: number;
  /** The data phase that the host will have; without any bytes it has none. */
  readonly direction: 'none' | 'in' | 'out';
  /** Bytes of the data phase, u32. */
  readonly length: number;
  readonly lun: number;
  readonly cdb: Uint8Array;
}

/**
 * Reads a command block wrapper. Undefined when it is not valid, or not meaningful: reserved bits, a logical unit beyond
 * `lastLun`, a command of no bytes or too many.
 *
 * @see Bulk-Only Transport 1.0, 6.2
 */
export function decodeCommandWrapper(bytes: Uint8Array, lastLun: number): CommandWrapper | undefined {
  if (bytes.length !== COMMAND_LENGTH) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(0, true) !== COMMAND_SIGNATURE) return undefined;
  const length = view.getUint32(8, true);
  const [flags, lun, cdbLength] = [view.getUint8(12), view.getUint8(13), view.getUint8(14)];
  if ((flags & ~IN) !== 0 || lun > lastLun || cdbLength < 1 || cdbLength > LONGEST_CDB) return undefined;
  const direction = length === 0 ? 'none' : flags === IN ? 'in' : 'out';
  return { tag: view.getUint32(4, true), direction, length, lun, cdb: bytes.slice(CDB_OFFSET, CDB_OFFSET + cdbLength) };
}

/** How a command ended, in the transport's numbers. @see Bulk-Only Transport 1.0, table 5.3 */
export const STATUSES = { passed: 0, failed: 1, phaseError: 2 } as const;
export type WrapperStatus = keyof typeof STATUSES;

/** What the host is told of a command when it is over. @see Bulk-Only Transport 1.0, 5.2 */
export interface StatusWrapper {
  readonly tag: number;
  /** How many of the bytes of the data phase, as the host had planned it, were not processed. */
  readonly residue: number;
  readonly status: WrapperStatus;
}

export function encodeStatusWrapper({ tag, residue, status }: StatusWrapper): Uint8Array {
  const bytes = new Uint8Array(STATUS_LENGTH);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, STATUS_SIGNATURE, true);
  view.setUint32(4, tag, true);
  view.setUint32(8, residue, true);
  view.setUint8(12, STATUSES[status]);
  return bytes;
}
