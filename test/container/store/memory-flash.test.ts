import { describe, expect, it } from 'vitest';
import { Defect } from '../../../container/errors.ts';
import { MemoryAnchor } from '../../../container/store/memory-anchor.ts';
import { isGeometry, MemoryFlash } from '../../../container/store/memory-flash.ts';
import { TINY } from './faulty-flash.ts';

describe('a flash in memory', () => {
  it('starts erased, keeps what is programmed and gives copies', () => {
    const flash = new MemoryFlash(TINY);
    flash.program(60, Uint8Array.of(1, 2, 3));
    const read = flash.read(59, 5);
    expect(read).toEqual(Uint8Array.of(0xff, 1, 2, 3, 0xff));
    read.fill(0);
    flash.image().fill(0);
    expect(flash.read(60, 1)).toEqual(Uint8Array.of(1));
  });

  it('clears bits, never sets one, and changes nothing when it refuses', () => {
    const flash = new MemoryFlash(TINY);
    flash.program(0, Uint8Array.of(0xf0, 0x0f));
    flash.program(0, Uint8Array.of(0x30, 0x0f));
    expect(() => flash.program(0, Uint8Array.of(0x00, 0x1f))).toThrow(Defect);
    expect(flash.read(0, 2)).toEqual(Uint8Array.of(0x30, 0x0f));
    flash.erase(0);
    expect(flash.read(0, 2)).toEqual(Uint8Array.of(0xff, 0xff));
  });

  it('reads across sectors what was programmed across them, and one erased between them as erased', () => {
    const flash = new MemoryFlash(TINY);
    flash.program(254, Uint8Array.of(1, 2, 3, 4));
    flash.program(766, Uint8Array.of(5, 6, 7));
    const expected = new Uint8Array(516).fill(0xff);
    expected.set([2, 3, 4], 0);
    expected.set([5, 6, 7], 511);
    expect(flash.read(255, 516)).toEqual(expected);
  });

  it('is erased wherever no bit is cleared, to the byte and across sectors', () => {
    const flash = new MemoryFlash(TINY);
    flash.program(300, Uint8Array.of(0xff, 0xfe, 0xff));
    const erased = (address: number, length: number): boolean => flash.isErased(address, length);
    expect([erased(0, 301), erased(0, 302), erased(301, 1), erased(302, 2048 - 302)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect([erased(0, 2048), erased(256, 256), erased(512, 256), erased(300, 1)]).toEqual([false, false, true, true]);
    expect([erased(301, 0), erased(2048, 0)]).toEqual([true, true]);
    expect(() => erased(2048, 1)).toThrow(Defect);
  });

  it('says at which address a program would set a bit, in whichever sector that is', () => {
    const flash = new MemoryFlash(TINY);
    flash.program(254, Uint8Array.of(0, 0, 0, 0));
    const wrong = new Defect('programming would set a cleared bit at 257');
    expect(() => flash.program(254, Uint8Array.of(0, 0, 0, 1))).toThrow(wrong);
  });

  it('erases the one sector that begins at an address', () => {
    const flash = new MemoryFlash(TINY);
    for (const address of [256, 512, 768]) flash.program(address, Uint8Array.of(7));
    flash.erase(512);
    expect([256, 512, 768].map((address) => flash.read(address, 1)[0])).toEqual([7, 0xff, 7]);
  });

  it('can be made again from its image', () => {
    const flash = new MemoryFlash(TINY);
    flash.program(5, Uint8Array.of(5));
    expect(new MemoryFlash(TINY, flash.image()).read(5, 1)).toEqual(Uint8Array.of(5));
  });

  it('takes addresses outside of it and inside a sector for defects', () => {
    const flash = new MemoryFlash(TINY);
    expect(() => flash.read(-1, 1)).toThrow(Defect);
    expect(() => flash.read(TINY.size, 1)).toThrow(Defect);
    expect(() => flash.program(TINY.size - 1, new Uint8Array(2))).toThrow(Defect);
    expect(() => flash.erase(64)).toThrow(Defect);
  });

  it('has only sizes of which each is a multiple of the next smaller', () => {
    expect(isGeometry(TINY)).toBe(true);
    for (const wrong of [{ size: 2049 }, { pageSize: 48 }, { sectorSize: 96 }, { size: 0 }, { pageSize: 2 }]) {
      const geometry = { ...TINY, ...wrong };
      expect(isGeometry(geometry)).toBe(false);
      expect(() => new MemoryFlash(geometry)).toThrow(Defect);
    }
    expect(() => new MemoryFlash(TINY, new Uint8Array(1))).toThrow(Defect);
  });
});

describe('an anchor in memory', () => {
  it('reads what it was advanced to, and nothing before', () => {
    const anchor = new MemoryAnchor();
    expect(anchor.read()).toBeUndefined();
    const stateHash = new Uint8Array(32).fill(3);
    anchor.advance({ generation: 3, stateHash });
    stateHash.fill(0);
    expect(anchor.read()).toEqual({ generation: 3, stateHash: new Uint8Array(32).fill(3) });
    expect(new MemoryAnchor({ generation: 1, stateHash }).read()?.generation).toBe(1);
  });
});
