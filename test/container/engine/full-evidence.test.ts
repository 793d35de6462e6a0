import { describe, expect, it } from 'vitest';
import { Draft } from '../../../container/engine/draft.ts';
import { TWO_ENTRIES } from '../../../container/engine/issuer-channel.ts';
import { keepEvidence } from '../../../container/engine/partners.ts';
import { load, makeContainer, move, order, reopen, seats, type TestContainer, TestFirm } from '../../world/parties.ts';
import { audit } from './audit.ts';
import {
  apply,
  backup,
  bound,
  codeOf,
  contextFor,
  evidenceOf,
  HandContainer,
  hashOf,
  holdingId,
  only,
  restored,
  settle,
} from './scene.ts';

/** A dongle that has one of five seats from another one, of which there is a copy. */
function copied() {
  const firm = new TestFirm();
  const [dongle, other] = [makeContainer('dongle', 1), makeContainer('dongle', 3)];
  const { itemId } = only(load(firm, other, { quantity: 5 }));
  move(other, dongle, [{ holding: holdingId(other), quantity: 1 }]);
  return { firm, dongle, other, itemId, copy: () => copyOf(other) };
}

function copyOf(it: TestContainer): TestContainer {
  const copy = restored(it, backup(it), 'memory and anchor');
  copy.parts.env.random(64);
  return copy;
}

/** Commits something that has nothing to do with anybody here. */
function goOn(it: TestContainer, firmCode: number): void {
  contextFor(it, new TestFirm(firmCode));
}

/** Both of two containers with one key come to the dongle, in two states of one generation. */
function comeBoth(dongle: TestContainer, one: TestContainer, other: TestContainer): string[] {
  goOn(one, 101);
  goOn(other, 102);
  return [one, other].map((it) =>
    codeOf(() => apply(dongle, only(it.container.run('transit', { target: dongle.key }).updates))),
  );
}

describe('a container without room for evidence', () => {
  /** What comes of a copy that goes on: it gives four more seats to the dongle, and asks one back. */
  function goesOn({ dongle, itemId }: ReturnType<typeof copied>, copy: TestContainer) {
    goOn(copy, 103);
    return {
      gives: codeOf(() => move(copy, dongle, [{ holding: holdingId(copy), quantity: 4 }])),
      gets: codeOf(() => order(dongle, copy, [{ holding: holdingId(dongle), quantity: 1 }])),
      held: seats(dongle, itemId).held,
    };
  }

  const REFUSED = { gives: 'PARTNER_ROLLED_BACK', gets: 'PARTNER_ROLLED_BACK', held: 1 };

  it('remembers that a partner is there twice, whichever of the two comes and however far it went on', () => {
    const scene = copied();
    const { dongle, other } = scene;
    bound(dongle, { evidence: 0 });
    const copy = scene.copy();
    expect(comeBoth(dongle, other, copy)).toEqual(['nothing', 'PARTNER_ROLLED_BACK']);
    expect(evidenceOf(dongle)).toEqual([]);
    expect(goesOn(scene, copy)).toEqual(REFUSED);
    expect(goesOn(scene, other)).toEqual(REFUSED);
  });

  it('remembers it without a commit, over a restart and in the snapshot that a new bank begins with', () => {
    const scene = copied();
    const { dongle, other } = scene;
    const copy = scene.copy();
    goOn(other, 101);
    goOn(copy, 102);
    contextFor(dongle, other);
    const [first, second] = [contextFor(other, dongle), contextFor(copy, dongle)];
    settle(dongle, first);
    bound(dongle, { evidence: 0 });
    const before = hashOf(dongle);
    settle(dongle, second);
    expect(hashOf(dongle)).toBe(before);
    expect(audit(dongle.container.state)).toEqual([]);
    reopen(dongle);
    expect([...dongle.container.state.twice.entries()]).toEqual([
      [other.key, 'two different states have the same generation'],
    ]);
    expect(goesOn(scene, copy)).toEqual(REFUSED);
    expect(audit(dongle.container.state)).toEqual([]);
  });

  it('remembers it of a fork as well, and says every time what proved it', () => {
    const dongle = makeContainer('dongle', 1);
    const [hand, twin] = [new HandContainer(9), new HandContainer(9)];
    for (const [it, bytes] of [
      [hand, [40]],
      [twin, [41, 42]],
    ] as const)
      for (const length of bytes) it.entries.push({ entry: new Uint8Array(length), signature: null });
    apply(dongle, hand.update(dongle, []));
    bound(dongle, { evidence: 0 });
    expect(codeOf(() => apply(dongle, twin.update(dongle, [])))).toBe('UPDATE_FORK');
    const refused = { code: 'PARTNER_ROLLED_BACK', details: { partner: '3-9', why: TWO_ENTRIES } };
    for (const generation of [7, 8])
      expect(() => apply(dongle, hand.update(dongle, [], { generation }))).toThrow(expect.objectContaining(refused));
  });

  it('still settles what both of them have applied', () => {
    const { dongle, other, copy } = copied();
    const [update] = order(dongle, other, [{ holding: holdingId(dongle), quantity: 1 }]).updates;
    const twin = copy();
    goOn(other, 101);
    goOn(twin, 102);
    bound(dongle, { evidence: 0 });
    for (const it of [other, twin]) settle(dongle, contextFor(it, dongle));
    expect(dongle.container.state.twice.size).toBe(1);
    expect(settle(dongle, apply(other, update as Uint8Array).receipt)).toMatchObject({ settled: 1 });
    expect(dongle.container.state.pending.size).toBe(0);
    expect(audit(dongle.container.state)).toEqual([]);
  });

  it('remembers nothing of a stranger without a channel, nor of a firm, which goes on in another epoch', () => {
    const { firm, dongle } = copied();
    contextFor(dongle, firm);
    bound(dongle, { evidence: 0 });
    const draft = new Draft(dongle.container.state);
    for (const key of [new HandContainer(9).key, firm.key]) keepEvidence(draft, key, TWO_ENTRIES, []);
    expect(draft.changes).toEqual([]);
  });

  it('remembers nothing of an earlier holder whose certificate is here, with whom there are no channels', () => {
    const { dongle, other } = copied();
    const last = makeContainer('soft', 4);
    move(dongle, last, [{ holding: holdingId(dongle), quantity: 1 }]);
    expect(
      [last.container.state.certificates, last.container.state.partners].map((table) => table.has(other.key)),
    ).toEqual([true, false]);
    bound(last, { evidence: 0 });
    const draft = new Draft(last.container.state);
    keepEvidence(draft, other.key, TWO_ENTRIES, []);
    expect(draft.changes).toEqual([]);
  });

  it('remembers nothing of a partner that does not prove that it is there twice', () => {
    const { dongle, other } = copied();
    bound(dongle, { evidence: 0 });
    const draft = new Draft(dongle.container.state);
    keepEvidence(draft, other.key, 'written off, yet applied: sequence 1', []);
    expect(draft.changes).toEqual([]);
    keepEvidence(draft, other.key, TWO_ENTRIES, []);
    expect(draft.changes).toEqual([{ change: 'twoFound', partner: other.key, reason: TWO_ENTRIES }]);
  });
});

describe('the memory for evidence', () => {
  it('takes one piece for all entries that one receipt shows to be applied though written off', () => {
    const { firm, dongle, other, copy } = copied();
    const lost = makeContainer('soft', 2);
    load(firm, dongle, { quantity: 100, productCode: 7 });
    const holding = dongle.container.run('list', {}).holdings.find(({ productCode }) => productCode === 7)?.id ?? 0;
    for (let n = 1; n <= 70; n++) order(dongle, lost, [{ holding, quantity: 1 }]);
    const { updates } = dongle.container.run('transit', { target: lost.key });
    const receipts = updates.map((update) => apply(lost, update).receipt);
    firm.issue(dongle, { kind: 'writeOff', target: lost.key, through: 70 });
    apply(dongle, firm.update(dongle, { first: 2 }));
    settle(dongle, receipts.at(-1) as Uint8Array);
    expect(evidenceOf(dongle)).toEqual(['written off, yet applied: sequence 1 to 70']);
    const twin = copy();
    comeBoth(dongle, other, twin);
    expect(evidenceOf(dongle).slice(1)).toEqual(['two different states have the same generation']);
  });

  it('takes from a stranger one piece for each thing that it says wrong, however often', () => {
    const { dongle, other, itemId, copy } = copied();
    const stranger = new HandContainer(77);
    for (let n = 0; n < 70; n++)
      codeOf(() => apply(dongle, stranger.update(dongle, [], { generation: 10 + n, issued: n === 0 ? 10 : 0 })));
    expect(evidenceOf(dongle)).toHaveLength(1);
    const twin = copy();
    comeBoth(dongle, other, twin);
    expect(evidenceOf(dongle)).toHaveLength(2);
    goOn(twin, 103);
    expect(codeOf(() => move(twin, dongle, [{ holding: holdingId(twin), quantity: 4 }]))).toBe('PARTNER_ROLLED_BACK');
    expect(seats(dongle, itemId).held).toBe(1);
  });
});
