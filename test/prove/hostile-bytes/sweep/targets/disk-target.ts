import { Container } from '../../../../../container/container.ts';
import { stateHash } from '../../../../../container/engine/state.ts';
import {
  aligned,
  bankKey,
  bankSize,
  decodeHeader,
  HEADER_LENGTH,
  RECORD_OVERHEAD,
  scanRecords,
} from '../../../../../container/store/journal-layout.ts';
import { MemoryAnchor } from '../../../../../container/store/memory-anchor.ts';
import { MemoryFlash } from '../../../../../container/store/memory-flash.ts';
import { apply } from '../../../../container/engine/scene.ts';
import { crypto, load, makeContainer, TestFirm } from '../../../../world/parties.ts';
import type { Span } from '../spans.ts';
import type { Ending, SweepTarget } from '../sweep-target.ts';
import { endingOf } from './file-targets.ts';

const SIZE = 384 * 1024;

const RIGHT: Readonly<Record<string, readonly Ending[]>> = {
  'struck out': ['taken'],
  header: ['STORE_DAMAGED'],
  snapshot: ['STORE_DAMAGED'],
  record: ['STORE_DAMAGED'],
  // Like the torn tail of a power cut; the anchor knows better.
  'last record': ['locked'],
};

/** A part of the memory that is in use. */
interface Piece {
  readonly address: number;
  readonly length: number;
  readonly path: string;
}

/** Where header, snapshot and records lie; the padding behind a record is left out. */
function piecesOf(flash: MemoryFlash): Piece[] {
  const half = bankSize(flash.geometry);
  const header = [0, 1]
    .map((bank) => decodeHeader(crypto, flash.read(bank * half, HEADER_LENGTH)))
    .find((found) => found !== undefined);
  if (header === undefined) throw new TypeError('no half of the memory is in use');
  const bank = header.sequence % 2;
  const base = bank * half;
  const start = flash.geometry.pageSize;
  const written = flash.read(base, half);
  const snapshot = written.subarray(start, start + header.snapshotLength);
  const key = bankKey(crypto, header.sequence, snapshot);
  const { records } = scanRecords(crypto, key, written, aligned(start + snapshot.length), half);
  const framed = records.map((record, at): Piece => {
    const address = base + record.byteOffset - written.byteOffset - RECORD_OVERHEAD;
    return {
      address,
      length: RECORD_OVERHEAD + record.length,
      path: at === records.length - 1 ? 'last record' : 'record',
    };
  });
  return [
    { address: (1 - bank) * half, length: HEADER_LENGTH, path: 'struck out' },
    { address: base, length: HEADER_LENGTH, path: 'header' },
    { address: base + start, length: snapshot.length, path: 'snapshot' },
    ...framed,
  ];
}

/**
 * The memory of a container, opened again beside its anchor: damage is found, or shows as a locked container where it looks
 * like the torn tail of a power cut; it never opens as another state.
 */
function disk(): SweepTarget {
  const it = makeContainer('dongle', 81, { size: SIZE });
  const firm = new TestFirm();
  load(firm, it, { quantity: 3 });
  firm.issue(it, { kind: 'disable', itemId: firm.grant(it.key).grant.itemId, quantity: 3 });
  apply(it, firm.update(it));
  const { flash, anchor } = it.parts;
  const anchored = anchor.read();
  const opened = stateHash(it.container.state);
  const pieces = piecesOf(flash);
  const golden = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  const spans: Span[] = [];
  let end = 0;
  for (const { address, length, path } of pieces) {
    golden.set(flash.read(address, length), end);
    spans.push({ start: end, end: end + length, path, role: 'value' });
    end += length;
  }
  const give = (bytes: Uint8Array): Ending => {
    const damaged = new MemoryFlash(flash.geometry);
    let from = 0;
    for (const { address, length } of pieces) {
      damaged.program(address, bytes.subarray(from, from + length));
      from += length;
    }
    const parts = { ...it.parts, flash: damaged, anchor: new MemoryAnchor(anchored) };
    let ending = 'taken';
    const code = endingOf(() => {
      const container = Container.open(parts);
      if (container.locked) ending = 'locked';
      else if (stateHash(container.state) !== opened) ending = 'another state';
    });
    return code === 'taken' ? ending : code;
  };
  return {
    name: 'memory of a container, opened',
    golden,
    spans,
    right: ({ path }) => RIGHT[path] ?? [],
    shifted: [],
    cut: ['STORE_DAMAGED', 'locked'],
    give,
    standing: () => '',
    taken: 'taken',
  };
}

export const DISK_TARGETS: readonly (() => SweepTarget)[] = [disk];
