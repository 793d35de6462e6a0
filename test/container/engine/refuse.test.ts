import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import { load, makeContainer, order, reopen, seats } from '../../world/parties.ts';
import { guarded, setPin, unlock } from './owner-scene.ts';
import { apply, codeOf, hashOf, loaded, only, reasons, settle } from './scene.ts';

const REFUSED = CATALOGUE.REFUSED_BY_OWNER.number;

/** A device to which a dongle has three entries of one seat in transit, in one file. */
function offered() {
  const { dongle, device, itemId } = loaded();
  let updates: readonly Uint8Array[] = [];
  for (let at = 0; at < 3; at++) updates = order(dongle, device, [{ holding: 1, quantity: 1 }]).updates;
  return { dongle, device, itemId, update: only(updates) };
}

describe('refusing by hand', () => {
  it('refuses what a file would give up to a sequence, takes nothing, and its receipt brings it back', () => {
    const { dongle, device, itemId, update } = offered();
    const report = device.container.run('refuse', { update, through: 2 });
    expect([report.applied, reasons(report)]).toEqual([2, [REFUSED, REFUSED]]);
    expect(seats(device, itemId)).toEqual({ held: 0, pending: 0 });
    settle(dongle, report.receipt);
    expect(seats(dongle, itemId)).toEqual({ held: 4, pending: 1 });
    expect(reasons(apply(device, update))).toEqual([0]);
    expect(seats(device, itemId)).toEqual({ held: 1, pending: 0 });
  });

  it('given again changes nothing and gives a current receipt', () => {
    const { dongle, device, itemId, update } = offered();
    device.container.run('refuse', { update, through: 3 });
    const before = hashOf(device);
    const again = device.container.run('refuse', { update, through: 2 });
    expect([hashOf(device), again.entries, again.skipped]).toEqual([before, [], 3]);
    settle(dongle, again.receipt);
    expect(seats(dongle, itemId)).toEqual({ held: 5, pending: 0 });
  });

  it('refuses what a vendor grants, and a cancelled entry as cancelled', () => {
    const { firm, device } = guarded();
    for (let at = 0; at < 2; at++) firm.issue(device, { kind: 'add', grants: [firm.grant(device.key).raw] });
    const update = firm.update(device, { header: { cancelled: [2] } });
    const report = device.container.run('refuse', { update, through: 2 });
    expect(reasons(report)).toEqual([REFUSED, CATALOGUE.CANCELLED.number]);
    expect(device.container.run('list', {}).holdings).toEqual([]);
  });

  it('of a change by a vendor, or beyond the file, is refused itself and nothing is changed', () => {
    const { firm, device } = guarded();
    const { itemId } = only(load(firm, device, { quantity: 5 }));
    firm.issue(device, { kind: 'add', grants: [firm.grant(device.key).raw] });
    firm.issue(device, { kind: 'disable', itemId, quantity: 5 });
    firm.issueRaw(device, new Uint8Array([1]));
    const before = hashOf(device);
    const refuse = (first: number, through: number) =>
      codeOf(() => device.container.run('refuse', { update: firm.update(device, { first }), through }));
    expect([refuse(1, 3), refuse(1, 4), refuse(1, 5)]).toEqual(new Array(3).fill('ENTRY_NOT_REFUSABLE'));
    expect(hashOf(device)).toBe(before);
    expect(refuse(3, 3)).toBe('UPDATE_GAP');
    expect(refuse(1, 2)).toBe('nothing');
    expect(reasons(apply(device, firm.update(device)))).toEqual([0, CATALOGUE.ENTRY_MALFORMED.number]);
  });

  it('of an entry that cannot be read is refused itself, and says which one it is', () => {
    const { firm, device } = guarded();
    firm.issue(device, { kind: 'add', grants: [firm.grant(device.key).raw] });
    firm.issueRaw(device, new Uint8Array([1]));
    const update = firm.update(device);
    expect(() => device.container.run('refuse', { update, through: 2 })).toThrow(
      expect.objectContaining({
        code: 'ENTRY_NOT_REFUSABLE',
        details: { sequence: 2, why: 'what it does is not known' },
      }),
    );
    expect(reasons(apply(device, update))).toEqual([0, CATALOGUE.ENTRY_MALFORMED.number]);
  });

  it('is for the owner, where one is set', () => {
    const { device, update } = offered();
    setPin(device.container);
    reopen(device);
    const refuse = () => codeOf(() => device.container.run('refuse', { update, through: 1 }));
    expect(refuse()).toBe('OWNER_NEEDED');
    unlock(device.container);
    expect(refuse()).toBe('nothing');
  });

  it('cannot be done with a file for another container', () => {
    const { update } = offered();
    expect(codeOf(() => makeContainer('soft', 8).container.run('refuse', { update, through: 1 }))).toBe(
      'NOT_ADDRESSED',
    );
  });
});
