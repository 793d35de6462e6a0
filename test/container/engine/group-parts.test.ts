import { describe, expect, it } from 'vitest';
import { groupParts } from '../../../container/engine/group-parts.ts';
import { largestEntry } from '../../../container/engine/issuer-channel.ts';
import { transferEntry } from '../../../container/engine/transfer-entry.ts';
import type { ContextFile } from '../../../container/files/context-file.ts';
import { openContextFile } from '../../../container/files/context-file.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { Hash, ItemId } from '../../../container/model/ids.ts';
import { crypto, load, makeContainer, root, TestFirm } from '../../world/parties.ts';
import { contextFor, HandContainer, only } from './scene.ts';

const terms = {
  type: 'quantity',
  targetKinds: [],
  targetKeys: [],
  mostPerTarget: null,
  returnable: true,
  depth: 16,
} as const;

/**
 * A dongle with a holding for each of the given ways, of different items. A way names the transfer records that lead here by
 * numbers: each number is one record, and so many of them come from different senders.
 */
function stocked(ways: readonly (readonly number[])[], { senders = 1, data = 0 } = {}) {
  const dongle = makeContainer('dongle', 1);
  const device = makeContainer('soft', 2);
  const { itemId } = only(load(new TestFirm(), dongle, { terms }));
  const { state } = dongle.container;
  const [grant, first] = [state.grants.get(itemId), only([...state.holdings.values()])];
  if (grant === undefined) throw new TypeError('no grant');
  const by = Array.from({ length: senders }, (_, number) => new HandContainer(3000 + number));
  const hashes = new Map<number, Hash>();
  const recordOf = (number: number): Hash => {
    const known = hashes.get(number);
    if (known !== undefined) return known;
    const sender = by[number % senders] as HandContainer;
    const items = [{ itemId, quantity: 1, units: null, usageStart: null }];
    const { part, raw } = sender.record({ to: dongle.key, sequence: number + 1, firmCode: 6000010, items });
    const hash = toHex(crypto.sha256(part)) as Hash;
    state.records.set(hash, { raw, own: false, from: sender.key, references: 1 });
    hashes.set(number, hash);
    return hash;
  };
  for (const [at, way] of ways.entries()) {
    const item = `${at}`.padStart(32, '0') as ItemId;
    const [userData, customerInfo] = [new Uint8Array(data), new Uint8Array(data)];
    const custody = way.map(recordOf);
    state.grants.set(item, grant);
    state.holdings.set(at + 1, { ...first, id: at + 1, itemId: item, userData, customerInfo, custody });
  }
  const opened = openContextFile(
    { crypto, root, known: () => undefined, isRevoked: () => false },
    contextFor(device, dongle),
  );
  if (!opened.ok) throw new TypeError(opened.code);
  const parts = ways.map((_, at) => ({ holding: at + 1, quantity: 1 }));
  const grouped = (largestRecord: number) => {
    const file: ContextFile = { ...opened.value, header: { ...opened.value.header, largestRecord } };
    return groupParts(state, file, parts);
  };
  /** How many holdings go into each entry for a target that takes so much at once. */
  const entries = (largestRecord = 1024 * 1024) => {
    const groups = grouped(largestRecord);
    return 'ok' in groups ? groups : groups.map((group) => group.parts.length);
  };
  /** The least size of a target for which that holds. */
  const least = (isEnough: (groups: ReturnType<typeof grouped>) => boolean): number => {
    let [below, enough] = [0, 1024 * 1024];
    while (enough - below > 1) {
      const middle = Math.floor((below + enough) / 2);
      if (isEnough(grouped(middle))) enough = middle;
      else below = middle;
    }
    return enough;
  };
  return { state, device, grouped, entries, least };
}

const numbers = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + at);

describe('an entry of an order', () => {
  it('carries at most 255 records: one more begins another, one that it carries already does not', () => {
    const full = numbers(0, 17).map((at) => numbers(15 * at, 15));
    expect(stocked([...full, [254, 0, 9]]).entries()).toEqual([18]);
    expect(stocked([...full, [254, 255]]).entries()).toEqual([17, 1]);
  });

  it('is never larger than its target takes, whatever belongs to its items', () => {
    const ways = numbers(0, 16).map((at) => numbers(15 * at, 15));
    for (const { state, device, grouped, least } of [
      stocked(ways),
      stocked(
        numbers(0, 9).map(() => []),
        { data: 256 },
      ),
    ]) {
      const size = least((groups) => !('ok' in groups) && groups.length === 1);
      const groups = grouped(size);
      if ('ok' in groups) throw new TypeError(groups.code);
      const { firmCode, parts } = only(groups);
      const plan = { target: device.key, sequence: 1, salt: '00'.repeat(16), firmCode, parts };
      const { entry } = transferEntry(state, plan);
      expect(entry.length).toBeLessThanOrEqual(largestEntry(size));
      expect(entry.length).toBeGreaterThan(0.8 * largestEntry(size));
    }
  });

  it.each([
    ['is that of its bytes', numbers(0, 2)],
    ['has to leave room for certificates', numbers(0, 12)],
  ])('of one item fits to the byte, where the bound %s', (_, way) => {
    const { entries, least } = stocked([way], { senders: 12 });
    const size = least((groups) => !('ok' in groups));
    expect(entries(size)).toEqual([1]);
    const refused = entries(size - 1);
    if (!('ok' in refused)) throw new TypeError('it is not refused');
    const needed = Number(refused.details.size);
    expect(refused).toEqual({
      ok: false,
      code: 'TOO_LARGE_FOR_TARGET',
      details: { item: '6000010:1001', size: needed, target: '130-2', limit: needed - 1 },
    });
  });

  it('of two items needs the certificates of both senders once', () => {
    const one = stocked([numbers(0, 12), numbers(0, 12)], { senders: 24 });
    const two = stocked([numbers(0, 12), numbers(12, 12)], { senders: 24 });
    const together = (groups: ReturnType<typeof one.grouped>) => !('ok' in groups) && groups.length === 1;
    expect(two.least(together) - one.least(together)).toBe(12 * 320);
  });
});
