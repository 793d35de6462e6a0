import { ORDER_FIELDS } from '../commands/order.ts';
import { type Codec, defineRecord, type ValueOf } from '../files/codec.ts';
import { bool, bytes, hexBytes, list, optional, text, u8, u16, u32, u32From } from '../files/fields.ts';
import { signedStatement } from '../files/signed-file.ts';
import { inboundState } from '../files/statement.ts';
import type { Hex } from '../model/bytes.ts';
import type { Hash, ItemId, PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';

const key = hexBytes<PublicKey>(32);
const hash = hexBytes<Hash>(32);
const anyBytes = bytes(1, FORMAT.entryBytes);
const data256 = bytes(0, 256);

const holdingFields = {
  id: [u32From(1), 'local id'],
  itemId: [hexBytes<ItemId>(16), 'the grant'],
  quantity: [u32, 'seats held and free'],
  pending: [u32, 'seats in transit'],
  units: [optional(u32), 'units left'],
  usageStart: [optional(u32), 'start of the usage period'],
  enabled: [bool, 'enabled by its firm'],
  userData: [data256, 'User Data'],
  customerInfo: [data256, 'Customer Owned License Information'],
  custody: [list(hash, FORMAT.custodyRecords), 'transfer records, first hop first'],
} as const;

const pendingPart = defineRecord('pending part', 'A part of a holding that is in transit, as it was issued.', {
  holding: [u32From(1), 'local id of the holding it left'],
  quantity: [u32From(1), 'seats'],
  units: [optional(u32), 'units left'],
  usageStart: [optional(u32), 'start of the usage period'],
  userData: [data256, 'User Data'],
  customerInfo: [data256, 'Customer Owned License Information'],
});

const rememberedRefusal = defineRecord('remembered refusal', 'A refused sequence of a remembered order.', {
  sequence: [u32From(1), 'sequence'],
  reason: [u16, 'number of the error'],
});

const rememberedOrder = defineRecord('remembered order', 'An order that was carried out.', {
  first: [u32From(1), 'first sequence'],
  last: [u32From(1), 'last sequence'],
  digest: [hash, 'digest of the order'],
  refused: [list(rememberedRefusal, FORMAT.pendingEntries), 'sequences the target refused'],
});

const outboundChannel = defineRecord('outbound channel', 'How far this container has issued to a partner.', {
  epoch: [u32, 'epoch'],
  issued: [u32, 'last sequence issued'],
  issuedChain: [hash, 'chain value there'],
  settled: [u32, 'last sequence settled'],
  settledChain: [hash, 'chain value there'],
  orders: [list(rememberedOrder, FORMAT.rememberedOrders), 'latest orders'],
});

/** Every change of a container's state. What is not in this list cannot happen to a container. */
export const CHANGES = {
  enrolled: [
    1,
    defineRecord('enrolled', 'The root certified this container.', { certificate: [anyBytes, 'certificate'] }),
  ],
  certificateStored: [
    2,
    defineRecord('certificate stored', 'A verified certificate is kept.', {
      key: [key, 'certified key'],
      raw: [anyBytes, 'certificate'],
    }),
  ],
  grantStored: [
    3,
    defineRecord('grant stored', 'A verified grant is kept.', {
      itemId: [hexBytes<ItemId>(16), 'the grant'],
      firm: [key, 'key that signed it'],
      raw: [anyBytes, 'signed grant'],
    }),
  ],
  recordStored: [
    4,
    defineRecord('record stored', 'A transfer record is kept.', {
      hash: [hash, 'SHA-256 of its content'],
      own: [bool, 'whether this container is its sender; then without signature'],
      from: [key, 'its sender'],
      raw: [anyBytes, 'transfer record'],
    }),
  ],
  holdingPut: [5, defineRecord('holding put', 'A holding is created or replaced.', holdingFields)],
  holdingCounted: [
    6,
    defineRecord('holding counted', 'Seats move between free and in transit, or are gone.', {
      id: [u32From(1), 'local id'],
      quantity: [u32, 'seats held and free'],
      pending: [u32, 'seats in transit'],
    }),
  ],
  holdingDropped: [7, defineRecord('holding dropped', 'A holding is gone.', { id: [u32From(1), 'local id'] })],
  partnerPut: [
    8,
    defineRecord('partner put', 'A partner and both channels with it.', {
      key: [key, 'identity key'],
      inbound: [inboundState, 'partner to here'],
      outbound: [outboundChannel, 'here to partner'],
      witness: [optional(signedStatement), 'last statement of the partner'],
    }),
  ],
  pendingPut: [
    9,
    defineRecord('pending put', 'An entry is in transit.', {
      target: [key, 'target'],
      sequence: [u32From(1), 'sequence'],
      version: [u8, 'encoder version of the entry'],
      salt: [hexBytes<Hex>(16), 'salt of the entry'],
      firmCode: [u32, 'Firm Code'],
      parts: [list(pendingPart, FORMAT.entryItems), 'what is in transit; nothing once it was written off'],
      hash: [hash, 'hash of the entry'],
      chain: [hash, 'chain value at the entry'],
      cancelled: [bool, 'whether it was cancelled'],
      writtenOff: [optional(anyBytes), 'its transfer record, kept once its vendor has written it off'],
    }),
  ],
  pendingDropped: [
    10,
    defineRecord('pending dropped', 'An entry was settled.', {
      target: [key, 'target'],
      sequence: [u32From(1), 'sequence'],
    }),
  ],
  logAppended: [
    11,
    defineRecord('log appended', 'A transfer record enters the custody log of its firm.', {
      firmCode: [u32, 'Firm Code'],
      record: [hash, 'the record'],
    }),
  ],
  logPruned: [
    12,
    defineRecord('log pruned', 'The firm knows its custody log up to here.', {
      firmCode: [u32, 'Firm Code'],
      through: [u32, 'last position that it knows'],
    }),
  ],
  floorRaised: [
    13,
    defineRecord('floor raised', 'Time is at least this.', { time: [u32, 'seconds since 2000-01-01'] }),
  ],
  rolledBackFound: [
    14,
    defineRecord('rolled back found', 'A partner proved that this container was set back.', {
      partner: [key, 'partner'],
    }),
  ],
  evidenceKept: [
    15,
    defineRecord('evidence kept', 'Signed proof against a party.', {
      about: [key, 'party'],
      reason: [text(64), 'what it proves'],
      statements: [list(signedStatement, 2, 1), 'the signed statements'],
    }),
  ],
  cancelMarked: [
    16,
    defineRecord('cancel marked', 'An entry in transit is cancelled for good.', {
      target: [key, 'target'],
      sequence: [u32From(1), 'sequence'],
    }),
  ],
  counterSet: [
    17,
    defineRecord('counter set', 'Only in snapshots: a counter.', {
      name: [text(16), 'counter'],
      value: [u32, 'value'],
    }),
  ],
  logPositioned: [
    18,
    defineRecord('log positioned', 'Only in snapshots: where the kept part of a custody log begins.', {
      firmCode: [u32, 'Firm Code'],
      first: [u32From(1), 'position of the first record kept'],
    }),
  ],
  ownerPinPut: [
    19,
    defineRecord('owner PIN put', 'The owner has this PIN from now on.', {
      salt: [hexBytes<Hex>(16), 'random, fresh with every PIN'],
      verifier: [hash, 'what the PIN makes of the salt and the secret of this container'],
      tries: [u8, 'tries left'],
    }),
  ],
  ownerTriesSet: [
    20,
    defineRecord('owner tries set', 'So many tries are left; written before the PIN is compared.', {
      tries: [u8, 'tries left'],
    }),
  ],
  ownerPinDropped: [21, defineRecord('owner PIN dropped', 'No owner is set any more.', {})],
  orderArmed: [
    22,
    defineRecord('order armed', 'The next devices get this without the owner.', {
      id: [u32From(1), 'number of the order, never used again'],
      ...ORDER_FIELDS,
    }),
  ],
  orderDisarmed: [
    23,
    defineRecord('order disarmed', 'An order is over, and what it served is forgotten.', {
      id: [u32From(1), 'number of the order'],
    }),
  ],
  orderServed: [
    24,
    defineRecord('order served', 'What an order has given a target by now; in one record with the entries.', {
      order: [u32From(1), 'number of the order'],
      target: [key, 'identity key of the target'],
      first: [u32From(1), 'first sequence that it was used for'],
      last: [u32From(1), 'last sequence that it was used for'],
      quantities: [list(u32, FORMAT.orderItems, 1), 'seats issued, in the order of its items'],
    }),
  ],
  targetRevoked: [
    25,
    defineRecord('target revoked', 'A firm has written a target off: its entries of that firm are refused.', {
      firmCode: [u32, 'Firm Code'],
      key: [key, 'identity key of the target'],
    }),
  ],
  revocationsPut: [
    26,
    defineRecord('revocations put', 'A newer list of revocations takes the place of the one before.', {
      firmCode: [optional(u32), 'Firm Code; nil: the list of the root'],
      version: [u32From(1), 'version of the list'],
      signer: [optional(key), 'key of the firm that signed it, whose certificate is kept; nil: the root'],
      raw: [anyBytes, 'signed list'],
    }),
  ],
  challengeGiven: [
    27,
    defineRecord('challenge given', 'An issuer was asked for the time; in a record that is not chained.', {
      issuer: [key, 'identity key of the issuer'],
      challenge: [hexBytes<Hex>(16), 'random, answered once'],
      floor: [u32, 'time floor then; seconds since 2000-01-01'],
    }),
  ],
  timeCertified: [
    28,
    defineRecord('time certified', 'The answer to a challenge sets the time floor; every open challenge is over.', {
      time: [u32, 'the new floor; seconds since 2000-01-01'],
    }),
  ],
  locksSet: [
    29,
    defineRecord('locks set', 'The container was set back; these firms have not accepted its state, the others have.', {
      firms: [list(u32, 65535), 'Firm Codes that stay locked, ascending'],
      challenge: [hexBytes<Hex>(16), 'what they have to name'],
    }),
  ],
  twoFound: [
    30,
    defineRecord(
      'two found',
      'There are two of a partner: it is believed nothing any more, and its witness is let go.',
      {
        partner: [key, 'partner'],
        reason: [text(64), 'what proved it'],
      },
    ),
  ],
  partnerDropped: [
    31,
    defineRecord('partner dropped', 'A channel record on which nothing ever happened gives way to another one.', {
      key: [key, 'identity key'],
    }),
  ],
} as const satisfies Record<string, readonly [number, Codec<never>] | readonly [number, unknown]>;

/** Changes of which a record alone neither advances the generation nor the state hash, nor the anchor (R1). */
export const SIDE_CHANGES: ReadonlySet<ChangeName> = new Set(['evidenceKept', 'twoFound', 'challengeGiven']);

/**
 * Changes that stay of what is refused: what it proves of others, and of this container itself. They need none of the memory
 * that may be full.
 */
export const PROOFS: ReadonlySet<ChangeName> = new Set(['evidenceKept', 'twoFound', 'rolledBackFound']);

export type ChangeName = keyof typeof CHANGES;

/** One change: its name and what it carries. */
export type Change = {
  readonly [N in ChangeName]: { readonly change: N } & ValueOf<(typeof CHANGES)[N][1]>;
}[ChangeName];
export type ChangeOf<N extends ChangeName> = Extract<Change, { readonly change: N }>;

const NAME_OF_NUMBER = new Map(
  (Object.keys(CHANGES) as ChangeName[]).map((name) => [CHANGES[name][0] as number, name]),
);

/** The change as a MessagePack value: its number followed by its fields. */
export function changeToWire(change: Change): unknown[] {
  const [number, codec] = CHANGES[change.change] as unknown as readonly [number, Codec<Change>];
  return [number, ...(codec.wire(change) as unknown[])];
}

/** Reads a change whose integrity is already proven by the journal. */
export function changeFromWire(wire: unknown): Change {
  const [number, ...fields] = wire as [number, ...unknown[]];
  const name = NAME_OF_NUMBER.get(number);
  if (name === undefined) throw new RangeError(`change ${number} is unknown`);
  const value = (CHANGES[name][1] as Codec<object>).unchecked(fields);
  return Object.assign(value, { change: name }) as Change;
}
