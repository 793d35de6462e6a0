import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nativeCrypto } from '../../../container/crypto/native/node-crypto.ts';
import { Defect, FerryError } from '../../../container/errors.ts';
import type { Anchor } from '../../../container/store/anchor-port.ts';
import { FileAnchor } from '../../../container/store/file-anchor.adapter.ts';
import { codeOf } from './code-of.ts';
import { FailingWrites } from './failing-writes.ts';
import { temporaryFolders } from './temporary-folder.ts';

const newFolder = temporaryFolders();
const crypto = nativeCrypto();

function anchorOf(generation: number): Anchor {
  return { generation, stateHash: new Uint8Array(32).fill(generation) };
}

/** A file that was advanced to each of these generations. */
function fileOf(...generations: readonly number[]): string {
  const file = path.join(newFolder(), 'anchor');
  const anchor = FileAnchor.create({ path: file, crypto });
  for (const generation of generations) anchor.advance(anchorOf(generation));
  anchor.close();
  return file;
}

function read(file: string): Anchor | undefined {
  const anchor = FileAnchor.open({ path: file, crypto });
  try {
    return anchor.read();
  } finally {
    anchor.close();
  }
}

describe('an anchor in a file', () => {
  it('reads nothing before the first advance, and the last one ever after', () => {
    expect(read(fileOf())).toBeUndefined();
    expect(read(fileOf(1))).toEqual(anchorOf(1));
    expect(read(fileOf(1, 2, 3, 4))).toEqual(anchorOf(4));
  });

  it('takes the one that was written last, also when its generation is lower or of the same parity', () => {
    expect(read(fileOf(7, 3))).toEqual(anchorOf(3));
    expect(read(fileOf(1, 3, 5))).toEqual(anchorOf(5));
    expect(read(fileOf(4, 4))).toEqual(anchorOf(4));
  });

  it('is refused where its file names another container, or is too short to name any', () => {
    const path = fileOf(1);
    const open = () => FileAnchor.open({ path, crypto, creation: 'ab'.repeat(16) }).close();
    expect(codeOf(open)).toBe('ANCHOR_DAMAGED');
    fs.truncateSync(path, 514);
    expect(codeOf(open)).toBe('ANCHOR_DAMAGED');
  });

  it('reads the anchor before when the last write was torn at any byte, and can be advanced from there', () => {
    const file = fileOf(1, 2, 3);
    const before = fs.readFileSync(fileOf(1, 2));
    const after = fs.readFileSync(file);
    for (let kept = 4096; kept <= 4096 + 90; kept += 3) {
      fs.writeFileSync(
        file,
        Uint8Array.from(after, (byte, at) => (at < kept ? byte : (before[at] ?? 0))),
      );
      const found = read(file)?.generation ?? 0;
      expect([2, 3]).toContain(found);
      const anchor = FileAnchor.open({ path: file, crypto });
      anchor.advance(anchorOf(found + 1));
      anchor.close();
      expect(read(file)).toEqual(anchorOf(found + 1));
    }
  });

  it('reads one of the last two anchors, whichever bit flips and wherever it is cut off', () => {
    const file = fileOf(1, 2);
    const sound = fs.readFileSync(file);
    for (const at of [...Array(90).keys()].flatMap((byte) => [byte, 4096 + byte])) {
      fs.writeFileSync(
        file,
        Uint8Array.from(sound, (byte, n) => (n === at ? byte ^ (1 << (at % 8)) : byte)),
      );
      expect([1, 2]).toContain(read(file)?.generation);
    }
    fs.writeFileSync(file, sound.subarray(0, 4096 + 100));
    expect(read(file)).toEqual(anchorOf(2));
  });

  it('is refused as damaged when both slots are, when it is empty or zeroed, and when it is missing', () => {
    const file = fileOf(1, 2);
    const sound = fs.readFileSync(file);
    const both = Uint8Array.from(sound, (byte, at) => (at % 4096 === 20 ? byte ^ 1 : byte));
    for (const content of [both, new Uint8Array(0), new Uint8Array(sound.length), sound.subarray(0, 100)]) {
      fs.writeFileSync(file, content);
      expect(codeOf(() => read(file))).toBe('ANCHOR_DAMAGED');
    }
    fs.rmSync(file);
    expect(codeOf(() => read(file))).toBe('ANCHOR_DAMAGED');
  });

  it('is made once: never over another, and its folder must be there', () => {
    const file = fileOf(1);
    expect(codeOf(() => FileAnchor.create({ path: file, crypto }))).toBe('CONTAINER_EXISTS');
    expect(read(file)).toEqual(anchorOf(1));
    expect(codeOf(() => FileAnchor.create({ path: path.join(file, 'x'), crypto }))).toBe('STORE_WRITE_FAILED');
  });

  it('refuses everything after a failed advance until it is opened again', () => {
    for (const call of ['writeSync', 'fdatasyncSync'] as const) {
      const file = fileOf(1);
      const writes = new FailingWrites();
      const anchor = FileAnchor.open({ path: file, crypto, writes });
      writes.fail(call, 'ENOSPC');
      expect(codeOf(() => anchor.advance(anchorOf(2)))).toBe('STORE_WRITE_FAILED');
      writes.fail(undefined);
      expect(codeOf(() => anchor.advance(anchorOf(2)))).toBe('STORE_WRITE_FAILED');
      expect(codeOf(() => anchor.read())).toBe('STORE_WRITE_FAILED');
      anchor.close();
      expect([1, 2]).toContain(read(file)?.generation);
    }
  });

  it('is not advanced by one who did not see what another wrote meanwhile, and stays as that one left it', () => {
    for (const generations of [[4], [4, 5], [4, 5, 6]]) {
      const file = fileOf(1, 2, 3);
      const late = FileAnchor.open({ path: file, crypto, container: '130-1' });
      const other = FileAnchor.open({ path: file, crypto });
      for (const generation of generations) other.advance(anchorOf(generation));
      for (const times of [1, 2]) {
        const refused = expect.objectContaining({ code: 'CONTAINER_LOCKED', details: { here: '130-1' } });
        expect(() => late.advance(anchorOf(10 * times))).toThrow(refused);
      }
      late.close();
      other.advance(anchorOf(7));
      other.close();
      expect(read(file)).toEqual(anchorOf(7));
    }
  });

  it('is advanced on from where others left it before it was opened, torn or not', () => {
    const file = fileOf(1, 2);
    fs.truncateSync(file, 4096 + 100);
    const anchor = FileAnchor.open({ path: file, crypto });
    for (const generation of [3, 4, 5]) anchor.advance(anchorOf(generation));
    anchor.close();
    expect(read(file)).toEqual(anchorOf(5));
  });

  it('is claimed before it is read, and not read when that fails', () => {
    const file = fileOf(1);
    const claim = (): never => {
      throw new FerryError('CONTAINER_IN_USE', { where: file, process: 1 });
    };
    expect(codeOf(() => FileAnchor.open({ path: file, crypto, claim }))).toBe('CONTAINER_IN_USE');
    fs.rmSync(file);
    expect(codeOf(() => FileAnchor.open({ path: file, crypto, claim }))).toBe('ANCHOR_DAMAGED');
  });

  it('takes a hash of another length, and a use after close, for defects', () => {
    const anchor = FileAnchor.open({ path: fileOf(1), crypto });
    expect(() => anchor.advance({ generation: 2, stateHash: new Uint8Array(31) })).toThrow(Defect);
    anchor.close();
    anchor.close();
    expect(() => anchor.advance(anchorOf(2))).toThrow(Defect);
  });
});
