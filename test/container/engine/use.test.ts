import { describe, expect, it } from 'vitest';
import type { Grant } from '../../../container/files/grant.ts';
import { load, makeContainer, order, reopen, seededEnv, TestFirm } from '../../world/parties.ts';
import { codeOf, hashOf, only, world } from './scene.ts';

const NOW = 800_000_000;

function device(...options: Partial<Grant>[]) {
  const firm = new TestFirm();
  const made = makeContainer('soft', 2);
  load(firm, made, ...options);
  const product = { firmCode: 6000010, productCode: 1001, releaseDate: null };
  const setTime = (time: number) => Object.assign(made.parts.env, { time });
  return {
    made,
    firm,
    setTime,
    check: (change: { releaseDate?: number; productCode?: number } = {}) =>
      made.container.run('check', { ...product, ...change }),
    use: (units: number) => made.container.run('use', { ...product, units }),
  };
}

describe('a license', () => {
  it('is used where it is held, enabled and in time, and checking it commits nothing', () => {
    const { made, check } = device({ featureMap: 6, quantity: 3 });
    const before = hashOf(made);
    expect(check()).toMatchObject({ seats: 3, units: null, featureMap: 6, usableUntil: null });
    expect(hashOf(made)).toBe(before);
    expect(codeOf(() => check({ productCode: 7 }))).toBe('NOT_HELD');
  });

  it('is only carried by a dongle', () => {
    const { firm, dongle } = world();
    load(firm, dongle, {});
    const request = { firmCode: 6000010, productCode: 1001, releaseDate: null };
    expect(codeOf(() => dongle.container.run('check', request))).toBe('NOT_USABLE_HERE');
  });

  it('is used from its activation to before its expiration', () => {
    const { check, setTime } = device({ activationTime: NOW + 10, expirationTime: NOW + 20 });
    expect(codeOf(check)).toBe('ITEM_NOT_YET_ACTIVE');
    setTime(NOW + 10);
    expect(check()).toMatchObject({ usableUntil: NOW + 20 });
    setTime(NOW + 19);
    expect(codeOf(check)).toBe('nothing');
    setTime(NOW + 20);
    expect(codeOf(check)).toBe('ITEM_EXPIRED');
  });

  it('begins its usage period with the first use, not with a check, and ends it in time', () => {
    const { made, check, use, setTime } = device({ usagePeriod: 100, expirationTime: NOW + 5000 });
    expect(check().usableUntil).toBe(NOW + 5000);
    expect(use(0).usableUntil).toBe(NOW + 100);
    setTime(NOW + 50);
    const before = hashOf(made);
    expect(use(0).usableUntil).toBe(NOW + 100);
    expect(hashOf(made)).toBe(before);
    reopen(made);
    setTime(NOW + 100);
    expect(codeOf(() => made.container.run('check', { firmCode: 6000010, productCode: 1001, releaseDate: null }))).toBe(
      'USAGE_PERIOD_OVER',
    );
  });

  it('counts units down, never below zero, and durably', () => {
    const { made, check, use } = device({ unitCounter: 10 });
    expect(use(4).units).toBe(6);
    expect(codeOf(() => use(7))).toBe('UNITS_EXHAUSTED');
    expect(use(6).units).toBe(0);
    expect(codeOf(check)).toBe('UNITS_EXHAUSTED');
    reopen(made);
    expect(only(made.container.run('list', {}).holdings).units).toBe(0);
  });

  it('covers the releases of its maintenance period', () => {
    const { check } = device({ maintenance: { start: 100, end: 200 } });
    const codes = [99, 100, 200, 201].map((releaseDate) => codeOf(() => check({ releaseDate })));
    expect(codes).toEqual(['MAINTENANCE_OVER', 'nothing', 'nothing', 'MAINTENANCE_OVER']);
    expect(codeOf(check)).toBe('nothing');
  });

  it('is not used while it is disabled or wholly in transit', () => {
    const { made, firm, check } = device({}, {});
    const [one] = made.container.run('list', {}).holdings;
    if (one === undefined) throw new TypeError('nothing was loaded');
    firm.issue(made, { kind: 'disable', itemId: one.itemId, quantity: 5 });
    made.container.run('apply', { update: firm.update(made) });
    expect(check().holding).toBe(2);
    firm.issue(made, {
      kind: 'withdraw',
      itemId: only(made.container.run('list', {}).holdings.slice(1)).itemId,
      quantity: 5,
    });
    made.container.run('apply', { update: firm.update(made) });
    expect(codeOf(check)).toBe('ITEM_DISABLED');
    const dongle = makeContainer('dongle', 1);
    const soft = makeContainer('soft', 4, { issues: 'move' });
    load(firm, soft, {});
    order(soft, dongle, [{ holding: 1, quantity: 5 }]);
    const request = { firmCode: 6000010, productCode: 1001, releaseDate: null };
    expect(codeOf(() => soft.container.run('check', request))).toBe('NOT_USABLE_HERE');
  });

  it('is not used longer by setting the clock back: what was seen at a use is the least time', () => {
    const { made, use, check, setTime } = device({ unitCounter: 10, expirationTime: NOW + 1000 });
    setTime(NOW + 900);
    use(1);
    setTime(NOW - 5_000_000);
    expect(codeOf(check)).toBe('nothing');
    expect(made.container.state.counters.get('timeFloor')).toBe(NOW + 900);
    setTime(NOW + 950);
    use(1);
    expect(made.container.state.counters.get('timeFloor')).toBe(NOW + 900);
    expect(seededEnv('x').now()).toBe(NOW);
  });
});
