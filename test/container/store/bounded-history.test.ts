import { describe, expect, it } from 'vitest';
import { unpackTrusted } from '../../../container/files/codec.ts';
import { Journal } from '../../../container/store/journal.ts';
import { decodeRecord } from '../../../container/store/record.ts';
import { changesIn, encodeSnapshot } from '../../../container/store/snapshot.ts';
import { issueRequest } from '../../world/issue-request.ts';
import { load, makeContainer, reopen, type TestContainer, TestFirm } from '../../world/parties.ts';
import { setPin } from '../engine/owner-scene.ts';

const SECRETS = { seed: new Uint8Array(32), sealingSecret: new Uint8Array(32) };
const LARGE = 16 * 1024 * 1024;

/** Records and changes that opening has to replay on top of the snapshot. */
function historyOf({ parts }: TestContainer): { records: number; changes: number } {
  const { records } = Journal.open(parts.flash, { crypto: parts.crypto, where: parts.where });
  const changes = records.reduce((sum, bytes) => sum + decodeRecord(bytes).changes.length, 0);
  return { records: records.length, changes };
}

function write(target: TestContainer, times: number): void {
  const [{ id = 0 } = {}] = target.container.run('list', {}).holdings;
  for (let n = 0; n < times; n++)
    target.container.run('write-data', { holding: id, userData: Uint8Array.of(n & 0xff, n >> 8), customerInfo: null });
}

describe('the history that opening a container replays', () => {
  it('stays short however many small commits there were, with memory to spare', () => {
    const target = makeContainer('dongle', 1_000_001, { size: LARGE });
    load(new TestFirm(), target, {});
    let longest = 0;
    for (let times = 0; times < 20; times++) {
      write(target, 500);
      longest = Math.max(longest, historyOf(target).records);
    }
    expect(longest).toBeGreaterThan(1000);
    expect(longest).toBeLessThanOrEqual(2731);
    const { stateHash, generation } = target.parts.anchor.read() ?? {};
    reopen(target);
    expect(target.container.locked).toBe(false);
    expect(target.container.run('list', {}).holdings[0]?.userData).toEqual(Uint8Array.of(499 & 0xff, 499 >> 8));
    expect(target.parts.anchor.read()).toEqual({ stateHash, generation });
  });

  it('counts on when a container is opened again and again', () => {
    const target = makeContainer('dongle', 1_000_002, { size: LARGE });
    load(new TestFirm(), target, {});
    let longest = 0;
    for (let times = 0; times < 20; times++) {
      reopen(target);
      write(target, 300);
      longest = Math.max(longest, historyOf(target).records);
    }
    expect(longest).toBeLessThanOrEqual(2731);
  });

  it('is counted against what the snapshot really holds', async () => {
    const target = makeContainer('dongle', 1_000_003, { size: LARGE });
    load(new TestFirm(), target, ...Array.from({ length: 300 }, () => ({ quantity: 1 })));
    const items = [{ firmCode: 6000010, productCode: 1001, quantity: 1 }];
    target.container.run('arm-order', { items, kinds: [], keys: [], most: 1 });
    const client = target.container.client(undefined, 'unattended');
    const { context } = makeContainer('soft', 2).container.run('context', {
      certificate: target.certificate,
      firmCode: null,
    });
    await client.call('issue', issueRequest({ context, first: 1, parts: [{ holding: 1, quantity: 1 }] }));
    setPin(target.container);
    const { state } = target.container;
    const [, , changes] = unpackTrusted(encodeSnapshot(state, SECRETS)) as [unknown, unknown, unknown[]];
    const fixed = 6; // the container's certificate, and five counters
    expect(changesIn(state)).toBe(changes.length - fixed);
    const [withDevice, ofOwner] = [3, 3]; // partner, certificate, entry in transit; PIN, order, whom it served
    const ofFirm = 3; // partner, certificate, challenge
    expect(changesIn(state)).toBe(300 + 300 + ofFirm + withDevice + ofOwner);
  });
});
