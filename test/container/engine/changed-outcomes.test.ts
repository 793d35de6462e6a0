import { describe, expect, it } from 'vitest';
import { shownBy } from '../../../container/engine/check-proof.ts';
import { crypto, order, seats, type TestContainer, TestFirm } from '../../world/parties.ts';
import { apply, backup, bound, codeOf, contextFor, evidenceOf, loaded, only, restored, settle } from './scene.ts';

const CHANGED = 'the outcome of an entry changed';

/** Two seats are on their way to a device, which has not taken them yet. */
function onTheWay() {
  const { firm, dongle, device, itemId } = loaded();
  const update = only(order(dongle, device, [{ holding: 1, quantity: 2 }]).updates);
  return { firm, dongle, device, itemId, update, before: backup(device) };
}

function refuse(it: TestContainer, update: Uint8Array): Uint8Array {
  return it.container.run('refuse', { update, through: 1 }).receipt;
}

/** The device hears that what it told is settled: from then on it tells of no refusal that led there. */
function hearsOfIt(from: TestContainer, to: TestContainer): Uint8Array {
  return apply(to, only(from.container.run('transit', { target: to.key }).updates)).receipt;
}

/** Some records, as from a life that went on. */
function livesOn(it: TestContainer): void {
  for (const firmCode of [101, 102, 103]) contextFor(it, new TestFirm(firmCode));
}

describe('a device without an anchor whose memory is set back to before it refused an entry', () => {
  it('is found out once it has applied it, although its giver has settled the refusal and both have the same head', () => {
    const { dongle, device, itemId, update, before } = onTheWay();
    settle(dongle, refuse(device, update));
    hearsOfIt(dongle, device);
    livesOn(device);
    settle(dongle, contextFor(device, dongle));
    expect(seats(dongle, itemId)).toEqual({ held: 5, pending: 0 });
    const back = restored(device, before, 'memory and anchor');
    apply(back, update);
    const told = hearsOfIt(dongle, back);
    expect(seats(back, itemId)).toEqual({ held: 2, pending: 0 });
    expect(evidenceOf(dongle)).toEqual([]);
    settle(dongle, told);
    expect(evidenceOf(dongle)).toEqual([CHANGED]);
    expect(codeOf(() => order(dongle, back, [{ holding: 1, quantity: 1 }]))).toBe('PARTNER_ROLLED_BACK');
  });

  it('is found out as well once its life went on for longer than the one that was heard of', () => {
    const { dongle, device, update, before } = onTheWay();
    settle(dongle, refuse(device, update));
    const back = restored(device, before, 'memory and anchor');
    apply(back, update);
    hearsOfIt(dongle, back);
    livesOn(back);
    expect(codeOf(() => order(dongle, back, [{ holding: 1, quantity: 1 }]))).toBe('PARTNER_ROLLED_BACK');
    expect(evidenceOf(dongle)).toEqual([CHANGED]);
  });

  it('is shown to a firm by its two words, whoever brings them', () => {
    const { firm, dongle, device, update, before } = onTheWay();
    settle(dongle, refuse(device, update));
    const back = restored(device, before, 'memory and anchor');
    apply(back, update);
    hearsOfIt(dongle, back);
    livesOn(back);
    settle(dongle, contextFor(back, dongle));
    contextFor(dongle, firm);
    const { about, statements } = only([...dongle.container.state.evidence.values()]);
    expect([about, shownBy(crypto, { about, statements })]).toEqual([back.key, CHANGED]);
  });
});

describe('a device whose two outcomes of one entry were seen', () => {
  it.each([
    ['is kept', 65536],
    ['has no room', 0],
  ])('is believed nothing any more, whatever it settles with that: where the evidence of it %s', (_, evidence) => {
    const { dongle, device, update, before } = onTheWay();
    bound(dongle, { evidence });
    settle(dongle, refuse(device, update));
    const next = only(order(dongle, device, [{ holding: 1, quantity: 1 }]).updates);
    const back = restored(device, before, 'memory and anchor');
    apply(back, update);
    livesOn(back);
    settle(dongle, apply(back, next).receipt);
    const give = () => codeOf(() => order(dongle, back, [{ holding: 1, quantity: 1 }]));
    expect(give()).toBe('PARTNER_ROLLED_BACK');
    hearsOfIt(dongle, back);
    expect(give()).toBe('PARTNER_ROLLED_BACK');
  });
});

describe('a device whose other life has come further in a state that seems to be older', () => {
  it.each([
    ['refuses', 'applies', refuse, apply],
    ['applies', 'refuses', apply, refuse],
  ])('is believed nothing any more: one life %s, the other one %s, and no evidence has room', (_, __, one, other) => {
    const { dongle, device, update, before } = onTheWay();
    bound(dongle, { evidence: 0 });
    one(device, update);
    livesOn(device);
    settle(dongle, contextFor(device, dongle));
    const next = only(order(dongle, device, [{ holding: 1, quantity: 1 }]).updates);
    const back = restored(device, before, 'memory and anchor');
    other(back, update);
    settle(dongle, apply(back, next).receipt);
    hearsOfIt(dongle, back);
    for (let life = 0; life < 3; life++) livesOn(back);
    expect(codeOf(() => order(dongle, back, [{ holding: 1, quantity: 1 }]))).toBe('PARTNER_ROLLED_BACK');
  });
});

describe('a device without an anchor whose memory is set back to before it applied an entry', () => {
  it('is found out once it has refused it, so that its giver does not take the seats for gone and nobody has them', () => {
    const { dongle, device, itemId, update, before } = onTheWay();
    settle(dongle, apply(device, update).receipt);
    const back = restored(device, before, 'memory and anchor');
    refuse(back, update);
    hearsOfIt(dongle, back);
    expect([seats(dongle, itemId).held, seats(back, itemId).held]).toEqual([3, 0]);
    settle(dongle, contextFor(back, dongle));
    expect(evidenceOf(dongle)).toEqual([CHANGED]);
  });
});

describe('a device whose memory was never set back', () => {
  it('is believed through refusals that are settled, and refusals behind them', () => {
    const { dongle, device, itemId, update } = onTheWay();
    settle(dongle, refuse(device, update));
    for (const through of [2, 3]) {
      const next = only(order(dongle, device, [{ holding: 1, quantity: 1 }]).updates);
      const { receipt } =
        through === 2 ? apply(device, next) : device.container.run('refuse', { update: next, through });
      settle(dongle, receipt);
      settle(dongle, hearsOfIt(dongle, device));
    }
    expect(evidenceOf(dongle)).toEqual([]);
    expect([seats(dongle, itemId).held, seats(device, itemId).held]).toEqual([4, 1]);
  });
});
