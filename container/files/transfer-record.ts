import type { ItemId, PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import { defineRecord, type ValueOf } from './codec.ts';
import { hexBytes, list, optional, u32, u32From } from './fields.ts';

export const movedItem = defineRecord('moved item', 'One Product Item of a transfer.', {
  itemId: [hexBytes<ItemId>(16), 'the grant'],
  quantity: [u32From(1), 'seats moved'],
  units: [optional(u32), 'units left at that time'],
  usageStart: [optional(u32), 'when its usage period began, if it has'],
});

export const transferRecord = defineRecord('transfer record', 'The sender states what it gave to whom; signed by it.', {
  from: [hexBytes<PublicKey>(32), 'identity key of the sender'],
  to: [hexBytes<PublicKey>(32), 'identity key of the target'],
  sequence: [u32From(1), 'sequence in the channel between them'],
  firmCode: [u32, 'the one Firm Code of all its items'],
  items: [list(movedItem, FORMAT.entryItems, 1), 'what was moved; no item twice'],
});

export type MovedItem = ValueOf<typeof movedItem>;
export type TransferRecord = ValueOf<typeof transferRecord>;
