/** A record of a pcap file with USB traffic of Linux, as its documentation lays it out. */
export interface ReadRecord {
  readonly seconds: number;
  readonly microseconds: number;
  /** Bytes of the record, and how many it would have whole. */
  readonly captured: number;
  readonly whole: number;
  readonly id: bigint;
  readonly event: string;
  readonly transfer: string;
  readonly endpoint: number;
  readonly device: number;
  readonly bus: number;
  readonly setupFlag: string;
  readonly dataFlag: string;
  readonly status: number;
  readonly length: number;
  readonly dataLength: number;
  readonly setup: string;
  readonly interval: number;
  readonly flags: number;
  /** Fields of isochronous transfers, start frame and count of descriptors, together. */
  readonly isochronous: number;
  readonly data: Buffer;
}

export interface ReadPcap {
  readonly snapLength: number;
  readonly records: readonly ReadRecord[];
}

const TRANSFERS = ['isochronous', 'interrupt', 'control', 'bulk'];

/**
 * Reads a whole file, and throws at the first thing that is not as documented. It shares nothing with what writes traces.
 *
 * @see https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html; Linux, Documentation/usb/usbmon.rst, struct usbmon_packet
 */
export function readPcap(bytes: Uint8Array): ReadPcap {
  const file = Buffer.from(bytes);
  const head = file.subarray(0, 24).toString('hex');
  // Magic d4c3b2a1 says: numbers are little-endian, moments in microseconds. Version 2.4, two reserved words, snap length, link type.
  if (!head.startsWith('d4c3b2a1020004000000000000000000') || file.readUInt32LE(20) !== 220)
    throw new Error(`no pcap file of USB of Linux: ${head}`);
  const snapLength = file.readUInt32LE(16);
  const records: ReadRecord[] = [];
  for (let at = 24; at < file.length; ) {
    const captured = file.readUInt32LE(at + 8);
    if (captured < 64 || captured > snapLength || at + 16 + captured > file.length)
      throw new Error(`record ${records.length} has ${captured} bytes, ${file.length - at - 16} are there`);
    records.push(readRecord(file.subarray(at, at + 16), file.subarray(at + 16, at + 16 + captured)));
    at += 16 + captured;
  }
  return { snapLength, records };
}

function readRecord(outer: Buffer, inner: Buffer): ReadRecord {
  const record: ReadRecord = {
    seconds: outer.readUInt32LE(0),
    microseconds: outer.readUInt32LE(4),
    captured: outer.readUInt32LE(8),
    whole: outer.readUInt32LE(12),
    id: inner.readBigUInt64LE(0),
    event: String.fromCharCode(inner.readUInt8(8)),
    transfer: TRANSFERS[inner.readUInt8(9)] ?? 'unknown',
    endpoint: inner.readUInt8(10),
    device: inner.readUInt8(11),
    bus: inner.readUInt16LE(12),
    setupFlag: flag(inner.readUInt8(14)),
    dataFlag: flag(inner.readUInt8(15)),
    status: inner.readInt32LE(28),
    length: inner.readUInt32LE(32),
    dataLength: inner.readUInt32LE(36),
    setup: inner.subarray(40, 48).toString('hex'),
    interval: inner.readInt32LE(48),
    flags: inner.readUInt32LE(56),
    isochronous: inner.readInt32LE(52) + inner.readUInt32LE(60),
    data: inner.subarray(64),
  };
  if (inner.readBigInt64LE(16) !== BigInt(record.seconds) || inner.readInt32LE(24) !== record.microseconds)
    throw new Error('both headers of a record have different moments');
  return record;
}

/** A character, or nothing for the zero that says: it is there. */
function flag(value: number): string {
  return value === 0 ? '' : String.fromCharCode(value);
}

/** A record in one line: event, transfer, endpoint, status, length and what is there of data. */
export function sayRecord({ event, transfer, endpoint, status, length, dataFlag, dataLength }: ReadRecord): string {
  const address = endpoint.toString(16).padStart(2, '0');
  return `${event} ${transfer} ${address} ${status} ${length}${dataFlag} ${dataLength}`;
}
