import { describe, expect, it } from 'vitest';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { nobleCrypto } from '../../../container/crypto/noble.ts';
import { Defect, FerryError } from '../../../container/errors.ts';
import type { Flash } from '../../../container/store/flash-port.ts';
import { Journal } from '../../../container/store/journal.ts';
import { bankCapacity, bankSize, framedLength, HEADER_LENGTH } from '../../../container/store/journal-layout.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';
import { codeOf } from './code-of.ts';
import { FaultyFlash, TINY } from './faulty-flash.ts';

const OPTIONS = { crypto: nativeCrypto(), where: 'the drawer' };
const HALF = bankSize(TINY);

function bytes(length: number, value: number): Uint8Array {
  return new Uint8Array(length).map((_, at) => value + at);
}

/** An image whose bank 0 holds this snapshot and these records. */
function imageOf(snapshot: Uint8Array, ...records: readonly Uint8Array[]): Uint8Array {
  const flash = new MemoryFlash(TINY);
  const journal = Journal.format(flash, OPTIONS, snapshot);
  for (const record of records) journal.append(record);
  return flash.image();
}

function open(image: Uint8Array): { snapshot: Uint8Array; records: Uint8Array[]; journal: Journal } {
  const { journal, snapshot, records } = Journal.open(new MemoryFlash(TINY, image.slice()), OPTIONS);
  return { journal, snapshot: snapshot.slice(), records: records.map((record) => record.slice()) };
}

/** What matches an error with exactly that code and these details. */
function refusal(code: string, details: object): unknown {
  return expect.objectContaining({ code, details });
}

function flipped(image: Uint8Array, bit: number): Uint8Array {
  const copy = image.slice();
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

describe('a journal', () => {
  it('gives back its snapshot and its records in order, of any length from none on', () => {
    const records = [bytes(0, 0), bytes(1, 1), bytes(200, 2), bytes(3, 3)];
    const opened = open(imageOf(bytes(5, 9), ...records));
    expect(opened.snapshot).toEqual(bytes(5, 9));
    expect(opened.records).toEqual(records);
  });

  it('begins again with what compact was given, over many compactions', () => {
    const flash = new MemoryFlash(TINY);
    const journal = Journal.format(flash, OPTIONS);
    for (let round = 0; round < 20; round++) {
      journal.append(bytes(300, round));
      journal.compact(bytes(round, round));
      const opened = Journal.open(flash, OPTIONS);
      expect([opened.snapshot, opened.records.length]).toEqual([bytes(round, round), 0]);
    }
  });

  it('keeps records and snapshots that end like erased flash, over whole sectors', () => {
    const erasedLooking = bytes(600, 1).fill(0xff, 5);
    const opened = open(imageOf(erasedLooking, new Uint8Array(10).fill(0xff)));
    expect([opened.snapshot, ...opened.records]).toEqual([erasedLooking, new Uint8Array(10).fill(0xff)]);
    const second = open(imageOf(new Uint8Array(300).fill(0xff)));
    expect(second.snapshot).toEqual(new Uint8Array(300).fill(0xff));
    const third = open(imageOf(bytes(0, 0), erasedLooking));
    expect(third.records).toEqual([erasedLooking]);
    third.journal.append(bytes(100, 5));
  });

  it('is read the same by either cryptography', () => {
    const image = imageOf(bytes(40, 1), bytes(90, 2));
    const opened = Journal.open(new MemoryFlash(TINY, image), { ...OPTIONS, crypto: nobleCrypto });
    expect(opened.records.map((record) => record.length)).toEqual([90]);
  });

  it('holds exactly as much as its capacity says, and refuses more as a defect without being harmed', () => {
    const flash = new MemoryFlash(TINY);
    const journal = Journal.format(flash, OPTIONS);
    expect(journal.bankBytes).toBe(bankCapacity(TINY));
    expect(journal.maxRecord).toBe(bankCapacity(TINY) - framedLength(0));
    expect(journal.fits(journal.maxRecord)).toBe(true);
    const tooLong = `a record of ${journal.maxRecord + 1} bytes fits in no bank`;
    expect(() => journal.append(bytes(journal.maxRecord + 1, 0))).toThrow(new Defect(tooLong));
    expect(() => journal.compact(bytes(journal.bankBytes + 1, 0))).toThrow(Defect);
    journal.compact(bytes(journal.bankBytes, 0));
    expect(Journal.open(flash, OPTIONS).snapshot).toEqual(bytes(journal.bankBytes, 0));
    expect(journal.fits(0)).toBe(false);
    expect(() => journal.append(bytes(1, 0))).toThrow(new Defect('the bank is full: compact before appending'));
    journal.compact(bytes(0, 0));
    journal.append(bytes(journal.maxRecord, 7));
    expect(journal.fits(0)).toBe(false);
  });

  it('erases only sectors that were written, each once for a compaction', () => {
    const erased: number[] = [];
    const flash = new (class extends MemoryFlash {
      override erase(address: number): void {
        erased.push(address);
        super.erase(address);
      }
    })(TINY);
    const journal = Journal.format(flash, OPTIONS);
    journal.append(bytes(10, 0));
    journal.compact(bytes(10, 0));
    expect(erased).toEqual([]);
    journal.compact(bytes(10, 0));
    expect(erased).toEqual([0]);
  });

  it('replaces an older journal when it is formatted over it', () => {
    const flash = new MemoryFlash(TINY);
    const old = Journal.format(flash, OPTIONS);
    for (let round = 0; round < 5; round++) old.compact(bytes(50, round));
    Journal.format(flash, OPTIONS, bytes(3, 3));
    expect(Journal.open(flash, OPTIONS).snapshot).toEqual(bytes(3, 3));
  });

  it('needs a flash of two banks and of pages that hold a header', () => {
    const oneSector = { size: 256, pageSize: 64, sectorSize: 256 };
    const smallPages = { size: 2048, pageSize: 32, sectorSize: 256 };
    for (const geometry of [oneSector, smallPages]) {
      expect(() => Journal.format(new MemoryFlash(geometry), OPTIONS)).toThrow(new Defect('flash too small'));
    }
    const justEnough = new MemoryFlash({ size: 144, pageSize: HEADER_LENGTH, sectorSize: 2 * HEADER_LENGTH });
    Journal.format(justEnough, OPTIONS, bytes(36, 1));
    expect(Journal.open(justEnough, OPTIONS).snapshot).toEqual(bytes(36, 1));
  });
});

describe('a damaged journal', () => {
  it('is never read as anything but what it was, without its last record at most, whichever bit flips', () => {
    const records = [bytes(9, 1), bytes(80, 2), bytes(30, 3)];
    const image = imageOf(bytes(21, 9), ...records);
    const lastStart = TINY.pageSize + 24 + framedLength(9) + framedLength(80);
    const seen = new Map<string, number>();
    for (let bit = 0; bit < (lastStart + framedLength(30) + 40) * 8; bit++) {
      const byte = bit >> 3;
      let result: string;
      try {
        const opened = open(flipped(image, bit));
        expect(opened.snapshot).toEqual(bytes(21, 9));
        expect(opened.records).toEqual(records.slice(0, opened.records.length));
        result = `kept ${opened.records.length}`;
      } catch (error) {
        if (!(error instanceof FerryError)) throw error;
        result = error.code;
      }
      const inLast = byte >= lastStart && byte < lastStart + framedLength(30);
      if (result === 'kept 2') expect(inLast, `bit ${bit}`).toBe(true);
      seen.set(result, (seen.get(result) ?? 0) + 1);
    }
    // 36 bytes of header, 21 of snapshot, two records of 24 + 9 and 24 + 80 bytes: each of their bits is missed.
    expect(seen.get('STORE_DAMAGED')).toBe((36 + 21 + 24 + 9 + 24 + 80) * 8);
    expect(seen.get('kept 2')).toBe((24 + 30) * 8);
    expect([...seen.keys()].sort()).toEqual(['STORE_DAMAGED', 'kept 2', 'kept 3']);
  });

  it('is refused with the place and the record in the words of the error', () => {
    const image = imageOf(bytes(4, 0), bytes(8, 1), bytes(8, 2), bytes(8, 3));
    const inSecond = TINY.pageSize + 4 + framedLength(8) + 26;
    expect(() => open(flipped(image, inSecond * 8))).toThrow(
      'The stored state of the container in the drawer is damaged: record 2 since the last snapshot is unreadable and others follow it.',
    );
  });

  it('is refused when both banks lost their header, and when the flash was erased', () => {
    const flash = new MemoryFlash(TINY);
    const journal = Journal.format(flash, OPTIONS);
    journal.compact(bytes(9, 9));
    const broken = flipped(flipped(flash.image(), 100), HALF * 8 + 100);
    expect(codeOf(() => open(broken))).toBe('STORE_DAMAGED');
    expect(codeOf(() => open(new MemoryFlash(TINY).image()))).toBe('STORE_DAMAGED');
  });

  it('does not fall back on the bank before once a record was appended behind the compaction', () => {
    const flash = new MemoryFlash(TINY);
    const journal = Journal.format(flash, OPTIONS, bytes(4, 0));
    journal.append(bytes(8, 1));
    journal.compact(bytes(12, 1));
    journal.append(bytes(8, 2));
    expect(codeOf(() => open(flipped(flash.image(), HALF * 8 + 100)))).toBe('STORE_DAMAGED');
  });

  it('is refused as a newer version when a newer program wrote it', () => {
    const image = imageOf(bytes(4, 0));
    image[8] = 3;
    const covered = image.slice(0, 28);
    const domain = new TextEncoder().encode('license-ferry journal header v1');
    image.set(OPTIONS.crypto.sha256(domain, covered).subarray(0, 8), 28);
    expect(() => open(image)).toThrow(refusal('FILE_VERSION', { version: 3, known: 2 }));
  });

  it('is refused when its header claims more than the bank holds', () => {
    const image = imageOf(bytes(4, 0));
    image[18] = 1;
    const domain = new TextEncoder().encode('license-ferry journal header v1');
    image.set(OPTIONS.crypto.sha256(domain, image.slice(0, 28)).subarray(0, 8), 28);
    const what = 'the snapshot is longer than the memory';
    expect(() => open(image)).toThrow(refusal('STORE_DAMAGED', { where: 'the drawer', what }));
  });

  it('is refused when its only header lies in the bank of the other one', () => {
    const flash = new MemoryFlash(TINY);
    Journal.format(flash, OPTIONS).compact(bytes(9, 9));
    const moved = new MemoryFlash(TINY);
    moved.program(0, flash.read(HALF, HALF));
    const what = 'neither half of the memory begins with a valid header';
    expect(() => open(moved.image())).toThrow(refusal('STORE_DAMAGED', { where: 'the drawer', what }));
  });
});

describe('a torn tail', () => {
  it('is dropped, everything before it is kept, and the next record goes behind it', () => {
    const whole = imageOf(bytes(4, 0), bytes(8, 1), bytes(100, 2));
    const start = TINY.pageSize + 4 + framedLength(8);
    for (let kept = 0; kept < framedLength(100); kept++) {
      const image = whole.slice().fill(0xff, start + kept, HALF);
      const flash = new MemoryFlash(TINY, image);
      const opened = Journal.open(flash, OPTIONS);
      if (kept >= 124) continue;
      expect(opened.records.map((record) => record.length)).toEqual([8]);
      opened.journal.append(bytes(5, 3));
      opened.journal.append(bytes(6, 4));
      expect(Journal.open(flash, OPTIONS).records.map((record) => record.length)).toEqual([8, 5, 6]);
    }
  });

  it('does not hide damage to the record before it once records follow', () => {
    const whole = imageOf(bytes(4, 0), bytes(8, 1), bytes(100, 2));
    const start = TINY.pageSize + 4 + framedLength(8);
    const flash = new MemoryFlash(TINY, whole.fill(0xff, start + 50, HALF));
    Journal.open(flash, OPTIONS).journal.append(bytes(5, 3));
    expect(open(flash.image()).records.length).toBe(2);
    expect(codeOf(() => open(flipped(flash.image(), (start - 2) * 8)))).toBe('STORE_DAMAGED');
  });

  it('is not mistaken for a record when a payload contains a whole journal', () => {
    const inner = imageOf(bytes(4, 0), bytes(8, 1)).slice(TINY.pageSize, TINY.pageSize + 36);
    const whole = imageOf(bytes(5, 0), new Uint8Array([...inner, ...bytes(60, 1)]));
    const torn = whole.slice().fill(0xff, TINY.pageSize + 8 + 24 + 90, HALF);
    expect(open(torn).records).toEqual([]);
  });
});

describe('a journal whose flash failed', () => {
  /** Fails at one operation and works again afterwards, as a disk may. */
  function failingOnce(at: number): { flash: Flash; fail: () => void } {
    const inner = new FaultyFlash(TINY, new MemoryFlash(TINY).image());
    let left = Number.POSITIVE_INFINITY;
    const count = (): void => {
      if (left-- === 0) throw new Error('the plug fell out');
    };
    const flash: Flash = {
      geometry: TINY,
      read: (address, length) => inner.read(address, length),
      isErased: (address, length) => inner.isErased(address, length),
      program: (address, data) => {
        count();
        inner.program(address, data);
      },
      erase: (address) => {
        count();
        inner.erase(address);
      },
      flush: () => {
        count();
        inner.flush();
      },
    };
    return {
      flash,
      fail: () => {
        left = at;
      },
    };
  }

  it('refuses every further call until it is opened again, wherever an append or a compaction failed', () => {
    const operations = [
      (journal: Journal) => journal.append(bytes(9, 2)),
      (journal: Journal) => journal.compact(bytes(9, 2)),
    ];
    for (const operation of operations) {
      for (let at = 0; at < 2; at++) {
        const { flash, fail } = failingOnce(at);
        const journal = Journal.format(flash, OPTIONS, bytes(4, 0));
        fail();
        expect(() => operation(journal)).toThrow('the plug fell out');
        const why = 'an earlier write failed; the container must be opened again';
        const refused = refusal('STORE_WRITE_FAILED', { where: 'the drawer', why });
        expect(() => journal.append(bytes(1, 1))).toThrow(refused);
        expect(codeOf(() => journal.compact(bytes(1, 1)))).toBe('STORE_WRITE_FAILED');
        expect(codeOf(() => journal.fits(1))).toBe('STORE_WRITE_FAILED');
        const again = Journal.open(flash, OPTIONS);
        again.journal.append(bytes(7, 7));
        expect(Journal.open(flash, OPTIONS).records.at(-1)).toEqual(bytes(7, 7));
      }
    }
  });

  it('ends after the last sequence number instead of starting over', () => {
    const flash = new MemoryFlash(TINY);
    Journal.format(flash, OPTIONS, bytes(4, 0));
    expect(codeOf(() => lastSequence().compact(bytes(0, 0)))).toBe('EXHAUSTED');
  });
});

/** A journal in its last possible bank, written by hand as the layout says. */
function lastSequence(): Journal {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const covered = new Uint8Array(28);
  covered.set(text('LFJOURNL'));
  const view = new DataView(covered.buffer);
  view.setUint32(8, 2, true);
  view.setUint32(12, 0xffffffff, true);
  const key = OPTIONS.crypto.sha256(text('license-ferry journal bank v1'), covered.slice(0, 20));
  covered.set(key.subarray(0, 8), 20);
  const flash = new MemoryFlash(TINY);
  flash.program(HALF, covered);
  flash.program(HALF + 28, OPTIONS.crypto.sha256(text('license-ferry journal header v1'), covered).subarray(0, 8));
  return Journal.open(flash, OPTIONS).journal;
}
