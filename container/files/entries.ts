import type { ItemId, PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import { type Codec, defineRecord, type ValueOf } from './codec.ts';
import { bytes, hexBytes, list, optional, u8, u32, u32From } from './fields.ts';

/** Kinds of entry, by number. 1 to 15 are a firm's, 16 on are a container's. */
export const ENTRY_KINDS = {
  add: 1,
  replace: 2,
  withdraw: 3,
  enable: 4,
  disable: 5,
  writeOff: 6,
  unblock: 7,
  transferIn: 16,
} as const;
export type EntryKind = keyof typeof ENTRY_KINDS;

/** The version that this program writes. Every version ever written stays readable and rebuildable. */
export const ENTRY_VERSION = 1;

export const entry = defineRecord('entry', 'One step of a channel; fixed when it is issued.', {
  version: [u8, 'encoder version'],
  kind: [u8, 'kind of entry; unknown kinds are refused one by one'],
  salt: [bytes(16, 16), 'random, so that equal orders give different hashes'],
  body: [bytes(1, FORMAT.entryBytes), 'record of that kind'],
});

const signedBytes = bytes(64, FORMAT.entryBytes);

export const addBody = defineRecord('add', 'A firm grants Product Items to this container.', {
  grants: [list(signedBytes, FORMAT.entryItems, 1), 'signed grants whose first holder is this container'],
});

export const expectation = defineRecord('expectation', 'A firm names what it expects to be here.', {
  itemId: [hexBytes<ItemId>(16), 'the grant'],
  quantity: [u32From(1), 'seats held here in all holdings of it, none of it in transit'],
});

export const replaceBody = defineRecord('replace', 'A firm replaces a Product Item by a new grant.', {
  expected: [expectation, 'what must be here'],
  grant: [signedBytes, 'signed grant whose first holder is this container'],
});

export const writeOffBody = defineRecord('write-off', 'A firm gives up on a target that is lost.', {
  target: [hexBytes<PublicKey>(32), 'identity key of the target'],
  through: [u32, 'sequences up to here'],
});

export const unblockBody = defineRecord('unblock', 'A firm gives the PIN its tries back.', {
  tries: [u8, 'tries from now on, taken as 1 to 8; never fewer than are left'],
});

export const carriedHolding = defineRecord('carried holding', 'One Product Item on its way to another container.', {
  grant: [signedBytes, 'signed grant'],
  units: [optional(u32), 'units left'],
  usageStart: [optional(u32), 'when its usage period began, if it has'],
  userData: [bytes(0, 256), 'User Data'],
  customerInfo: [bytes(0, 256), 'Customer Owned License Information'],
  custody: [list(u8, FORMAT.custodyRecords), 'the way it came, as positions in `records`, first hop first'],
});

export const transferInBody = defineRecord('transfer-in', 'A container gives Product Items of one firm on.', {
  record: [bytes(1, FORMAT.entryBytes), 'transfer record; its signature travels beside the entry'],
  records: [list(signedBytes, 255), 'earlier signed transfer records, each once'],
  holdings: [list(carriedHolding, FORMAT.entryItems, 1), 'in the order of the items in `record`'],
});

export type Entry = ValueOf<typeof entry>;
export type CarriedHolding = ValueOf<typeof carriedHolding>;
export type TransferInBody = ValueOf<typeof transferInBody>;
export type Expectation = ValueOf<typeof expectation>;

/** What an entry says, by kind. */
export type EntryContent =
  | ({ readonly kind: 'add' } & ValueOf<typeof addBody>)
  | ({ readonly kind: 'replace' } & ValueOf<typeof replaceBody>)
  | ({ readonly kind: 'withdraw' | 'enable' | 'disable' } & Expectation)
  | ({ readonly kind: 'writeOff' } & ValueOf<typeof writeOffBody>)
  | ({ readonly kind: 'unblock' } & ValueOf<typeof unblockBody>)
  | ({ readonly kind: 'transferIn' } & TransferInBody);

const BODIES = {
  add: addBody,
  replace: replaceBody,
  withdraw: expectation,
  enable: expectation,
  disable: expectation,
  writeOff: writeOffBody,
  unblock: unblockBody,
  transferIn: transferInBody,
} as const;

/** Builds the bytes of an entry. The same content and salt always give the same bytes: golden vectors pin them. */
export function encodeEntry(content: EntryContent, salt: Uint8Array): Uint8Array {
  const { kind, ...rest } = content;
  const body = (BODIES[kind] as Codec<unknown>).encode(rest);
  return entry.encode({ version: ENTRY_VERSION, kind: ENTRY_KINDS[kind], salt, body });
}

/** What an entry says; `unknown` for versions and kinds of newer programs; `malformed` with the reason. */
export type EntryReading =
  | { readonly outcome: 'known'; readonly content: EntryContent }
  | { readonly outcome: 'unknown'; readonly kind: number }
  | { readonly outcome: 'malformed'; readonly why: string };

export function decodeEntry(raw: Uint8Array): EntryReading {
  const outer = entry.decode(raw);
  if (!outer.ok) return { outcome: 'malformed', why: String(outer.details.what) };
  const kind = (Object.keys(ENTRY_KINDS) as EntryKind[]).find((name) => ENTRY_KINDS[name] === outer.value.kind);
  if (kind === undefined || outer.value.version !== ENTRY_VERSION)
    return { outcome: 'unknown', kind: outer.value.kind };
  const body = (BODIES[kind] as Codec<object>).decode(outer.value.body);
  if (!body.ok) return { outcome: 'malformed', why: String(body.details.what) };
  return { outcome: 'known', content: { kind, ...body.value } as EntryContent };
}
