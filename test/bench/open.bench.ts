import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { FileAnchor } from '../../container/store/file-anchor.adapter.ts';
import type { FileContainer } from '../../container/store/file-container.adapter.ts';
import { FileFlash } from '../../container/store/file-flash.adapter.ts';
import { Journal } from '../../container/store/journal.ts';
import { openSoftContainer } from '../../device-side/index.ts';
import { crypto, load, makeContainer, order, type TestContainer, TestFirm } from '../world/parties.ts';
import { type Figure, inFolder, median, report, time } from './measure.ts';

const ROUNDS = 9;
const HOLDINGS = 20_000;
const SMALL = 20_000;
const APPLIES = 401;
const MEMORY = 64 * 1024 * 1024;
const DATA = new Uint8Array(130).fill(7);

/** A soft container with that many Product Items, brought by updates of up to 2,560 items each; in memory, for speed. */
function loaded(serial: number, items: number): TestContainer {
  const target = makeContainer('soft', serial, { size: MEMORY });
  const grants = Array.from({ length: items }, () => ({ quantity: 1, protectedData: DATA }));
  if (items > 0) load(new TestFirm(), target, ...grants);
  return target;
}

/** Writes User Data that often, a commit each. */
function age({ container }: TestContainer, times: number): void {
  const ids = [...container.state.holdings.keys()];
  for (let n = 0; n < times; n++)
    container.run('write-data', {
      holding: ids[n % ids.length] ?? 0,
      userData: Uint8Array.of(n & 0xff, n >> 8),
      customerInfo: null,
    });
}

/** Puts a container that was made in memory into files, as it is. */
function putInFiles({ parts }: TestContainer, folder: string): void {
  fs.mkdirSync(folder);
  const { geometry } = parts.flash;
  const flash = FileFlash.create({ path: path.join(folder, 'container.bin'), geometry });
  for (let address = 0; address < geometry.size; address += geometry.sectorSize)
    if (!parts.flash.isErased(address, geometry.sectorSize))
      flash.program(address, parts.flash.read(address, geometry.sectorSize));
  flash.flush();
  flash.close();
  const creation = 'ab'.repeat(16);
  const anchor = FileAnchor.create({ path: path.join(folder, 'anchor.bin'), crypto, creation });
  const now = parts.anchor.read();
  if (now !== undefined) anchor.advance(now);
  anchor.close();
  fs.writeFileSync(
    path.join(folder, 'container.json'),
    JSON.stringify({ format: 1, kind: 'soft', anchor: 'anchor.bin', creation }),
  );
}

/** Records that opening the container in that folder replays. */
function recordsIn(folder: string): number {
  const flash = FileFlash.open({ path: path.join(folder, 'container.bin') });
  const { records } = Journal.open(flash, { crypto, where: folder });
  flash.close();
  return records.length;
}

function medianOpening(folder: string, holdings: number): number {
  const took = Array.from({ length: ROUNDS }, () => {
    let opened: FileContainer | undefined;
    const milliseconds = time(() => {
      opened = openSoftContainer(folder);
    });
    expect([opened?.container.locked, opened?.container.state.holdings.size]).toEqual([false, holdings]);
    opened?.close();
    return milliseconds;
  });
  return median(took);
}

it('20,000 holdings are opened within half a second, whatever their history', () => {
  inFolder((folder) => {
    const figures: Figure[] = [];
    const measure = (target: TestContainer, history: string): void => {
      const at = path.join(folder, String(figures.length));
      putInFiles(target, at);
      const records = recordsIn(at);
      const name = `${target.container.state.holdings.size} holdings, ${history}, ${records} records to replay, ms`;
      figures.push({ name, value: medianOpening(at, target.container.state.holdings.size), target: 500 });
    };
    measure(loaded(1, 0), 'new');
    const large = loaded(2, HOLDINGS);
    measure(large, '8 large updates');
    const { generation: before = 0 } = large.parts.anchor.read() ?? {};
    age(large, SMALL);
    expect(large.parts.anchor.read()?.generation).toBe(before + SMALL);
    measure(large, `then ${SMALL} small commits`);
    // The longest history there is: the next commit would write a new snapshot.
    age(large, 3333 - recordsIn(path.join(folder, '2')));
    measure(large, 'the longest history');
    report(`Opening a container on a memory file of ${MEMORY / 1024 / 1024} MiB`, figures);
  });
});

/** A container in files that takes single items, and what each of them took. */
interface Taker {
  readonly target: TestContainer;
  readonly folder: string;
  readonly close: () => void;
  readonly took: number[];
}

function taker(target: TestContainer, folder: string): Taker {
  putInFiles(target, folder);
  const { container, close } = openSoftContainer(folder);
  return { target: { ...target, container }, folder, close, took: [] };
}

/** Moves one item from the dongle and times its application alone. */
function take(dongle: TestContainer, { target, took }: Taker): void {
  const [holding = 0] = [...dongle.container.state.holdings.keys()];
  const { updates } = order(dongle, target, [{ holding, quantity: 1 }]);
  expect(updates).toHaveLength(1);
  let receipt = new Uint8Array(0);
  took.push(
    time(() => {
      receipt = Uint8Array.from(target.container.run('apply', { update: updates[0] ?? receipt }).receipt);
    }),
  );
  dongle.container.run('settle', { context: receipt });
}

it('a single item is applied to 20,000 holdings as fast as to none, also when that writes a new snapshot', () => {
  inFolder((folder) => {
    const dongle = makeContainer('dongle', 1_000_001, { size: MEMORY });
    load(
      new TestFirm(6_000_011),
      dongle,
      ...Array.from({ length: 2 * APPLIES }, () => ({ quantity: 1, protectedData: DATA })),
    );
    const large = loaded(3, HOLDINGS);
    age(large, 3000);
    const full = taker(large, path.join(folder, 'full'));
    const empty = taker(loaded(4, 0), path.join(folder, 'empty'));
    const before = recordsIn(full.folder);
    for (let times = 0; times < APPLIES; times++) {
      take(dongle, full);
      take(dongle, empty);
    }
    expect(full.target.container.state.holdings.size).toBe(HOLDINGS + APPLIES);
    expect(empty.target.container.state.holdings.size).toBe(APPLIES);
    full.close();
    empty.close();
    expect(recordsIn(full.folder)).toBeLessThan(before + APPLIES);
    const of = (figure: (values: readonly number[]) => number): { value: number; base: number } => ({
      value: figure(full.took),
      base: figure(empty.took),
    });
    report(`Applying ${APPLIES} single items, each a file of its own, to ${HOLDINGS} holdings and to none`, [
      { name: 'median, ms', ...of(median), target: 1.15 },
      { name: 'worst one, a new snapshot included, ms', value: Math.max(...full.took), target: 500 },
      {
        name: 'worst one without a new snapshot in it, ms',
        ...of((all) => all.toSorted((a, b) => b - a)[4] ?? 0),
        target: 2,
      },
    ]);
  });
});
