import { describe, expect, it } from 'vitest';
import { type Change, changeToWire } from '../../../container/engine/changes.ts';
import { MEMORY, memoryOf } from '../../../container/engine/memory.ts';
import { counter, type Evidence, type Partner, type PendingEntry } from '../../../container/engine/state.ts';
import { pack } from '../../../container/files/codec.ts';
import type { SignedStatement } from '../../../container/files/signed-file.ts';
import { type InboundState, statement } from '../../../container/files/statement.ts';
import type { Hex } from '../../../container/model/bytes.ts';
import type { Hash, ItemId, PublicKey } from '../../../container/model/ids.ts';
import { load, makeContainer, move, order, type TestContainer, TestFirm } from '../../world/parties.ts';
import { apply, codeOf, contextFor, holdingId, only, settle } from './scene.ts';

const MOST = 0xffffffff;
const HASH = 'ff'.repeat(32) as Hash;
const KEY = 'ff'.repeat(32) as PublicKey;
const ITEM = 'ff'.repeat(16) as ItemId;

/** Bytes that a change takes in a snapshot. */
function stored(change: Change): number {
  return pack(changeToWire(change), 12).length;
}

function refusals(count: number) {
  return Array.from({ length: count }, () => ({ sequence: MOST, reason: 0xffff }));
}

/** A channel to a container with every number at its widest. */
function inbound(refused: number): InboundState {
  const numbers = { epoch: MOST, applied: MOST, prunedThrough: MOST };
  return { ...numbers, hash: HASH, refused: refusals(refused), refusedChain: HASH };
}

/** A statement with every number at its widest. */
function said(refused: number): SignedStatement {
  const raw = statement.encode({
    signer: KEY,
    partner: KEY,
    generation: MOST,
    stateHash: HASH,
    outbound: { epoch: MOST, issued: MOST, hash: HASH },
    inbound: inbound(refused),
  });
  const others = [new Uint8Array(32), new Uint8Array(32)];
  return { file: 'contextFile', statement: raw, others, signature: new Uint8Array(64) };
}

function partner(refused: number, orders: number, refusedOfOrder = 0, refusedThere = 0): Partner {
  const remembered = { first: MOST, last: MOST, digest: HASH, refused: refusals(refusedOfOrder) };
  return {
    key: KEY,
    inbound: inbound(refused),
    outbound: {
      epoch: MOST,
      issued: MOST,
      issuedChain: HASH,
      settled: MOST,
      settledChain: HASH,
      orders: Array.from({ length: orders }, () => remembered),
    },
    witness: said(refusedThere),
  };
}

function pending(parts: number): PendingEntry {
  const data = new Uint8Array(256);
  const part = { holding: MOST, quantity: MOST, units: MOST, usageStart: MOST, userData: data, customerInfo: data };
  return {
    target: KEY,
    sequence: MOST,
    version: 255,
    salt: 'ff'.repeat(16) as Hex,
    firmCode: MOST,
    parts: Array.from({ length: parts }, () => part),
    hash: HASH,
    chain: HASH,
    cancelled: true,
    writtenOff: null,
  };
}

describe('what a stored object is charged', () => {
  it.each([
    [0, 0, 0, 0],
    [8, 1, 0, 0],
    [9, 2, 3, 1],
    [64, 8, 40, 64],
  ])('covers a partner at its widest, with %i refusals, %i orders, %i refused of each, %i there', (...counts) => {
    const it = partner(...counts);
    expect(memoryOf.partner(it)).toBeGreaterThanOrEqual(stored({ change: 'partnerPut', ...it }));
  });

  it('is hardly more than a partner with one order and eight refusals needs', () => {
    const it = partner(8, 1);
    expect(memoryOf.partner(it) - stored({ change: 'partnerPut', ...it })).toBeLessThan(16);
    expect(memoryOf.partner({ ...it, witness: null })).toBe(memoryOf.partner(it));
  });

  it('covers of a partner that is there twice what proved it, in the room of its witness', () => {
    const it = { ...partner(8, 1), witness: null };
    const word = stored({ change: 'twoFound', partner: KEY, reason: 'x'.repeat(64) });
    expect(memoryOf.partner(it)).toBeGreaterThanOrEqual(stored({ change: 'partnerPut', ...it }) + word);
  });

  it.each([1, 64])('covers an entry of %i parts in transit, and what settles it either way', (parts) => {
    const entry = pending(parts);
    const charged = memoryOf.pending(entry);
    expect(charged).toBeGreaterThanOrEqual(stored({ change: 'pendingPut', ...entry }));
    const record = 84 + 34 * parts;
    expect(MEMORY.pendingEntry + MEMORY.pendingPart * parts).toBeGreaterThanOrEqual(
      MEMORY.log + MEMORY.logLine + MEMORY.record + record + 2 * MEMORY.refusal,
    );
  });

  it.each([1, 64])('covers an entry of %i parts that was written off, in the room of the one in transit', (parts) => {
    const record = new Uint8Array(84 + 34 * parts);
    const entry = { ...pending(0), writtenOff: record };
    const charged = memoryOf.pending(entry);
    expect(charged).toBeGreaterThanOrEqual(stored({ change: 'pendingPut', ...entry }));
    expect(charged).toBeGreaterThanOrEqual(MEMORY.log + MEMORY.logLine + MEMORY.record + record.length);
    const revoked = stored({ change: 'targetRevoked', firmCode: MOST, key: KEY });
    expect(MEMORY.revoked).toBeGreaterThanOrEqual(revoked);
    expect(MEMORY.pendingEntry + MEMORY.pendingPart * parts).toBeGreaterThanOrEqual(charged + MEMORY.revoked);
  });

  it('covers every other object at its widest', () => {
    const raw = new Uint8Array(1024);
    const data = new Uint8Array(256);
    const custody = Array.from({ length: 16 }, () => HASH);
    const numbers = { id: MOST, quantity: MOST, pending: MOST, units: MOST, usageStart: MOST };
    const holding = { ...numbers, itemId: ITEM, enabled: true, userData: data, customerInfo: data, custody };
    const evidence: Evidence = { about: KEY, reason: 'x'.repeat(64), statements: [said(64), said(64)] };
    const revocations = { firmCode: MOST, version: MOST, signer: KEY, raw };
    const logged = stored({ change: 'logAppended', firmCode: MOST, record: HASH });
    const spare = [
      memoryOf.holding(holding) - stored({ change: 'holdingPut', ...holding }),
      memoryOf.grant({ raw, firm: KEY, references: 1 }) -
        stored({ change: 'grantStored', itemId: ITEM, firm: KEY, raw }),
      memoryOf.certificate({ raw, references: 1 }) - stored({ change: 'certificateStored', key: KEY, raw }),
      memoryOf.record({ raw, own: false, from: KEY, references: 1 }) -
        stored({ change: 'recordStored', hash: HASH, own: false, from: KEY, raw }),
      memoryOf.revocations(revocations) - stored({ change: 'revocationsPut', ...revocations }),
      memoryOf.evidence(evidence) - stored({ change: 'evidenceKept', ...evidence }),
      MEMORY.logLine - logged,
      MEMORY.log - stored({ change: 'logPositioned', firmCode: MOST, first: MOST }),
    ];
    for (const bytes of spare) {
      expect(bytes).toBeGreaterThanOrEqual(0);
      expect(bytes).toBeLessThan(48);
    }
  });

  it('covers the PIN of the owner at its widest', () => {
    const pin = { salt: 'ff'.repeat(16) as Hex, verifier: HASH, tries: 255 };
    expect(MEMORY.ownerPin).toBeGreaterThanOrEqual(stored({ change: 'ownerPinPut', ...pin }));
  });

  it.each([
    [1, 0],
    [64, 1024],
  ])('covers a work order of %i items and %i keys, and whom it served, at their widest', (items, keys) => {
    const order = {
      id: MOST,
      items: Array.from({ length: items }, () => ({ firmCode: MOST, productCode: MOST, quantity: MOST })),
      kinds: ['dongle', 'soft', 'cloud'] as const,
      keys: Array.from({ length: keys }, () => KEY),
      most: 1024,
    };
    const quantities = order.items.map(() => MOST);
    const served = { order: MOST, target: KEY, first: MOST, last: MOST, quantities };
    expect(memoryOf.order(order)).toBeGreaterThanOrEqual(stored({ change: 'orderArmed', ...order }));
    expect(memoryOf.served(served)).toBeGreaterThanOrEqual(stored({ change: 'orderServed', ...served }));
  });
});

describe('the table of bytes, in a container that fills', () => {
  const used = (it: TestContainer): number => counter(it.container.state, 'usedBytes');
  const item = { text: '', quantity: 5 };

  it('holds for item, partner, entry in transit, log line and hop', () => {
    const firm = new TestFirm();
    const [dongle, device] = [makeContainer('dongle', 1234567), makeContainer('soft', 2459324738)];
    const steps: number[] = [];
    let before = used(dongle);
    const step = (it: TestContainer) => {
      steps.push(used(it) - before);
      before = used(it);
    };
    load(firm, dongle, item);
    step(dongle);
    load(firm, dongle, item);
    step(dongle);
    contextFor(dongle, device);
    step(dongle);
    const first = only(order(dongle, device, [{ holding: 1, quantity: 2 }]).updates);
    step(dongle);
    settle(dongle, apply(device, first).receipt);
    step(dongle);
    expect(steps).toEqual([1270, 285, 917, 328, -78]);
    before = used(device);
    move(dongle, device, [{ holding: 2, quantity: 2 }]);
    expect(used(device) - before).toBe(285 + 292 + 48);
    before = used(dongle);
    move(device, dongle, [{ holding: holdingId(device), quantity: 2 }]);
    expect(used(dongle) - before).toBeLessThan(700);
  });
});

describe('the life of a dongle as it is made when nothing else is asked for', () => {
  /** Serves one new device after the other, one move each, until a rule says that it is full. */
  function served(firmComes: boolean): readonly [devices: number, code: string] {
    const firm = new TestFirm();
    const dongle = makeContainer('dongle', 1, { size: 384 * 1024 });
    load(firm, dongle, { text: '', quantity: 1000 });
    for (let devices = 0; ; devices++) {
      const device = makeContainer('soft', 2 + devices, { size: 2 * 1024 * 1024 });
      const code = codeOf(() => move(dongle, device, [{ holding: 1, quantity: 1 }]));
      if (code !== 'nothing') return [devices, code];
      if (firmComes) apply(dongle, firm.update(dongle, { header: { custodyKnownThrough: devices + 1 } }));
    }
  }

  it('is over a hundred devices where its vendor never hears of it, and more where it does', () => {
    expect([served(false), served(true)]).toEqual([
      [102, 'MEMORY_FULL'],
      [128, 'MEMORY_FULL'],
    ]);
  });
});
