import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { MEMORY } from '../../container/engine/memory.ts';
import { counter } from '../../container/engine/state.ts';
import { load, makeContainer, move, order, type TestContainer, TestFirm } from '../world/parties.ts';
import { measuredSizes } from './measured-sizes.ts';
import { fill, GENERATED, namesIn } from './protocol-tables.ts';

const DOCS = path.join(import.meta.dirname, '../../docs');
const FILES = ['protocol.md', 'errors.md'];

function read(file: string): string {
  return fs.readFileSync(path.join(DOCS, file), 'utf8');
}

describe('the documentation of the protocol', () => {
  if (process.env.UPDATE_DOCS === '1')
    for (const file of FILES) fs.writeFileSync(path.join(DOCS, file), fill(read(file)));

  it.each(FILES)('%s says what the definitions say; `npm run docs` brings it up to date', (file) => {
    expect(read(file)).toBe(fill(read(file)));
  });

  it('shows every table exactly once', () => {
    expect(FILES.flatMap((file) => namesIn(read(file))).sort()).toEqual(Object.keys(GENERATED).sort());
  });
});

describe('the table of bytes', () => {
  const used = (it: TestContainer): number => counter(it.container.state, 'usedBytes');
  const sizes = measuredSizes();
  const item = { text: '', quantity: 5 };

  it('says what a container charges for one more Product Item', () => {
    const firm = new TestFirm();
    const dongle = makeContainer('dongle', 1);
    load(firm, dongle, item);
    const before = used(dongle);
    load(firm, dongle, item);
    expect(used(dongle) - before).toBe(sizes.stored.item);
  });

  it('says what partner, entry in transit and log line cost', () => {
    const firm = new TestFirm();
    const [dongle, device] = [makeContainer('dongle', 1234567), makeContainer('soft', 2459324738)];
    load(firm, dongle, item);
    const start = used(dongle);
    const { updates } = order(dongle, device, [{ holding: 1, quantity: 2 }]);
    expect(used(dongle) - start).toBe(sizes.stored.channel + sizes.stored.transit);
    const { receipt } = device.container.run('apply', { update: updates[0] as Uint8Array });
    dongle.container.run('settle', { context: receipt });
    expect(used(dongle) - start).toBe(sizes.stored.channel + sizes.stored.logLine + MEMORY.log);
  });

  it('says what a hop costs, beside the line in the log of the firm', () => {
    const firm = new TestFirm();
    const [dongle, device] = [makeContainer('dongle', 1234567), makeContainer('soft', 2459324738)];
    load(firm, dongle, item, item);
    move(dongle, device, [{ holding: 1, quantity: 2 }]);
    const before = used(device);
    move(dongle, device, [{ holding: 2, quantity: 2 }]);
    expect(used(device) - before).toBe(sizes.stored.item + sizes.stored.hop + MEMORY.logLine);
  });
});
