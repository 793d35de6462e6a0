import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import { signedEnvelope } from '../../../container/files/envelope.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { ItemId } from '../../../container/model/ids.ts';
import { makeContainer, reopen, seats, TestFirm } from '../../world/parties.ts';
import { apply, evidenceOf, HandContainer, hashOf, only, reasons } from './scene.ts';

const EXCEEDED = CATALOGUE.QUANTITY_EXCEEDED.number;

/** A sender that gives out the seats of two items a second time. */
function overdrawn() {
  const firm = new TestFirm();
  const device = makeContainer('soft', 1);
  const sender = new HandContainer(2);
  const items = [firm.grant(sender.key), firm.grant(sender.key)].map(({ grant, raw }) => ({
    grant: raw,
    itemId: grant.itemId,
    moved: { itemId: grant.itemId, quantity: 3, units: null, usageStart: null },
  }));
  for (const item of [...items, ...items]) sender.transfer(device, [item]);
  const update = sender.update(device, [firm.certificate]);
  return { firm, device, sender, update, items };
}

function reasonFor(itemId: ItemId): string {
  return `more seats than granted of item ${itemId}`;
}

describe('seats beyond what was ever granted', () => {
  it('are refused, and the signed word that brought them is kept as evidence about each item', () => {
    const { firm, device, update, items } = overdrawn();
    expect(reasons(apply(device, update))).toEqual([0, 0, EXCEEDED, EXCEEDED]);
    expect(evidenceOf(device)).toEqual(items.map(({ itemId }) => reasonFor(itemId)));
    const evidence = device.container.run('history', {}).evidence;
    expect(new Set(evidence.map(({ about, name }) => `${about} ${name}`))).toEqual(
      new Set([`${firm.key} firm 6000010`]),
    );
    expect(items.map(({ itemId }) => seats(device, itemId).held)).toEqual([3, 3]);
    const { signature } = signedEnvelope.decodeTrusted(update);
    reopen(device);
    const kept = [...device.container.state.evidence.values()];
    expect(kept.map(({ statements }) => toHex(only(statements).signature))).toEqual(Array(2).fill(toHex(signature)));
  });

  it('are no accusation of their sender: the next entries from it are applied', () => {
    const { firm, device, sender, update } = overdrawn();
    apply(device, update);
    const { grant, raw } = firm.grant(sender.key);
    const moved = { itemId: grant.itemId, quantity: 1, units: null, usageStart: null };
    sender.transfer(device, [{ grant: raw, moved }]);
    expect(reasons(apply(device, sender.update(device, [firm.certificate])))).toEqual([0]);
    expect(seats(device, grant.itemId).held).toBe(1);
  });

  it('leave their evidence once: the same file again changes nothing', () => {
    const { device, update } = overdrawn();
    apply(device, update);
    const before = hashOf(device);
    expect(apply(device, update)).toMatchObject({ skipped: 4, entries: [] });
    expect([hashOf(device), evidenceOf(device).length]).toEqual([before, 2]);
  });
});
