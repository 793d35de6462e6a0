import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../container/errors.ts';
import { signFirmRevocations } from '../../../container/files/notices.ts';
import type { PublicKey } from '../../../container/model/ids.ts';
import {
  crypto,
  load,
  makeContainer,
  move,
  order,
  reopen,
  seats,
  type TestContainer,
  TestFirm,
} from '../../world/parties.ts';
import { audit } from './audit.ts';
import { apply, evidenceOf, holdingId, loaded, only, reasons, settle, world } from './scene.ts';

/** The last sequence that the dongle has issued to a target. */
function issuedTo(dongle: TestContainer, target: PublicKey): number {
  return dongle.container.state.partners.get(target)?.outbound.issued ?? 0;
}

/** The firm gives up on a target, in the dongle; tells how the entry ended. */
function writeOff(
  firm: TestFirm,
  dongle: TestContainer,
  target: PublicKey,
  through = issuedTo(dongle, target),
): number {
  firm.issue(dongle, { kind: 'writeOff', target, through });
  return reasons(apply(dongle, firm.update(dongle))).at(-1) ?? -1;
}

/** Terms by which seats may come back on another way than they went. */
const anywhere = {
  type: 'quantity',
  targetKinds: [],
  targetKeys: [],
  mostPerTarget: null,
  returnable: true,
  depth: 4,
} as const;

/** A dongle that has put two of its five seats in transit to a device. */
function inTransit() {
  const world = loaded();
  const { updates } = order(world.dongle, world.device, [{ holding: holdingId(world.dongle), quantity: 2 }]);
  return { ...world, update: only(updates), held: () => seats(world.dongle, world.itemId) };
}

function transit(it: TestContainer) {
  return it.container.run('list', {}).transit;
}

describe('a write-off of a target that is lost', () => {
  it('gives back what is in transit to it, in one commit, and leaves the entry cancelled until it is settled', () => {
    const { firm, dongle, device, held } = inTransit();
    expect(held()).toEqual({ held: 3, pending: 2 });
    const { generation } = dongle.container.run('list', {});
    expect(writeOff(firm, dongle, device.key)).toBe(0);
    expect(dongle.container.run('list', {}).generation).toBe(generation + 1);
    expect(held()).toEqual({ held: 5, pending: 0 });
    expect(transit(dongle)).toMatchObject([
      { sequence: 1, cancelled: true, writtenOff: true, holdings: [], quantities: [] },
    ]);
    expect(audit(dongle.container.state)).toEqual([]);
  });

  it('survives a restart', () => {
    const { firm, dongle, device, held } = inTransit();
    writeOff(firm, dongle, device.key);
    reopen(dongle);
    expect([held(), transit(dongle)]).toMatchObject([{ held: 5, pending: 0 }, [{ writtenOff: true }]]);
    expect(audit(dongle.container.state)).toEqual([]);
  });

  it('touches only the sequences that it names', () => {
    const { firm, dongle, device, held } = inTransit();
    order(dongle, device, [{ holding: holdingId(dongle), quantity: 1 }]);
    expect(writeOff(firm, dongle, device.key, 1)).toBe(0);
    expect(held()).toEqual({ held: 4, pending: 1 });
    expect(transit(dongle)).toMatchObject([
      { sequence: 1, cancelled: true, writtenOff: true },
      { sequence: 2, cancelled: false, writtenOff: false },
    ]);
  });

  it('is refused whole where it names a sequence that was never issued', () => {
    const { firm, dongle, device, held } = inTransit();
    expect(writeOff(firm, dongle, device.key, 2)).toBe(CATALOGUE.WRITE_OFF_AHEAD.number);
    expect(writeOff(firm, dongle, makeContainer('soft', 9).key, 1)).toBe(CATALOGUE.WRITE_OFF_AHEAD.number);
    expect(held()).toEqual({ held: 3, pending: 2 });
    expect(transit(dongle)).toMatchObject([{ sequence: 1, cancelled: false, writtenOff: false }]);
    expect(dongle.container.state.revoked.size).toBe(0);
  });

  it('gives back nothing twice, given twice', () => {
    const { firm, dongle, device, held } = inTransit();
    writeOff(firm, dongle, device.key);
    expect(writeOff(firm, dongle, device.key)).toBe(0);
    expect(held()).toEqual({ held: 5, pending: 0 });
    expect(audit(dongle.container.state)).toEqual([]);
  });

  it('touches only what is in transit of the firm itself, and to that target', () => {
    const { firm, dongle, device, held } = inTransit();
    const [other, third] = [new TestFirm(6000099), makeContainer('soft', 3)];
    order(dongle, third, [{ holding: holdingId(dongle), quantity: 1 }]);
    expect(writeOff(other, dongle, device.key)).toBe(0);
    expect(held()).toEqual({ held: 2, pending: 3 });
    writeOff(firm, dongle, device.key);
    expect(held()).toEqual({ held: 4, pending: 1 });
  });

  it('leaves the holding where as many seats are held afterwards as are in transit elsewhere', () => {
    const { firm, dongle, device, itemId } = loaded(4);
    const third = makeContainer('soft', 3);
    order(dongle, device, [{ holding: holdingId(dongle), quantity: 1 }]);
    order(dongle, third, [{ holding: holdingId(dongle), quantity: 2 }]);
    expect(writeOff(firm, dongle, device.key)).toBe(0);
    expect(seats(dongle, itemId)).toEqual({ held: 2, pending: 2 });
  });

  it('tells how many holdings came back', () => {
    const { firm, dongle, device } = inTransit();
    firm.issue(dongle, { kind: 'writeOff', target: device.key, through: issuedTo(dongle, device.key) });
    expect(only(apply(dongle, firm.update(dongle)).entries)).toMatchObject({ reason: 0, items: 1 });
  });

  it('cannot be of the container itself', () => {
    const { firm, dongle } = loaded();
    expect(writeOff(firm, dongle, dongle.key)).toBe(CATALOGUE.ENTRY_MALFORMED.number);
  });

  it('lets what came back go to another target', () => {
    const { firm, dongle, device, itemId } = inTransit();
    const third = makeContainer('soft', 3);
    writeOff(firm, dongle, device.key);
    move(dongle, third, [{ holding: holdingId(dongle), quantity: 5 }]);
    expect([seats(dongle, itemId), seats(third, itemId)]).toEqual([
      { held: 0, pending: 0 },
      { held: 5, pending: 0 },
    ]);
  });
});

describe('a target that was written off and was not lost', () => {
  it('that had not taken the seats refuses them, and nothing is given back twice', () => {
    const { firm, dongle, device, itemId, held } = inTransit();
    writeOff(firm, dongle, device.key);
    const [update] = dongle.container.run('transit', { target: device.key }).updates;
    const { receipt, entries } = apply(device, update as Uint8Array);
    expect(entries).toMatchObject([{ sequence: 1, reason: CATALOGUE.CANCELLED.number }]);
    settle(dongle, receipt);
    expect([held(), seats(device, itemId).held, transit(dongle), evidenceOf(dongle)]).toEqual([
      { held: 5, pending: 0 },
      0,
      [],
      [],
    ]);
    expect(dongle.container.run('history', {}).transfers).toEqual([]);
    expect(audit(dongle.container.state)).toEqual([]);
  });

  it('that had taken the seats is shown as the duplicate it is: logged for the firm, with its signed word kept', () => {
    const { firm, dongle, device, itemId, update, held } = inTransit();
    const { receipt } = apply(device, update);
    writeOff(firm, dongle, device.key);
    settle(dongle, receipt);
    expect([held(), seats(device, itemId).held, transit(dongle)]).toEqual([{ held: 5, pending: 0 }, 2, []]);
    expect(evidenceOf(dongle)).toEqual(['written off, yet applied: sequence 1']);
    expect(only([...dongle.container.state.evidence.values()]).statements).toHaveLength(1);
    expect(dongle.container.run('history', {}).transfers).toMatchObject([
      { to: device.key, sequence: 1, items: [{ itemId, quantity: 2 }] },
    ]);
    expect(audit(dongle.container.state)).toEqual([]);
  });

  it('that had taken the seats of several orders is shown by one word, which names the first and the last of them', () => {
    const { firm, dongle, device } = loaded();
    for (let n = 1; n <= 3; n++) order(dongle, device, [{ holding: holdingId(dongle), quantity: 1 }]);
    const { updates } = dongle.container.run('transit', { target: device.key });
    const { receipt } = apply(device, only(updates));
    writeOff(firm, dongle, device.key);
    settle(dongle, receipt);
    expect(evidenceOf(dongle)).toEqual(['written off, yet applied: sequence 1 to 3']);
  });

  it('gives nothing of that firm on any more, to whoever knows of the write-off', () => {
    const { firm, dongle, device, itemId, update } = inTransit();
    apply(device, update);
    writeOff(firm, dongle, device.key);
    const { updates } = order(device, dongle, [{ holding: holdingId(device), quantity: 2 }]);
    expect(reasons(apply(dongle, only(updates)))).toEqual([CATALOGUE.SENDER_REVOKED.number]);
    expect(seats(dongle, itemId)).toEqual({ held: 5, pending: 0 });
  });

  it('stays refused where the firm had listed it in the same file, and takes it off the list later', () => {
    const { firm, dongle, device, update, itemId } = inTransit();
    apply(device, update);
    const list = (version: number, ...keys: PublicKey[]) =>
      signFirmRevocations(crypto, firm.seed, { firmCode: firm.firmCode, version, keys });
    firm.issue(dongle, { kind: 'writeOff', target: device.key, through: issuedTo(dongle, device.key) });
    expect(reasons(apply(dongle, firm.update(dongle, { notices: [list(1, device.key)] })))).toEqual([0]);
    const { applied } = dongle.container.state.partners.get(firm.key)?.inbound ?? { applied: 0 };
    const lifted = firm.update(dongle, { first: applied + 1, last: applied, notices: [list(2)] });
    expect(apply(dongle, lifted).notices).toMatchObject([{ isNew: true }]);
    const { updates } = order(device, dongle, [{ holding: holdingId(device), quantity: 2 }]);
    expect(reasons(apply(dongle, only(updates)))).toEqual([CATALOGUE.SENDER_REVOKED.number]);
    expect(seats(dongle, itemId)).toEqual({ held: 5, pending: 0 });
  });

  it('still gives on what it has of another firm', () => {
    const { firm, dongle, device, update } = inTransit();
    apply(device, update);
    const other = new TestFirm(6000099);
    const { itemId } = only(load(other, dongle, { quantity: 3 }));
    const holding = dongle.container.run('list', {}).holdings.find((one) => one.itemId === itemId)?.id ?? 0;
    move(dongle, device, [{ holding, quantity: 3 }]);
    writeOff(firm, dongle, device.key);
    const back = device.container.run('list', {}).holdings.find((one) => one.itemId === itemId)?.id ?? 0;
    move(device, dongle, [{ holding: back, quantity: 3 }]);
    expect(seats(dongle, itemId)).toEqual({ held: 3, pending: 0 });
  });

  it('still brings its receipt home for what was in transit behind it', () => {
    const { firm, dongle, device, itemId, update } = inTransit();
    apply(device, update);
    writeOff(firm, dongle, device.key, 1);
    move(dongle, device, [{ holding: holdingId(dongle), quantity: 1 }]);
    expect([seats(dongle, itemId), seats(device, itemId).held]).toEqual([{ held: 4, pending: 0 }, 3]);
    expect(transit(dongle)).toEqual([]);
  });

  it('whose seats came back by another way before makes nobody hold more than was granted', () => {
    const { firm, dongle } = world();
    const { itemId } = only(load(firm, dongle, { quantity: 5, terms: anywhere }));
    const [middle, last] = [makeContainer('dongle', 7), makeContainer('dongle', 8)];
    apply(middle, only(order(dongle, middle, [{ holding: holdingId(dongle), quantity: 5 }]).updates));
    move(middle, last, [{ holding: holdingId(middle), quantity: 5 }]);
    move(last, dongle, [{ holding: holdingId(last), quantity: 5 }]);
    expect(seats(dongle, itemId)).toEqual({ held: 5, pending: 5 });
    writeOff(firm, dongle, middle.key);
    expect(seats(dongle, itemId)).toEqual({ held: 5, pending: 0 });
    expect(audit(dongle.container.state)).toEqual([]);
  });

  it('makes nobody hold more than was granted either when another target refuses what was in transit to it', () => {
    const { firm, dongle, device } = world();
    const [first, second] = [makeContainer('dongle', 7), makeContainer('dongle', 8)];
    const { itemId } = only(load(firm, dongle, { quantity: 5, terms: anywhere }));
    apply(first, only(order(dongle, first, [{ holding: holdingId(dongle), quantity: 3 }]).updates));
    move(first, second, [{ holding: holdingId(first), quantity: 3 }]);
    move(second, dongle, [{ holding: holdingId(second), quantity: 3 }]);
    const { updates } = order(dongle, device, [{ holding: holdingId(dongle, 1), quantity: 2 }]);
    writeOff(firm, dongle, first.key);
    expect(seats(dongle, itemId)).toEqual({ held: 5, pending: 2 });
    settle(dongle, device.container.run('refuse', { update: only(updates), through: 1 }).receipt);
    expect(seats(dongle, itemId)).toEqual({ held: 5, pending: 0 });
    expect(audit(dongle.container.state)).toEqual([]);
  });
});
