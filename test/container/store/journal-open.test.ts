import { describe, expect, it } from 'vitest';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { Journal, type OpenedJournal } from '../../../container/store/journal.ts';
import { bankSize, HEADER_LENGTH } from '../../../container/store/journal-layout.ts';
import { MemoryFlash } from '../../../container/store/memory-flash.ts';
import { codeOf } from './code-of.ts';
import { FaultyFlash, PowerLost, TINY } from './faulty-flash.ts';

const OPTIONS = { crypto: nativeCrypto(), where: 'the drawer' };
const HALF = bankSize(TINY);
const SNAPSHOT = Uint8Array.of(1, 2, 3);
const LATER = Uint8Array.of(4, 5);
const RECORD = Uint8Array.of(6, 7, 8, 9);

/** A flash whose program ended at operation `cutAt` of this work, as the next program finds it. */
function afterEnd(cutAt: number, work: (journal: Journal) => void): FaultyFlash {
  const before = new MemoryFlash(TINY);
  Journal.format(before, OPTIONS, SNAPSHOT);
  // Opening takes a program and a flush.
  const flash = new FaultyFlash(TINY, before.image(), 2 + cutAt);
  expect(() => work(Journal.open(flash, OPTIONS).journal)).toThrow(PowerLost);
  return flash.inherited('forgotten');
}

function open(image: Uint8Array): OpenedJournal {
  return Journal.open(new MemoryFlash(TINY, image), OPTIONS);
}

describe('opening a journal', () => {
  it('makes a record durable whose flush never came', () => {
    const flash = afterEnd(1, (journal) => journal.append(RECORD));
    expect(open(flash.survivor('lost')).records).toEqual([]);
    expect(Journal.open(flash, OPTIONS).records).toEqual([RECORD]);
    expect(open(flash.survivor('lost')).records).toEqual([RECORD]);
  });

  it('makes a compaction durable whose last flush never came, and only then gives up the bank before', () => {
    const flash = afterEnd(3, (journal) => journal.compact(LATER));
    expect(open(flash.survivor('lost')).snapshot).toEqual(SNAPSHOT);
    expect(Journal.open(flash, OPTIONS).snapshot).toEqual(LATER);
    const image = flash.survivor('lost');
    expect(open(image).snapshot).toEqual(LATER);
    image[HALF] = 0;
    expect(codeOf(() => open(image))).toBe('STORE_DAMAGED');
  });

  it('gives up the bank before whichever of the two that is', () => {
    const flash = afterEnd(9, (journal) => {
      journal.compact(RECORD);
      journal.compact(LATER);
    });
    expect(Journal.open(flash, OPTIONS).snapshot).toEqual(LATER);
    expect(flash.read(HALF, HEADER_LENGTH)).toEqual(new Uint8Array(HEADER_LENGTH));
  });

  it('changes nothing where everything is durable', () => {
    const flash = new MemoryFlash(TINY);
    const journal = Journal.format(flash, OPTIONS, SNAPSHOT);
    const states = [() => undefined, () => journal.append(RECORD), () => journal.compact(LATER)];
    for (const lead of states) {
      lead();
      const before = flash.image();
      Journal.open(flash, OPTIONS);
      expect(flash.image()).toEqual(before);
    }
  });

  it('reads a bank only up to the last sector in which anything is written', () => {
    const read: number[] = [];
    const flash = new (class extends MemoryFlash {
      override read(address: number, length: number): Uint8Array {
        read.push(address, length);
        return super.read(address, length);
      }
    })(TINY);
    Journal.format(flash, OPTIONS, SNAPSHOT).append(new Uint8Array(200));
    Journal.open(flash, OPTIONS);
    expect(read).toEqual([0, HEADER_LENGTH, HALF, HEADER_LENGTH, 0, 2 * TINY.sectorSize]);
  });
});
