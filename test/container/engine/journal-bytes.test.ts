import { describe, expect, it } from 'vitest';
import { type Change, type ChangeName, changeToWire } from '../../../container/engine/changes.ts';
import { journalBytes } from '../../../container/engine/reserve.ts';
import { pack } from '../../../container/files/codec.ts';
import type { Hex } from '../../../container/model/bytes.ts';
import type { Hash, ItemId, PublicKey } from '../../../container/model/ids.ts';

const MOST = 0xffffffff;
const HASH = 'ff'.repeat(32) as Hash;
const KEY = 'ff'.repeat(32) as PublicKey;
const ITEM = 'ff'.repeat(16) as ItemId;
const SALT = 'ff'.repeat(16) as Hex;

const many = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
const data = { userData: new Uint8Array(256), customerInfo: new Uint8Array(256) };
const part = { holding: MOST, quantity: MOST, units: MOST, usageStart: MOST, ...data };
const refused = many(64, { sequence: MOST, reason: 0xffff });
const remembered = { first: MOST, last: MOST, digest: HASH, refused };
const said = {
  file: 'contextFile',
  statement: new Uint8Array(800),
  others: many(2, new Uint8Array(32)),
  signature: new Uint8Array(64),
} as const;
const raw = new Uint8Array(900);

/** Changes that rules put together with others, each as wide as it can be. What only makers and snapshots write is not among them. */
const WIDEST: Readonly<Record<Exclude<ChangeName, 'enrolled' | 'counterSet' | 'logPositioned'>, object>> = {
  certificateStored: { key: KEY, raw },
  grantStored: { itemId: ITEM, firm: KEY, raw },
  recordStored: { hash: HASH, own: true, from: KEY, raw },
  holdingPut: {
    id: MOST,
    itemId: ITEM,
    quantity: MOST,
    pending: MOST,
    units: MOST,
    usageStart: MOST,
    enabled: true,
    ...data,
    custody: many(16, HASH),
  },
  holdingCounted: { id: MOST, quantity: MOST, pending: MOST },
  holdingDropped: { id: MOST },
  partnerPut: {
    key: KEY,
    inbound: { epoch: MOST, applied: MOST, hash: HASH, refused, prunedThrough: MOST, refusedChain: HASH },
    outbound: {
      epoch: MOST,
      issued: MOST,
      issuedChain: HASH,
      settled: MOST,
      settledChain: HASH,
      orders: many(8, remembered),
    },
    witness: said,
  },
  pendingPut: {
    target: KEY,
    sequence: MOST,
    version: 255,
    salt: SALT,
    firmCode: MOST,
    parts: many(64, part),
    hash: HASH,
    chain: HASH,
    cancelled: true,
    writtenOff: null,
  },
  pendingDropped: { target: KEY, sequence: MOST },
  logAppended: { firmCode: MOST, record: HASH },
  logPruned: { firmCode: MOST, through: MOST },
  floorRaised: { time: MOST },
  rolledBackFound: { partner: KEY },
  evidenceKept: { about: KEY, reason: 'x'.repeat(64), statements: [said, said] },
  partnerDropped: { key: KEY },
  twoFound: { partner: KEY, reason: 'x'.repeat(64) },
  cancelMarked: { target: KEY, sequence: MOST },
  ownerPinPut: { salt: SALT, verifier: HASH, tries: 255 },
  ownerTriesSet: { tries: 255 },
  ownerPinDropped: {},
  orderArmed: {
    id: MOST,
    items: many(64, { firmCode: MOST, productCode: MOST, quantity: MOST }),
    kinds: ['dongle', 'soft', 'cloud'],
    keys: many(16, KEY),
    most: 1024,
  },
  orderDisarmed: { id: MOST },
  orderServed: { order: MOST, target: KEY, first: MOST, last: MOST, quantities: many(64, MOST) },
  targetRevoked: { firmCode: MOST, key: KEY },
  revocationsPut: { firmCode: MOST, version: MOST, signer: KEY, raw },
  challengeGiven: { issuer: KEY, challenge: SALT, floor: MOST },
  timeCertified: { time: MOST },
  locksSet: { firms: many(300, MOST), challenge: SALT },
};

const changes = Object.entries(WIDEST).map(([change, content]) => [change, { change, ...content } as Change] as const);
const written = (change: Change): number => pack(changeToWire(change), 12).length;

describe('what a change is counted with in a journal record', () => {
  it.each(changes)('is no less than it takes: %s', (_, change) => {
    expect(journalBytes(change)).toBeGreaterThanOrEqual(written(change));
  });

  it('is hardly more, for what comes in great numbers', () => {
    const numerous = ['certificateStored', 'grantStored', 'recordStored', 'holdingCounted'];
    for (const [name, change] of changes)
      if (numerous.includes(name)) expect(journalBytes(change) - written(change)).toBeLessThan(20);
  });
});
