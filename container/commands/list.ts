import { CONTAINER_KINDS, ISSUE_RIGHTS } from '../files/certificate.ts';
import { defineRecord, type ValueOf } from '../files/codec.ts';
import {
  bool,
  bytes,
  choice,
  hexBytes,
  list,
  optional,
  serialNumber,
  text,
  u8,
  u16,
  u32,
  u32From,
} from '../files/fields.ts';
import { maintenancePeriod } from '../files/grant.ts';
import type { Hex } from '../model/bytes.ts';
import type { ItemId, PublicKey } from '../model/ids.ts';
import { defineCommand } from './command.ts';

export const listedHolding = defineRecord('listed holding', 'A holding as anyone may see it.', {
  id: [u32From(1), 'local id, by which it is issued'],
  itemId: [hexBytes<ItemId>(16), 'the grant'],
  firmCode: [u32, 'Firm Code'],
  productCode: [u32, 'Product Code'],
  text: [text(256), 'Text'],
  granted: [u32From(1), 'License Quantity of the grant'],
  quantity: [u32, 'seats held and free'],
  pending: [u32, 'seats in transit to others'],
  units: [optional(u32), 'units left'],
  featureMap: [optional(u32), 'modules or versions'],
  activationTime: [optional(u32), 'usable from'],
  expirationTime: [optional(u32), 'usable until'],
  usagePeriod: [optional(u32), 'seconds of use'],
  usageStart: [optional(u32), 'when it began'],
  maintenance: [optional(maintenancePeriod), 'releases that it covers'],
  lingerTime: [optional(u32), 'seconds that a seat stays taken'],
  minimumRuntime: [optional(u32), 'least runtime version'],
  transfer: [text(16), 'transfer type'],
  targetKinds: [list(choice(CONTAINER_KINDS), 3), 'kinds of container it may move to; empty: any'],
  mostPerTarget: [optional(u32), 'seats that one target may hold'],
  returnable: [bool, 'whether it may be given back'],
  depth: [u16, 'hops allowed'],
  hops: [u16, 'hops made'],
  enabled: [bool, 'enabled by its firm'],
  protectedData: [bytes(0, 256), 'Protected Data'],
  userData: [bytes(0, 256), 'User Data'],
  customerInfo: [bytes(0, 256), 'Customer Owned License Information'],
  withdrawn: [bool, 'whether the root has withdrawn the key that granted it: nobody who knows that takes it'],
});

export const listedTransit = defineRecord('listed transit', 'An entry on its way to a target.', {
  target: [hexBytes<PublicKey>(32), 'identity key of the target'],
  serial: [serialNumber, 'its serial number'],
  sequence: [u32From(1), 'sequence'],
  firmCode: [u32, 'Firm Code'],
  cancelled: [bool, 'whether it was cancelled'],
  writtenOff: [bool, 'whether its vendor has written it off; what it moved is held again'],
  holdings: [list(u32From(1), 64), 'local ids of the holdings it comes from; none once it is written off'],
  quantities: [list(u32From(1), 64), 'seats, in the same order'],
});

export const listedChannel = defineRecord('listed channel', 'The two channels with one partner.', {
  partner: [hexBytes<PublicKey>(32), 'identity key'],
  name: [text(64), 'serial number, or firm and its code'],
  applied: [u32, 'last sequence applied from it'],
  issued: [u32, 'last sequence issued to it'],
  settled: [u32, 'last of those settled'],
});

export const listedFirm = defineRecord('listed firm', 'A firm with licenses or a channel here.', {
  firmCode: [u32, 'Firm Code'],
  name: [text(64), 'name for people'],
  key: [hexBytes<PublicKey>(32), 'key of the firm'],
});

export const listing = defineRecord('listing', 'All that a container shows to anyone.', {
  serial: [optional(serialNumber), 'nil before it is certified'],
  kind: [choice(CONTAINER_KINDS), 'kind of container'],
  key: [hexBytes<PublicKey>(32), 'identity key'],
  certificate: [optional(bytes(1, 1024)), 'certificate'],
  issues: [choice(ISSUE_RIGHTS), 'what it may issue'],
  rootId: [hexBytes<Hex>(8), 'the root it trusts'],
  generation: [u32, 'number of commits'],
  stateHash: [hexBytes<Hex>(32), 'chain over them'],
  locked: [bool, 'whether the state does not match its anchor'],
  rolledBack: [bool, 'whether a partner proved that it was set back'],
  freeMemory: [u32, 'bytes'],
  capacity: [u32, 'bytes'],
  evidence: [u32, 'pieces of evidence kept'],
  firms: [list(listedFirm, 65535), 'ascending Firm Codes'],
  holdings: [list(listedHolding, 1_000_000), 'in order of their ids'],
  transit: [list(listedTransit, 1_000_000), 'entries on their way'],
  channels: [list(listedChannel, 65535), 'partners'],
  pinTries: [optional(u8), 'tries left for the PIN of the owner; nil: no owner is set'],
  armedOrders: [u8, 'work orders that are armed'],
  lockedFirms: [list(u32, 65535), 'Firm Codes whose licenses are locked, ascending'],
  retired: [bool, 'whether it was set back and is used as it is: it takes and gives nothing any more'],
});

export type Listing = ValueOf<typeof listing>;
export type ListedHolding = ValueOf<typeof listedHolding>;

/** Whether a holding is never split: for its terms, or since it is counted in units or days. */
export function movesWhole({ transfer, units, usagePeriod }: ListedHolding): boolean {
  return transfer === 'complete' || units !== null || usagePeriod !== null;
}

export const listCommand = defineCommand({
  name: 'list',
  code: 1,
  about: 'Shows the container, its firms, holdings, channels and what is in transit. Commits nothing.',
  asker: 'anyone',
  request: defineRecord('list request', 'Asks for nothing in particular.', {}),
  response: listing,
  failures: [],
});
