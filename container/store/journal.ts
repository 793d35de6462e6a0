import { Defect, FerryError } from '../errors.ts';
import { NO_BYTES } from '../model/bytes.ts';
import type { Flash } from './flash-port.ts';
import {
  aligned,
  type BankHeader,
  bankCapacity,
  bankKey,
  bankSize,
  decodeHeader,
  encodeHeader,
  firstLink,
  framedLength,
  frameRecord,
  type Hash,
  HEADER_LENGTH,
  isKeyOf,
  JOURNAL_VERSION,
  part,
  RECORD_OVERHEAD,
  scanRecords,
} from './journal-layout.ts';

export interface JournalOptions {
  readonly crypto: Hash;
  /** Where the flash is, in the words of errors: a folder or a device. */
  readonly where: string;
}

/** A journal with what it held when it was opened. */
export interface OpenedJournal {
  readonly journal: Journal;
  readonly snapshot: Uint8Array;
  /** Records appended since that snapshot, oldest first. Views into one buffer: do not change them. */
  readonly records: readonly Uint8Array[];
}

/** Where the journal stands: the bank in use and its next free place. */
interface Position {
  readonly sequence: number;
  readonly key: Uint8Array;
  readonly link: Uint8Array;
  /** Offset in the bank. */
  readonly free: number;
}

/**
 * The durable store of a container: a snapshot and the records appended since, atomic and durable also when power is cut
 * in the middle of any operation.
 *
 * When `append` returns, the record survives; when it was interrupted, it is there as a whole or not at all. `compact`
 * changes no content: it begins the other bank with a snapshot, and whichever bank is found after a power cut holds the
 * same. After any exception from the flash every further call is refused: the journal must be opened again.
 *
 * Assumed of the medium: programming some bytes of a page leaves its other bytes readable. Not noticed here: damage to
 * the very last record, which looks like a torn tail; the container's anchor shows it.
 *
 * @see journal-layout.ts for the layout and the rule that tells a torn tail from damage.
 */
export class Journal {
  readonly #flash: Flash;
  readonly #options: JournalOptions;
  #position: Position;
  #broken = false;

  private constructor(flash: Flash, options: JournalOptions, position: Position) {
    this.#flash = flash;
    this.#options = options;
    this.#position = position;
  }

  /**
   * Makes the flash an empty journal that begins with `snapshot`; whatever was in it is gone. Not atomic: an
   * interrupted format leaves no journal.
   *
   * @throws STORE_WRITE_FAILED
   */
  static format(flash: Flash, options: JournalOptions, snapshot: Uint8Array = NO_BYTES): Journal {
    if (flash.geometry.pageSize < HEADER_LENGTH || bankSize(flash.geometry) === 0) throw new Defect('flash too small');
    checkSnapshot(flash, snapshot);
    eraseBank(flash, 1);
    return new Journal(flash, options, writeBank(flash, options.crypto, 0, snapshot));
  }

  /**
   * Reads a journal, dropping a torn record at its tail. What it found is made durable before it returns, since the
   * program that wrote it may have ended before its flush.
   *
   * @throws STORE_DAMAGED when no bank is readable, or a record that others follow is not
   * @throws FILE_VERSION when it has another layout, or records of another form
   * @throws STORE_WRITE_FAILED
   */
  static open(flash: Flash, options: JournalOptions): OpenedJournal {
    const damaged = (what: string): FerryError => new FerryError('STORE_DAMAGED', { where: options.where, what });
    const hash = options.crypto;
    const headers = [readHeader(flash, hash, 0), readHeader(flash, hash, 1)];
    const header = newest(headers);
    if (header === undefined) throw damaged('neither half of the memory begins with a valid header');
    if (header.version !== JOURNAL_VERSION) {
      throw new FerryError('FILE_VERSION', { version: header.version, known: JOURNAL_VERSION });
    }
    const bank = header.sequence % 2;
    const base = bank * bankSize(flash.geometry);
    const bytes = readBank(flash, bank);
    const start = flash.geometry.pageSize;
    if (header.snapshotLength > bankCapacity(flash.geometry)) throw damaged('the snapshot is longer than the memory');
    const snapshot = part(bytes, start, header.snapshotLength);
    const key = bankKey(hash, header.sequence, snapshot);
    if (!isKeyOf(header, key)) throw damaged('the checksum of the snapshot is wrong');
    const scanned = scanRecords(hash, key, bytes, aligned(start + snapshot.length), bankSize(flash.geometry));
    if (scanned.orphan !== undefined) {
      throw damaged(`record ${scanned.records.length + 1} since the last snapshot is unreadable and others follow it`);
    }
    // Only the newest thing in the bank can lack its flush; programming it again also repairs what a failed flush left
    // in a cache that believes itself clean.
    if (scanned.last === undefined) flash.program(base, bytes.subarray(0, HEADER_LENGTH));
    else flash.program(base + scanned.last.offset, scanned.last.bytes);
    flash.flush();
    if (headers[1 - bank] !== undefined) {
      // Only now: the program that wrote this bank's header may have ended before its flush, and one of the two must last.
      strikeOut(flash, 1 - bank);
      flash.flush();
    }
    const position = { sequence: header.sequence, key, link: scanned.link, free: scanned.free };
    return { journal: new Journal(flash, options, position), snapshot, records: scanned.records };
  }

  /** Bytes that a snapshot and its records share. @see bankCapacity for what is charged */
  get bankBytes(): number {
    return bankCapacity(this.#flash.geometry);
  }

  /** Longest record that any bank could ever hold, in bytes. */
  get maxRecord(): number {
    return this.bankBytes - RECORD_OVERHEAD;
  }

  /** Whether a record of that length can be appended without compacting first. @throws STORE_WRITE_FAILED when broken */
  fits(length: number): boolean {
    this.#checkUsable();
    return this.#position.free + framedLength(length) <= bankSize(this.#flash.geometry);
  }

  /**
   * Adds a record behind all others; durable when it returns. One that does not fit is a defect of the caller.
   *
   * @throws STORE_WRITE_FAILED; whether the record is there shows at the next open
   */
  append(record: Uint8Array): void {
    if (record.length > this.maxRecord) throw new Defect(`a record of ${record.length} bytes fits in no bank`);
    if (!this.fits(record.length)) throw new Defect('the bank is full: compact before appending');
    this.#writing(() => {
      const { sequence, key, link, free } = this.#position;
      const framed = frameRecord(this.#options.crypto, key, link, record);
      this.#flash.program((sequence % 2) * bankSize(this.#flash.geometry) + free, framed.bytes);
      this.#flash.flush();
      return { sequence, key, link: framed.link, free: free + framedLength(record.length) };
    });
  }

  /**
   * Begins the other bank with `snapshot`, which stands for everything so far; the records are no longer read.
   *
   * @throws STORE_WRITE_FAILED; old and new bank say the same, the next open takes either
   * @throws EXHAUSTED after 2^32 compactions
   */
  compact(snapshot: Uint8Array): void {
    this.#checkUsable();
    checkSnapshot(this.#flash, snapshot);
    const { sequence } = this.#position;
    if (sequence === 0xffffffff) throw new FerryError('EXHAUSTED', { what: 'compactions of the journal' });
    this.#writing(() => {
      const position = writeBank(this.#flash, this.#options.crypto, sequence + 1, snapshot);
      // Struck out, the old bank cannot pass for the present one should the new header be damaged some day. The next
      // append's flush makes it durable, and until then both banks say the same.
      strikeOut(this.#flash, sequence % 2);
      return position;
    });
  }

  #writing(write: () => Position): void {
    this.#checkUsable();
    this.#broken = true;
    this.#position = write();
    this.#broken = false;
  }

  #checkUsable(): void {
    if (!this.#broken) return;
    const why = 'an earlier write failed; the container must be opened again';
    throw new FerryError('STORE_WRITE_FAILED', { where: this.#options.where, why });
  }
}

function checkSnapshot(flash: Flash, snapshot: Uint8Array): void {
  if (snapshot.length > bankCapacity(flash.geometry)) throw new Defect('the snapshot is larger than a bank');
}

function readHeader(flash: Flash, hash: Hash, bank: number): BankHeader | undefined {
  const header = decodeHeader(hash, flash.read(bank * bankSize(flash.geometry), HEADER_LENGTH));
  return header !== undefined && header.sequence % 2 === bank ? header : undefined;
}

function newest(headers: readonly (BankHeader | undefined)[]): BankHeader | undefined {
  return headers.reduce(
    (best, header) => ((header?.sequence ?? -1) > (best?.sequence ?? -1) ? header : best),
    undefined,
  );
}

/** Commits a bank: everything but the header is durable before the header is programmed. */
function writeBank(flash: Flash, hash: Hash, sequence: number, snapshot: Uint8Array): Position {
  const bank = sequence % 2;
  const base = bank * bankSize(flash.geometry);
  const start = flash.geometry.pageSize;
  const key = bankKey(hash, sequence, snapshot);
  eraseBank(flash, bank);
  flash.program(base + start, snapshot);
  flash.flush();
  flash.program(base, encodeHeader(hash, sequence, snapshot.length, key));
  flash.flush();
  return { sequence, key, link: firstLink(key), free: aligned(start + snapshot.length) };
}

/** Erases those sectors of a bank that are not erased already: each erase wears its sector. */
function eraseBank(flash: Flash, bank: number): void {
  const { sectorSize } = flash.geometry;
  const size = bankSize(flash.geometry);
  for (let address = bank * size; address < (bank + 1) * size; address += sectorSize) {
    if (!flash.isErased(address, sectorSize)) flash.erase(address);
  }
}

/** A bank up to its last sector that is not erased. */
function readBank(flash: Flash, bank: number): Uint8Array {
  const { sectorSize } = flash.geometry;
  const base = bank * bankSize(flash.geometry);
  let end = bankSize(flash.geometry);
  while (flash.isErased(base + end - sectorSize, sectorSize)) end -= sectorSize;
  return flash.read(base, end);
}

function strikeOut(flash: Flash, bank: number): void {
  flash.program(bank * bankSize(flash.geometry), new Uint8Array(HEADER_LENGTH));
}
