import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../../../container/model/bytes.ts';
import type { InAnswer, OutAnswer } from '../../../../dongle-firmware-sim/usb/usb-transfer.ts';
import { commandWrapper, StorageHost } from './storage-host.ts';
import { bytesOf, READY, readyDrive } from './storage-scene.ts';

const OPERATIONS = bytesOf('00 03 08 12 15 1a 1b 1e 23 25 28 2a 2f 35 55 5a 88 8a 8f 91 9e a0 a8 aa ff');

const small = fc.nat(70);
/** Commands that mean something more often than random bytes do. */
const cdbs = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 16 }),
  fc
    .tuple(fc.constantFrom(...OPERATIONS), fc.uint8Array({ minLength: 15, maxLength: 15 }), small, small, fc.boolean())
    .map(([operation, rest, address, count, isPlain]) => {
      const cdb = Uint8Array.of(operation, ...(isPlain ? new Uint8Array(15) : rest));
      const [addressAt, countAt] = operation >= 0xa0 ? [5, 9] : operation >= 0x80 ? [9, 13] : [5, 8];
      cdb[addressAt] = address;
      cdb[countAt] = count;
      return cdb;
    }),
);
const lengths = fc.oneof(
  fc.nat(2000),
  fc.nat(40).map((blocks) => blocks * 512),
  fc.nat(0xffffffff),
);

/** What a host may do, in any order, whether it makes sense or not. */
const step = fc.oneof(
  fc.record({ do: fc.constant('command' as const), cdb: cdbs, length: lengths, isIn: fc.boolean() }),
  fc.record({ do: fc.constant('out' as const), bytes: fc.uint8Array({ maxLength: 1100 }) }),
  fc.record({ do: fc.constant('in' as const), room: fc.oneof(fc.constant(13), fc.nat(3000)) }),
  fc.record({ do: fc.constantFrom('clear halt' as const, 'recover' as const, 'configure' as const) }),
  fc.record({ do: fc.constantFrom('insert' as const, 'remove' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function wrapperOf({ cdb, length, isIn }: Extract<Step, { do: 'command' }>): Uint8Array {
  const bytes = commandWrapper(isIn ? { cdb, expects: 0 } : { cdb });
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(8, length, true);
  return bytes;
}

describe('a mass storage interface', () => {
  it('throws nothing, answers no more than was asked and serves again after reset recovery, whatever a host does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, isWriteProtected) => {
        const { drive, medium } = readyDrive({ isWriteProtected });
        const host = new StorageHost(drive);
        const isBounded = (answer: InAnswer, room: number): boolean =>
          typeof answer === 'string' || answer.length <= room;
        const isTaken = (answer: OutAnswer, length: number): boolean =>
          answer === 'wait' || (typeof answer === 'number' && answer >= 0 && answer <= length);
        for (const one of steps) {
          if (one.do === 'command') host.out(wrapperOf(one));
          else if (one.do === 'out') expect(isTaken(host.out(one.bytes), one.bytes.length)).toBe(true);
          else if (one.do === 'in') expect(isBounded(host.in(one.room), one.room)).toBe(true);
          else if (one.do === 'clear halt') host.clearHalt();
          else if (one.do === 'recover') host.resetRecovery();
          else if (one.do === 'configure') host.device.reset();
          else if (one.do === 'insert') drive.insert(medium, { isWriteProtected });
          else drive.remove();
        }
        host.resetRecovery();
        const ends = [1, 2, 3].map(() => host.run({ cdb: READY }).status);
        expect(ends.at(-1)).toBe(drive.isMediumPresent ? 0 : 1);
      }),
      { numRuns: 400 },
    );
  });

  it('ends every command with a residue of at most what the host had planned, and with that tag', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cdbs, fc.nat(40_000), fc.constantFrom('in', 'out'), fc.integer({ min: 100, max: 5000 }))),
        (commands) => {
          const { drive } = readyDrive();
          const host = new StorageHost(drive);
          for (const [tag, [cdb, length, direction, transfer]] of commands.entries()) {
            const plan = direction === 'in' ? { expects: length } : { sends: new Uint8Array(length) };
            const seen = host.run({ cdb, tag, ...plan }, transfer);
            expect(seen.tag).toBe(tag);
            expect(seen.residue).toBeLessThanOrEqual(length);
            expect([0, 1, 2]).toContain(seen.status);
            if (direction === 'in') expect(seen.residue).toBe(length - seen.data.length);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('gives back what was written, as a plain array of blocks would, in whatever transfers', () => {
    const change = fc.record({
      kind: fc.constantFrom('read', 'write'),
      form: fc.constantFrom(10, 12, 16),
      lba: fc.nat(63),
      blocks: fc.integer({ min: 1, max: 20 }),
      seed: fc.nat(255),
      transfer: fc.integer({ min: 100, max: 12_000 }),
      /** Bytes that the host plans beyond what the command has or wants. */
      more: fc.constantFrom(0, 0, 1, 512, 1300),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 15 }), (changes) => {
        const { drive, medium } = readyDrive();
        const model = medium.bytes.slice();
        const host = new StorageHost(drive);
        for (const { kind, form, lba, blocks, seed, transfer, more } of changes) {
          const count = Math.min(blocks, 64 - lba);
          const [start, length] = [lba * 512, count * 512];
          if (kind === 'read') {
            const seen = host.run({ cdb: blockCommand('read', form, lba, count), expects: length + more }, transfer);
            expect(seen).toMatchObject({ status: 0, residue: more });
            expect(equalBytes(seen.data, model.subarray(start, start + length))).toBe(true);
          } else {
            const sends = Uint8Array.from({ length: length + more }, (_, at) => (at >> 4) * seed + at);
            expect(host.run({ cdb: blockCommand('write', form, lba, count), sends }, transfer)).toMatchObject({
              status: 0,
              residue: more,
            });
            model.set(sends.subarray(0, length), start);
          }
        }
        expect(equalBytes(medium.bytes, model)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

function blockCommand(kind: 'read' | 'write', form: number, lba: number, blocks: number): Uint8Array {
  const operations: Readonly<Record<number, readonly [number, number]>> = {
    10: [0x28, 0x2a],
    12: [0xa8, 0xaa],
    16: [0x88, 0x8a],
  };
  const cdb = new Uint8Array(form);
  cdb[0] = operations[form]?.[kind === 'read' ? 0 : 1] ?? 0;
  cdb[form === 16 ? 9 : 5] = lba;
  cdb[form === 10 ? 8 : form === 12 ? 9 : 13] = blocks;
  return cdb;
}
