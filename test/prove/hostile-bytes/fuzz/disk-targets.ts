import { Container, type ContainerParts } from '../../../../container/container.ts';
import { stateHash } from '../../../../container/engine/state.ts';
import { FerryError } from '../../../../container/errors.ts';
import { testRoot } from '../../../../container/files/test-root.ts';
import { concatBytes } from '../../../../container/model/bytes.ts';
import {
  aligned,
  bankKey,
  bankSize,
  decodeHeader,
  encodeHeader,
  firstLink,
  frameRecord,
  HEADER_LENGTH,
  scanRecords,
} from '../../../../container/store/journal-layout.ts';
import { MemoryAnchor } from '../../../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../../../container/store/memory-flash.ts';
import { toyCrypto } from '../../exploration/toy-crypto.ts';
import { Broken, type FuzzTarget, type Verdict } from './fuzz-target.ts';
import { mutated } from './mutate.ts';
import type { Random } from './random.ts';

const GEOMETRY = { size: 384 * 1024, pageSize: 256, sectorSize: 4096 };

/** A bank with a snapshot and up to three records, as it is programmed. */
function bank(random: Random): Uint8Array {
  const snapshot = random.bytes(random.below(40));
  const key = bankKey(toyCrypto, 1, snapshot);
  const pieces: Uint8Array[] = [encodeHeader(toyCrypto, 1, snapshot.length, key), padded(snapshot)];
  let link = firstLink(key);
  for (let count = random.below(4); count > 0; count--) {
    const framed = frameRecord(toyCrypto, key, link, random.bytes(random.below(40)));
    pieces.push(padded(framed.bytes));
    link = framed.link;
  }
  return concatBytes(...pieces);
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(aligned(bytes.length)).fill(0xff);
  whole.set(bytes);
  return whole;
}

/** Records behind the snapshot that a header names; what is believed is what was programmed. */
function scanned(input: Uint8Array): Verdict {
  const header = decodeHeader(toyCrypto, input);
  if (header === undefined || header.snapshotLength > input.length) return 'refused';
  const start = aligned(HEADER_LENGTH);
  const snapshot = input.slice(start, start + header.snapshotLength);
  const key = bankKey(toyCrypto, header.sequence, snapshot);
  const { records, free, orphan } = scanRecords(toyCrypto, key, input, aligned(start + snapshot.length), input.length);
  if (free < start || free > aligned(input.length)) throw new Broken('the free place is outside the bank');
  return records.length > 0 && orphan === undefined ? 'accepted' : 'refused';
}

/** A container whose memory was damaged beside its anchor opens as it was, locked, or not at all. */
function opened(): Pick<FuzzTarget, 'make' | 'give'> {
  const random = (length: number): Uint8Array => new Uint8Array(length).fill(7);
  const env = { now: () => 0, random };
  const anchor = new MemoryAnchor();
  const flash = new MemoryFlash(GEOMETRY);
  const parts: ContainerParts = { crypto: toyCrypto, env, flash, anchor, where: 'here' };
  const container = Container.create(parts, { kind: 'dongle', root: testRoot(toyCrypto) });
  const half = bankSize(GEOMETRY);
  const used = 2048;
  const golden = concatBytes(flash.read(0, used), flash.read(half, used));
  const anchored = anchor.read();
  const hash = stateHash(container.state);
  return {
    make: (given) => {
      const damaged = mutated(given, golden, [golden]);
      const bytes = golden.slice();
      bytes.set(damaged.subarray(0, golden.length));
      return bytes;
    },
    give: (input) => {
      const damaged = new MemoryFlash(GEOMETRY);
      damaged.program(0, input.subarray(0, used));
      damaged.program(half, input.subarray(used, 2 * used));
      try {
        const found = Container.open({ ...parts, flash: damaged, anchor: new MemoryAnchor(anchored) });
        if (!found.locked && stateHash(found.state) !== hash) throw new Broken('it opens as another container');
        return 'accepted';
      } catch (error) {
        if (error instanceof FerryError) return 'refused';
        throw error;
      }
    },
  };
}

/** Whoever reads a disk that may be damaged. */
export function diskTargets(): readonly FuzzTarget[] {
  return [
    {
      name: 'bank of a journal',
      thousands: 50,
      make: (random) => {
        const whole = bank(random);
        return random.oneIn(8) ? whole : mutated(random, whole, [whole]);
      },
      give: scanned,
    },
    { name: 'memory of a container', thousands: 20, ...opened() },
  ];
}
