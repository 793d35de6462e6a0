import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import type { ItemId } from '../../../container/model/ids.ts';
import type { LedgerLine, LicenseCentral } from '../../../host/license-central/index.ts';
import { makeContainer, order, type TestContainer } from '../../world/parties.ts';
import { contextFor, deliver, deliverAndSettle, FIRM, licenseCentrals, seats } from './scene.ts';

const scene = licenseCentrals();
const SEATS = 10;

/** Two dongles, which may move, and two devices, which may give back. */
const PARTIES = 4;
const party = fc.nat(PARTIES - 1);
const quantity = fc.constantFrom(1, 4, SEATS);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constant('give'), from: party, to: party, quantity }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('issue'), from: party, to: party, quantity }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('apply', 'settle'), at: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('report'), from: party }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('tell'), from: party }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('receive'), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('acknowledge'), from: party }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('withdraw', 'replace') }) },
);

type Step = { does: string; from?: number; to?: number; quantity?: number; at?: number };

/** Honest containers, the files between them, and those on their way to the vendor, which are never used up. */
class World {
  readonly updates: { update: Uint8Array; from: TestContainer; to: TestContainer }[] = [];
  readonly receipts: { receipt: Uint8Array; to: TestContainer }[] = [];
  readonly contexts: Uint8Array[] = [];
  readonly central: LicenseCentral;
  readonly parties: readonly TestContainer[];
  readonly itemId: ItemId;
  /** Seats of the item that there are: none once it was withdrawn or replaced. */
  seats = SEATS;

  constructor(central: LicenseCentral, parties: readonly TestContainer[], itemId: ItemId) {
    this.central = central;
    this.parties = parties;
    this.itemId = itemId;
  }

  async line(): Promise<LedgerLine> {
    return (await this.central.ledger()).find(({ itemId }) => itemId === this.itemId) ?? expect.fail('no such item');
  }

  /** Every file arrives, then everybody tells. */
  async bringHome(): Promise<void> {
    for (const update of this.updates) this.apply(update);
    for (const receipt of this.receipts) this.settle(receipt);
    for (const teller of this.parties) await this.receive(await contextFor(this.central, teller));
  }

  party(at = 0): TestContainer {
    return this.parties[at] ?? expect.fail('no such party');
  }

  async run({ does, from, to, quantity = 0, at = 0 }: Step): Promise<void> {
    switch (does) {
      case 'give':
      case 'issue':
        return this.issue(this.party(from), this.party(to), quantity, does === 'give');
      case 'apply':
        return this.apply(this.updates[at % this.updates.length]);
      case 'settle':
        return this.settle(this.receipts[at % this.receipts.length]);
      case 'tell':
        this.contexts.push(await contextFor(this.central, this.party(from)));
        return;
      case 'report':
        return this.receive(await contextFor(this.central, this.party(from)));
      case 'receive':
        return this.receive(this.contexts[at % this.contexts.length]);
      case 'withdraw':
      case 'replace':
        return this.take(does);
      default:
        // The container learns what the firm knows of its log, and forgets that; its receipt is one more context.
        this.contexts.push(...(await deliver(this.central, this.party(from))));
    }
  }

  issue(from: TestContainer, to: TestContainer, quantity: number, whole: boolean): void {
    const holding = from.container
      .run('list', {})
      .holdings.find((held) => held.quantity > 0 && held.itemId === this.itemId);
    if (holding === undefined || quantity === 0 || from === to) return;
    const parts = [{ holding: holding.id, quantity: Math.min(quantity, holding.quantity) }];
    const issued = allowed(() => order(from, to, parts));
    if (issued === undefined) return;
    for (const update of issued.updates) this.updates.push({ update, from, to });
    if (!whole) return;
    this.apply(this.updates.at(-1));
    this.settle(this.receipts.at(-1));
  }

  /** The vendor takes the license back, where it certainly is in one container; the receipt arrives at once. */
  async take(does: 'withdraw' | 'replace'): Promise<void> {
    const item = { firmCode: FIRM, itemId: this.itemId };
    try {
      if (does === 'withdraw') await this.central.withdrawItem(item);
      else await this.central.replaceItem({ ...item, item: seats(1, 1002) });
    } catch (error) {
      if (error instanceof FerryError) return;
      throw error;
    }
    for (const target of this.parties)
      for (const receipt of await deliver(this.central, target)) await this.central.receiveContext(receipt);
    const { status } = await this.line();
    if (status !== 'active') this.seats = 0;
  }

  apply(file: World['updates'][number] | undefined): void {
    if (file === undefined) return;
    const applied = allowed(() => file.to.container.run('apply', { update: file.update }));
    if (applied !== undefined) this.receipts.push({ receipt: applied.receipt, to: file.from });
  }

  settle(file: World['receipts'][number] | undefined): void {
    file?.to.container.run('settle', { context: file.receipt });
  }

  async receive(context: Uint8Array | undefined): Promise<void> {
    if (context === undefined) return;
    expect(await this.central.receiveContext(context)).toMatchObject({ surplus: [], contradiction: null });
    const line = await this.line();
    expect(line.surplus).toBe(0);
    expect([line.held + line.inTransit, line.unaccounted]).toEqual([this.seats, 0]);
    for (const count of [line.held, line.inTransit, line.movedOn]) expect(count).toBeGreaterThanOrEqual(0);
  }
}

/** What a container does, or nothing when it refuses, as it may. */
function allowed<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof FerryError) return undefined;
    throw error;
  }
}

async function newWorld(central: LicenseCentral, number: number): Promise<World> {
  const numbers = [2 * number, 2 * number + 1];
  const kinds = ['dongle', 'soft'] as const;
  const parties = kinds.flatMap((kind) => numbers.map((it) => makeContainer(kind, it)));
  for (const { certificate } of parties) await central.addContainer(certificate);
  const [dongle = expect.fail('there are four')] = parties;
  const { itemIds } = await central.grantItems({ firmCode: FIRM, target: dongle.key, items: [seats(SEATS)] });
  await deliverAndSettle(central, dongle);
  return new World(central, parties, itemIds[0] ?? expect.fail('nothing was granted'));
}

describe('honest histories of any kind', () => {
  it('never show a seat too many, and every seat once all has come home', async () => {
    const central = await scene.central();
    let worlds = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const world = await newWorld(central, ++worlds);
        for (const next of steps) await world.run(next);
        await world.bringHome();
        expect(await world.line()).toMatchObject({
          held: world.seats,
          inTransit: 0,
          movedOn: 0,
          unaccounted: 0,
          surplus: 0,
        });
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
