import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FerryError } from '../../../container/errors.ts';
import type { ItemId } from '../../../container/model/ids.ts';
import type { LicenseCentral } from '../../../host/license-central/index.ts';
import { makeContainer, order, seats as seatsOf, type TestContainer } from '../../world/parties.ts';
import { contextFor, FIRM, licenseCentrals, seats } from './scene.ts';

const scene = licenseCentrals();
const SEATS = 3;
const SERIALS = ['3-1', '3-2', '130-3'];

const party = fc.constantFrom(0, 0, 0, 1, 2);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constantFrom('give', 'leave'), who: party }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('apply', 'receive'), at: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('deliver', 'report', 'tell'), who: party }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('move', 'cancel', 'grant'), who: party }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('move', 'move back', 'bring'), who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('settle', 'withdraw'), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('backup') }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('restore') }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('overtake'), who: party }) },
);

type Step = { does: string; who?: number; at?: number };

/** A server with backups, three containers, and all files that were ever made, which may arrive at any time. */
class World {
  readonly parties = [makeContainer('dongle', 1), makeContainer('dongle', 2), makeContainer('soft', 3)];
  readonly items: ItemId[] = [];
  readonly updates: { update: Uint8Array; to: TestContainer }[] = [];
  readonly contexts: Uint8Array[] = [];
  /** Of what moved between them, for whoever gave. */
  readonly receipts: { receipt: Uint8Array; to: TestContainer }[] = [];
  central: LicenseCentral;
  #folder: string;
  #backup = scene.folder();
  #lives = 0;

  constructor(central: LicenseCentral, folder: string) {
    this.central = central;
    this.#folder = folder;
  }

  async begin(): Promise<void> {
    for (const { certificate } of this.parties) await this.central.addContainer(certificate);
    await this.backUp();
  }

  async run({ does, who = 0, at = 0 }: Step): Promise<void> {
    const one = this.parties[who] ?? expect.fail('no such party');
    const target = { firmCode: FIRM, target: one.key };
    switch (does) {
      case 'grant':
        return allowed(async () => {
          this.items.push(...(await this.central.grantItems({ ...target, items: [seats(SEATS)] })).itemIds);
        });
      case 'give':
        for (const next of ['leave', 'newest']) await this.run({ does: next, who });
        return;
      case 'leave':
        for (const next of ['report', 'grant', 'files']) await this.run({ does: next, who });
        return;
      case 'overtake': {
        await this.run({ does: 'leave', who });
        const forgotten = this.updates.at(-1);
        for (const next of ['restore', 'leave', 'leave']) await this.run({ does: next, who });
        return this.apply(forgotten);
      }
      case 'newest':
        return this.apply(this.updates.at(-1));
      case 'files':
        return allowed(async () => {
          for (const update of await this.central.updatesFor(target)) this.updates.push({ update, to: one });
        });
      case 'cancel':
        return allowed(async () => {
          const open = (await this.central.transit(FIRM)).filter((entry) => entry.target === one.key);
          await this.central.cancel({ ...target, sequences: open.slice(0, 1).map(({ sequence }) => sequence) });
        });
      case 'apply':
        return this.apply(this.updates[at % this.updates.length]);
      case 'receive':
        return this.receive(this.contexts[at % this.contexts.length]);
      case 'tell':
        this.contexts.push(await contextFor(this.central, one));
        return;
      case 'report':
        return this.receive(await contextFor(this.central, one));
      case 'deliver':
        return this.deliver(one);
      case 'move':
        await this.bring(one, this.parties[(who + 1) % 3] ?? one);
        return this.settle(this.receipts.at(-1));
      case 'move back':
        await this.bring(one, this.parties[(who + 2) % 3] ?? one);
        return this.settle(this.receipts.at(-1));
      case 'bring':
        return this.bring(one, this.parties[(who + 1) % 3] ?? one);
      case 'settle':
        return this.settle(this.receipts[at % this.receipts.length]);
      case 'withdraw':
        return allowed(async () => {
          const itemId = this.items[at % this.items.length];
          if (itemId !== undefined) await this.central.withdrawItem({ firmCode: FIRM, itemId });
        });
      case 'backup':
        return this.backUp();
      default:
        return this.restore();
    }
  }

  async deliver(one: TestContainer): Promise<void> {
    await this.run({ does: 'files', who: this.parties.indexOf(one) });
    await this.apply(this.updates.at(-1));
    await this.receive(this.contexts.at(-1));
  }

  apply(file: World['updates'][number] | undefined): Promise<void> {
    return allowed(async () => {
      if (file !== undefined) this.contexts.push(file.to.container.run('apply', { update: file.update }).receipt);
    });
  }

  async receive(context: Uint8Array | undefined): Promise<void> {
    if (context === undefined) return;
    await allowed(async () => {
      expect(await this.central.receiveContext(context)).toMatchObject({ contradiction: null, surplus: [] });
    });
  }

  /** Gives one seat, which arrives. */
  bring(from: TestContainer, to: TestContainer): Promise<void> {
    return allowed(async () => {
      const held = from.container.run('list', {}).holdings.find(({ quantity }) => quantity > 0);
      if (held === undefined) return;
      for (const update of order(from, to, [{ holding: held.id, quantity: 1 }]).updates)
        this.receipts.push({ receipt: to.container.run('apply', { update }).receipt, to: from });
    });
  }

  settle(file: World['receipts'][number] | undefined): Promise<void> {
    return allowed(async () => {
      file?.to.container.run('settle', { context: file.receipt });
    });
  }

  async backUp(): Promise<void> {
    await this.central.close();
    copyServer(this.#folder, this.#backup);
    await this.open();
  }

  async restore(): Promise<void> {
    await this.central.close();
    this.#folder = scene.folder();
    copyServer(this.#backup, this.#folder);
    await this.open();
    await this.central.restored(FIRM);
  }

  /** However often a server was restored, it never draws the same again. */
  async open(): Promise<void> {
    this.#lives += 1;
    this.central = await scene.another(this.#folder, `life ${this.#lives}`);
  }

  requireNothingDoubled(): void {
    for (const itemId of this.items) {
      const held = this.parties.reduce((sum, one) => sum + seatsOf(one, itemId).held, 0);
      expect(held, itemId).toBeLessThanOrEqual(SEATS);
    }
  }

  /** Every receipt arrives; then each container tells, gets what is for it, and tells again, as often as it takes. */
  async bringHome(): Promise<void> {
    for (const receipt of this.receipts) await this.settle(receipt);
    for (const one of this.parties)
      for (let round = 0; round < 3; round++) {
        await this.central.receiveContext(await contextFor(this.central, one));
        for (const update of await this.central.updatesFor({ firmCode: FIRM, target: one.key }))
          await this.central.receiveContext(one.container.run('apply', { update }).receipt);
      }
    expect(await this.central.transit(FIRM)).toEqual([]);
  }

  /** The ledger is as true as the newest words of all containers: whatever was forgotten of the way of a seat, it is where it is. */
  async requireTruth(): Promise<void> {
    for (const line of await this.central.ledger()) {
      const places = this.placesOf(line.itemId);
      const held = places.reduce((sum, { quantity }) => sum + quantity, 0);
      const unaccounted = line.status === 'active' ? SEATS - held : 0;
      expect(line).toMatchObject({ held, unaccounted, places, inTransit: 0, movedOn: 0, duplicates: 0, surplus: 0 });
    }
    for (const { itemId, places } of await this.central.unknownItems())
      expect(places).toMatchObject(this.placesOf(itemId));
  }

  /** By serial number. */
  placesOf(itemId: ItemId) {
    return this.parties
      .map((one, at) => ({ serial: SERIALS[at] ?? '', ...seatsOf(one, itemId) }))
      .filter(({ held }) => held > 0)
      .sort((one, other) => (one.serial < other.serial ? -1 : 1))
      .map(({ serial, held }) => ({ serial, quantity: held, pending: 0, leftSince: 0 }));
  }
}

function copyServer(from: string, to: string): void {
  fs.copyFileSync(path.join(from, 'central.sqlite'), path.join(to, 'central.sqlite'));
}

/** Carries out what may be refused. */
async function allowed(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
  }
}

describe('histories in which the server is restored again and again', () => {
  it('never double a seat, never accuse an honest container, and always end with a ledger that is true', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), async (steps) => {
        const folder = scene.folder();
        const world = new World(await scene.central(folder), folder);
        await world.begin();
        for (const next of steps) {
          await world.run(next);
          world.requireNothingDoubled();
        }
        await world.restore();
        await world.bringHome();
        world.requireNothingDoubled();
        await world.requireTruth();
      }),
      { numRuns: 15 },
    );
  }, 240_000);
});
