/** Bytes of a report, there and back. */
export const REPORT_SIZE = 64;

/** The channel on which channels are asked for. */
export const BROADCAST = 0xffff;

/** A channel that nobody ever has: what is said on it is answered `noChannel`. */
export const NO_CHANNEL = 0;

/** Kinds of message in reports, by number; never reused. @see docs/protocol.md, "Reports" */
export const REPORT_KINDS = {
  open: 1,
  opened: 2,
  message: 3,
  ready: 4,
  working: 5,
  cancel: 6,
  error: 7,
  close: 8,
  blink: 9,
} as const;
export type ReportKind = keyof typeof REPORT_KINDS;

/** Why a dongle did not take a message, by number; never reused. */
export const REPORT_ERRORS = {
  busy: 1,
  unknownKind: 2,
  wrongLength: 3,
  outOfSequence: 4,
  timedOut: 5,
  noChannel: 6,
} as const;
export type ReportError = keyof typeof REPORT_ERRORS;

/** Bytes before the payload of a message's first report: channel u16, sequence u16 = 0, kind, length u32; big-endian. */
const FIRST_HEADER = 9;
/** Of every further one: channel u16, sequence u16, from 1 on; after 65,535 comes 1 again. */
const NEXT_HEADER = 4;
const LAST_SEQUENCE = 0xffff;

/** Bytes of payload that a message's first report carries. */
export const FIRST_PAYLOAD = REPORT_SIZE - FIRST_HEADER;
const NEXT_PAYLOAD = REPORT_SIZE - NEXT_HEADER;

const KIND_OF = new Map(Object.entries(REPORT_KINDS).map(([name, number]) => [number as number, name as ReportKind]));
const ERROR_OF = new Map(
  Object.entries(REPORT_ERRORS).map(([name, number]) => [number as number, name as ReportError]),
);

/** One report, read. Its payload may be longer than what is left of the message: the rest is padding. */
export type Report =
  | {
      readonly position: 'first';
      readonly channel: number;
      /** Undefined when it is none that is known. */
      readonly kind: ReportKind | undefined;
      /** Bytes of the whole message. */
      readonly length: number;
      readonly payload: Uint8Array;
    }
  | {
      readonly position: 'next';
      readonly channel: number;
      readonly sequence: number;
      readonly payload: Uint8Array;
    };

/** Reads a report, whose payload is a view of it; undefined when it has another size: then it is none of this protocol. */
export function readReport(bytes: Uint8Array): Report | undefined {
  if (bytes.length !== REPORT_SIZE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, REPORT_SIZE);
  const channel = view.getUint16(0);
  const sequence = view.getUint16(2);
  if (sequence !== 0) return { position: 'next', channel, sequence, payload: bytes.subarray(NEXT_HEADER) };
  const kind = KIND_OF.get(view.getUint8(4));
  return { position: 'first', channel, kind, length: view.getUint32(5), payload: bytes.subarray(FIRST_HEADER) };
}

/** A message as reports, each made when it is asked for. */
export function* reportsOf(channel: number, kind: ReportKind, message: Uint8Array): Generator<Uint8Array, void> {
  const first = new Uint8Array(REPORT_SIZE);
  const view = new DataView(first.buffer);
  view.setUint16(0, channel);
  view.setUint8(4, REPORT_KINDS[kind]);
  view.setUint32(5, message.length);
  first.set(message.subarray(0, FIRST_PAYLOAD), FIRST_HEADER);
  yield first;
  let sequence = 0;
  for (let at = FIRST_PAYLOAD; at < message.length; at += NEXT_PAYLOAD) {
    sequence = nextSequence(sequence);
    const next = new Uint8Array(REPORT_SIZE);
    const header = new DataView(next.buffer);
    header.setUint16(0, channel);
    header.setUint16(2, sequence);
    next.set(message.subarray(at, at + NEXT_PAYLOAD), NEXT_HEADER);
    yield next;
  }
}

/** The error that a message of that kind names; undefined for one that is not known. */
export function readReportError(message: Uint8Array): ReportError | undefined {
  return ERROR_OF.get(message[0] ?? 0);
}

/** A message that arrives report by report. */
export class Assembly {
  readonly kind: ReportKind;
  readonly #bytes: Uint8Array;
  #filled = 0;
  #sequence = 0;

  /** @param first its first report; its length was checked */
  constructor(kind: ReportKind, first: Extract<Report, { readonly position: 'first' }>) {
    this.kind = kind;
    this.#bytes = new Uint8Array(first.length);
    this.#add(first.payload);
  }

  /** The whole message; undefined as long as some of it is missing. */
  get message(): Uint8Array | undefined {
    return this.#filled === this.#bytes.length ? this.#bytes : undefined;
  }

  /** Takes the next report; false when it is another one. */
  add({ sequence, payload }: Extract<Report, { readonly position: 'next' }>): boolean {
    if (sequence !== nextSequence(this.#sequence)) return false;
    this.#sequence = sequence;
    this.#add(payload);
    return true;
  }

  #add(payload: Uint8Array): void {
    const piece = payload.subarray(0, this.#bytes.length - this.#filled);
    this.#bytes.set(piece, this.#filled);
    this.#filled += piece.length;
  }
}

function nextSequence(sequence: number): number {
  return sequence === LAST_SEQUENCE ? 1 : sequence + 1;
}
