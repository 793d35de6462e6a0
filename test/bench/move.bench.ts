import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { hpkeOpen, hpkeSeal } from '../../container/crypto/hpke.ts';
import { createSoftContainer } from '../../device-side/index.ts';
import { createDongle } from '../../dongle-firmware-sim/index.ts';
import { issueRequest } from '../world/issue-request.ts';
import { crypto, load, TestFirm } from '../world/parties.ts';
import { asTestContainer } from './as-test-container.ts';
import { type Figure, inFolder, median, report, time } from './measure.ts';

const ROUNDS = 9;
const MEMORY = 16 * 1024 * 1024;

/** What a move writes: length of each journal append. */
function measureMove(items: number): { took: number; files: number; entries: number; bytes: number } {
  return inFolder((folder) => {
    const firm = new TestFirm();
    const dongle = createDongle({ folder: path.join(folder, 'dongle'), flashBytes: MEMORY });
    const device = createSoftContainer({
      folder: path.join(folder, 'device'),
      anchorFolder: path.join(folder, 'anchor'),
      memoryBytes: MEMORY,
    });
    const from = asTestContainer(dongle);
    const to = asTestContainer(device);
    const data = new Uint8Array(130).fill(7);
    load(firm, from, ...Array.from({ length: items }, () => ({ quantity: 1, protectedData: data })));
    const parts = from.container.run('list', {}).holdings.map(({ id }) => ({ holding: id, quantity: 1 }));
    let files = 0;
    let entries = 0;
    let bytes = 0;
    const took = time(() => {
      const { context } = to.container.run('context', { certificate: from.certificate, firmCode: null });
      const issued = from.container.run('issue', issueRequest({ context, first: 1, parts }));
      let receipt: Uint8Array = context;
      for (const update of issued.updates) {
        receipt = to.container.run('apply', { update }).receipt;
        bytes += update.length;
      }
      from.container.run('settle', { context: receipt });
      files = issued.updates.length;
      entries = issued.entries.length;
    });
    expect(to.container.run('list', {}).holdings).toHaveLength(items);
    expect(from.container.run('list', {}).holdings).toHaveLength(0);
    dongle.close();
    device.close();
    return { took, files, entries, bytes };
  });
}

/** The bare cost of what a move cannot do without. */
function measureBare(
  items: number,
  { files, entries, bytes }: { files: number; entries: number; bytes: number },
): number {
  const seed = crypto.sha256(new Uint8Array([1]));
  const key = crypto.ed25519PublicKey(seed);
  const message = new Uint8Array(100);
  const signature = crypto.sign(seed, message);
  const secret = crypto.sha256(new Uint8Array([2]));
  const sealingKey = crypto.x25519PublicKey(secret);
  const content = new Uint8Array(Math.ceil(bytes / files));
  const none = new Uint8Array(0);
  return inFolder((folder) => {
    const journal = fs.openSync(path.join(folder, 'journal'), 'w');
    const anchor = fs.openSync(path.join(folder, 'anchor'), 'w');
    fs.writeSync(anchor, new Uint8Array(4096));
    const took = time(() => {
      for (let at = 0; at < items + 10; at++) crypto.verify(key, message, signature);
      for (let at = 0; at < entries + 4; at++) crypto.sign(seed, message);
      for (let at = 0; at < files; at++) {
        const box = hpkeSeal(crypto, sealingKey, none, none, content, secret);
        hpkeOpen(crypto, secret, box.encapsulated, none, none, box.sealed);
      }
      for (let at = 0; at < 3 + files; at++) {
        fs.writeSync(journal, at < files ? content : message);
        fs.fdatasyncSync(journal);
        fs.writeSync(anchor, message, 0, message.length, 0);
        fs.fdatasyncSync(anchor);
      }
    });
    fs.closeSync(journal);
    fs.closeSync(anchor);
    return took;
  });
}

it('a move costs at most twice its bare cryptography and flushes', () => {
  const figures = [1000, 10_000].map((items): Figure => {
    const counts = measureMove(items);
    expect(counts.entries).toBe(Math.ceil(items / 64));
    const rounds = Array.from({ length: ROUNDS }, () => ({
      move: measureMove(items).took,
      bare: measureBare(items, counts),
    }));
    return {
      name: `move of ${items} items (${counts.files} files, ${counts.entries} entries, ${counts.bytes} bytes), ms`,
      value: median(rounds.map(({ move }) => move)),
      base: median(rounds.map(({ bare }) => bare)),
      target: 2,
    };
  });
  report('Move between two persistent containers, warm', figures);
});
