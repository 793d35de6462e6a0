import { defineRecord, type ValueOf } from '../files/codec.ts';
import { hexBytes, optional, u32, u32From } from '../files/fields.ts';
import type { ItemId } from '../model/ids.ts';
import { COMMIT_FAILURES, defineCommand } from './command.ts';

const USE_FAILURES = [
  'CONTAINER_LOCKED',
  'NOT_HELD',
  'ITEM_DISABLED',
  'ITEM_EXPIRED',
  'ITEM_NOT_YET_ACTIVE',
  'USAGE_PERIOD_OVER',
  'MAINTENANCE_OVER',
  'NOT_USABLE_HERE',
  'UNITS_EXHAUSTED',
] as const;

export const license = defineRecord('usable license', 'A Product Item that may be used now.', {
  holding: [u32From(1), 'local id of the holding'],
  itemId: [hexBytes<ItemId>(16), 'the grant'],
  seats: [u32From(1), 'seats free to use here'],
  units: [optional(u32), 'units left'],
  featureMap: [optional(u32), 'modules or versions'],
  usableUntil: [optional(u32), 'seconds since 2000-01-01; nil: no end'],
});
export type License = ValueOf<typeof license>;

const wanted = {
  firmCode: [u32, 'Firm Code'],
  productCode: [u32, 'Product Code'],
  releaseDate: [optional(u32), 'release date of the software, compared with the maintenance period'],
} as const;

export const checkCommand = defineCommand({
  name: 'check',
  code: 9,
  about: 'Says whether a product may be used here now. Commits nothing.',
  asker: 'local',
  request: defineRecord('check request', 'Which product.', wanted),
  response: license,
  failures: USE_FAILURES,
});

export const useCommand = defineCommand({
  name: 'use',
  code: 10,
  about: 'Begins the usage period where one is due, counts units down, remembers the time; durable before it answers.',
  asker: 'local',
  once: true,
  request: defineRecord('use request', 'Which product, and how many units.', {
    ...wanted,
    units: [u32, 'units to count down; 0 only begins the usage period'],
  }),
  response: license,
  failures: [...USE_FAILURES, ...COMMIT_FAILURES],
});
