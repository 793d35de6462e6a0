import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../container/commands/index.ts';
import type { Grant } from '../../../container/files/grant.ts';
import { load, makeContainer, order, reopen, seededEnv, TestFirm } from '../../world/parties.ts';
import { apply, codeOf, HandContainer, hashOf, only, world } from './scene.ts';

const NOW = 800_000_000;
const PRODUCT = { firmCode: 6000010, productCode: 1001, releaseDate: null };

function device(...options: Partial<Grant>[]) {
  const firm = new TestFirm();
  const made = makeContainer('soft', 2);
  load(firm, made, ...options);
  const setTime = (time: number) => Object.assign(made.parts.env, { time });
  return {
    made,
    firm,
    setTime,
    check: (change: { releaseDate?: number; productCode?: number } = {}) =>
      made.container.run('check', { ...PRODUCT, ...change }),
    use: (units: number) => made.container.run('use', { ...PRODUCT, units }),
  };
}

describe('a license', () => {
  it('is used where it is held, enabled and in time, and checking it commits nothing', () => {
    const { made, check } = device({ featureMap: 6, quantity: 3 });
    const before = hashOf(made);
    expect(check()).toMatchObject({ seats: 3, units: null, featureMap: 6, usableUntil: null });
    expect(hashOf(made)).toBe(before);
    expect(codeOf(() => check({ productCode: 7 }))).toBe('NOT_HELD');
    expect(() => check({ productCode: 7 })).toThrow(
      expect.objectContaining({ details: { here: '130-2', item: '6000010:7' } }),
    );
  });

  it('of one firm is not used for the product of another with the same Product Code', () => {
    const { made, check } = device({ featureMap: 1 });
    const other = new TestFirm(6000099);
    load(other, made, { featureMap: 2 });
    expect(check().featureMap).toBe(1);
    expect(made.container.run('check', { ...PRODUCT, firmCode: 6000099 }).featureMap).toBe(2);
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
    const exhausted = (left: number, wanted: number) =>
      expect.objectContaining({ code: 'UNITS_EXHAUSTED', details: { item: '6000010:1001', left, wanted } });
    expect(() => use(7)).toThrow(exhausted(6, 7));
    expect(use(6).units).toBe(0);
    expect(check).toThrow(exhausted(0, 1));
    reopen(made);
    expect(only(made.container.run('list', {}).holdings).units).toBe(0);
  });

  it('covers the releases of its maintenance period', () => {
    const { check } = device({ maintenance: { start: 100, end: 200 } });
    const codes = [99, 100, 200, 201].map((releaseDate) => codeOf(() => check({ releaseDate })));
    expect(codes).toEqual(['MAINTENANCE_OVER', 'nothing', 'nothing', 'MAINTENANCE_OVER']);
    expect(codeOf(check)).toBe('nothing');
  });

  it('without a Unit Counter or a maintenance period is used by whatever release, for whatever units', () => {
    const { made, check, use } = device({});
    expect(check({ releaseDate: 1 }).units).toBe(null);
    const before = hashOf(made);
    expect(use(7).units).toBe(null);
    expect(hashOf(made)).toBe(before);
  });

  it('without a Usage Period is not ended by the beginning of one that its sender made up', () => {
    const firm = new TestFirm();
    const made = makeContainer('soft', 3);
    const sender = new HandContainer(4);
    const { grant, raw } = firm.grant(sender.key, { quantity: 1 });
    const moved = { itemId: grant.itemId, quantity: 1, units: null, usageStart: NOW - 100 };
    sender.transfer(made, [{ moved, grant: raw }]);
    apply(made, sender.update(made, [firm.certificate]));
    expect(made.container.run('check', PRODUCT)).toMatchObject({ seats: 1, usableUntil: null });
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

  it.each([
    { what: 'used', at: 900 + 3600 },
    { what: 'refused as expired', at: 90_000 },
  ])('is not revived by setting the clock back after it was $what, whatever it consists of', ({ at }) => {
    const { made, use, check, setTime } = device({ expirationTime: NOW + 86_400 });
    setTime(NOW + at);
    const before = codeOf(() => use(0));
    expect(made.container.state.counters.get('timeFloor')).toBe(NOW + at);
    reopen(made);
    setTime(NOW);
    expect(made.container.state.counters.get('timeFloor')).toBe(NOW + at);
    expect(codeOf(() => made.container.run('check', PRODUCT))).toBe(before);
    expect(codeOf(check)).toBe(before);
  });

  it.each([
    { what: 'an activation', options: { activationTime: NOW - 1 } },
    { what: 'an expiration', options: { expirationTime: NOW + 90_000 } },
    { what: 'a usage period', options: { usagePeriod: 90_000 } },
  ])('with $what keeps the time of its use, to the hour', ({ options }) => {
    const { made, use, setTime } = device(options);
    const floorAt = (time: number) => {
      setTime(time);
      use(0);
      return made.container.state.counters.get('timeFloor');
    };
    expect([NOW, NOW + 3599, NOW + 3600].map(floorAt)).toEqual([NOW, NOW, NOW + 3600]);
  });

  it('is not brought back by a clock before the year 2000', () => {
    const { use, check, setTime } = device({ expirationTime: NOW + 10 });
    setTime(NOW + 10);
    expect(codeOf(() => use(0))).toBe('ITEM_EXPIRED');
    setTime(-86_400);
    expect(codeOf(check)).toBe('ITEM_EXPIRED');
    expect(codeOf(() => use(0))).toBe('ITEM_EXPIRED');
  });

  it.each([
    { what: 'used', expirationTime: NOW + 1_000_000 },
    { what: 'refused', expirationTime: NOW - 1 },
  ])('costs a commit an hour at most when it is $what again and again', ({ expirationTime }) => {
    const { made, use, setTime } = device({ expirationTime });
    const generation = () => made.container.run('list', {}).generation;
    const before = generation();
    for (let minute = 0; minute < 180; minute += 1) {
      setTime(NOW + minute * 60);
      codeOf(() => use(0));
    }
    expect(generation() - before).toBe(3);
  });

  it('commits nothing when neither time nor units bound it, nor when it is not held, nor for a check', () => {
    const { made, use, check, setTime } = device({}, { productCode: 7, expirationTime: NOW - 1 });
    setTime(NOW + 10 * 3600);
    const before = hashOf(made);
    use(0);
    expect(codeOf(() => check({ productCode: 7 }))).toBe('ITEM_EXPIRED');
    expect(codeOf(() => made.container.run('use', { ...PRODUCT, productCode: 8, units: 0 }))).toBe('NOT_HELD');
    expect(hashOf(made)).toBe(before);
  });

  it('is judged as at the last moment of the format by a clock beyond it', () => {
    const { made, use, setTime } = device({ unitCounter: 10 }, { productCode: 7, expirationTime: NOW + 10 });
    setTime(2 ** 32);
    expect(use(1).units).toBe(9);
    expect(made.container.state.counters.get('timeFloor')).toBe(2 ** 32 - 1);
    expect(codeOf(() => made.container.run('use', { ...PRODUCT, productCode: 7, units: 0 }))).toBe('ITEM_EXPIRED');
    reopen(made);
    expect(codeOf(() => made.container.run('use', { ...PRODUCT, units: 1 }))).toBe('nothing');
  });

  it('has no end that a client can be told when its usage period ends beyond the format', () => {
    const { use } = device({ usagePeriod: 0xfffffff0 });
    const answer = use(0);
    expect(answer.usableUntil).toBeNull();
    expect(() => COMMANDS.use.response.encode(answer)).not.toThrow();
  });

  it('that ends with the last moment of the format says so', () => {
    expect(device({ expirationTime: 0xffffffff }).check().usableUntil).toBe(0xffffffff);
  });
});
