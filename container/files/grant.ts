import { NO_BYTES } from '../model/bytes.ts';
import type { ItemId, PublicKey } from '../model/ids.ts';
import { CONTAINER_KINDS } from './certificate.ts';
import { defineRecord, type ValueOf } from './codec.ts';
import { bool, bytes, choice, hexBytes, list, optional, text, u8, u16, u32, u32From } from './fields.ts';

export const TRANSFER_TYPES = { none: 0, complete: 1, quantity: 2 } as const;

export const transferTerms = defineRecord('transfer terms', 'How a Product Item may be moved between containers.', {
  type: [choice(TRANSFER_TYPES), 'not at all, only the whole License Quantity, or any part of it'],
  targetKinds: [list(choice(CONTAINER_KINDS), 3), 'kinds of container it may move to; empty: any'],
  targetKeys: [list(hexBytes<PublicKey>(32), 16), 'identity keys it may move to; empty: any'],
  mostPerTarget: [optional(u32From(1)), 'seats that one target may hold at most; nil: no limit'],
  returnable: [bool, 'whether a target may give it back'],
  depth: [u16, 'hops from the first holder that are allowed; returns undo hops'],
});

export const maintenancePeriod = defineRecord('maintenance period', 'Releases that the license covers.', {
  start: [u32, 'seconds since 2000-01-01'],
  end: [u32, 'seconds since 2000-01-01'],
});

const data256 = bytes(0, 256);

export const dataField = defineRecord('data field', 'One of the 128 fields of extended, hidden or secret data.', {
  index: [u8, '0 to 127'],
  data: [data256, 'content'],
});

export const grant = defineRecord('grant', 'A Product Item as its vendor granted it; signed by the firm, immutable.', {
  itemId: [hexBytes<ItemId>(16), 'random, fresh for every grant'],
  firmCode: [u32, 'Firm Code'],
  productCode: [u32, 'Product Code'],
  firstHolder: [hexBytes<PublicKey>(32), 'identity key of the container it is granted to'],
  quantity: [u32From(1), 'License Quantity: seats'],
  unitCounter: [optional(u32), 'units at the start; nil: no Unit Counter'],
  featureMap: [optional(u32), 'modules or versions as a bit map'],
  activationTime: [optional(u32), 'usable from; seconds since 2000-01-01'],
  expirationTime: [optional(u32), 'usable until; seconds since 2000-01-01'],
  usagePeriod: [optional(u32From(1)), 'seconds of use, counted from the first use'],
  maintenance: [optional(maintenancePeriod), 'compared with the release date of the software'],
  lingerTime: [optional(u32), 'seconds that a seat stays taken after its release'],
  minimumRuntime: [optional(u32), 'least runtime version'],
  text: [text(256), 'Text'],
  protectedData: [data256, 'readable by anyone'],
  extendedProtectedData: [list(dataField, 128), 'readable by anyone'],
  hiddenData: [list(dataField, 128), 'readable with an access code'],
  secretData: [list(dataField, 128), 'never readable'],
  terms: [transferTerms, 'transfer options'],
});

export type Grant = ValueOf<typeof grant>;
export type TransferTerms = ValueOf<typeof transferTerms>;

/** The Product Item Options of a license that has none. */
export const NO_OPTIONS = {
  unitCounter: null,
  featureMap: null,
  activationTime: null,
  expirationTime: null,
  usagePeriod: null,
  maintenance: null,
  lingerTime: null,
  minimumRuntime: null,
  text: '',
  protectedData: NO_BYTES,
  extendedProtectedData: [],
  hiddenData: [],
  secretData: [],
} as const satisfies Partial<Grant>;
