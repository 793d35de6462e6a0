import { CONTAINER_KINDS } from '../files/certificate.ts';
import { defineRecord, type ValueOf } from '../files/codec.ts';
import { choice, hexBytes, list, text, u16Within, u32, u32From } from '../files/fields.ts';
import type { PublicKey } from '../model/ids.ts';
import { FORMAT } from '../model/limits.ts';
import { COMMIT_FAILURES, defineCommand } from './command.ts';

const key = hexBytes<PublicKey>(32);
const orderId = u32From(1);

export const orderItem = defineRecord('order item', 'What each device may get by a work order, at most.', {
  firmCode: [u32, 'Firm Code'],
  productCode: [u32, 'Product Code'],
  quantity: [u32From(1), 'seats for each device'],
});

/** What a work order says; the same in the command and in the journal. */
export const ORDER_FIELDS = {
  items: [list(orderItem, FORMAT.orderItems, 1), 'what each device may get; no product twice'],
  kinds: [list(choice(CONTAINER_KINDS), 3), 'kinds of container that it is for; empty: any'],
  keys: [list(key, FORMAT.orderTargets), 'identity keys that it is for; empty: any'],
  most: [u16Within(1, FORMAT.orderTargets), 'different devices that it serves at most'],
} as const;

export const armOrderCommand = defineCommand({
  name: 'arm-order',
  code: 15,
  about: 'Arms a work order: what it says is issued to the next devices without the owner, once to each.',
  asker: 'owner',
  once: true,
  request: defineRecord('arm-order request', 'What the next devices get.', ORDER_FIELDS),
  response: defineRecord('arm-order response', 'The order is armed.', {
    id: [orderId, 'its number; never used again'],
  }),
  failures: [...COMMIT_FAILURES, 'OWNER_NEEDED', 'CONTAINER_LOCKED', 'ORDER_EMPTY', 'ORDERS_FULL', 'MEMORY_FULL'],
});

export const disarmOrderCommand = defineCommand({
  name: 'disarm-order',
  code: 16,
  about: 'Ends a work order. What it has issued stays in transit; only the owner settles it from then on.',
  asker: 'owner',
  once: true,
  request: defineRecord('disarm-order request', 'Which order.', { id: [orderId, 'its number'] }),
  response: defineRecord('disarm-order response', 'Nothing but that it is done.', {}),
  failures: [...COMMIT_FAILURES, 'OWNER_NEEDED', 'CONTAINER_LOCKED', 'ORDER_UNKNOWN'],
});

const servedDevice = defineRecord('served device', 'What a work order has given one device.', {
  target: [key, 'identity key'],
  name: [text(64), 'its serial number'],
  first: [u32From(1), 'first sequence that the order was used for'],
  last: [u32From(1), 'last sequence that the order was used for'],
  quantities: [list(u32, FORMAT.orderItems, 1), 'seats issued, in the order of its items'],
});

const shownOrder = defineRecord('armed order', 'A work order and what was used of it.', {
  id: [orderId, 'its number'],
  ...ORDER_FIELDS,
  served: [list(servedDevice, FORMAT.orderTargets), 'devices that got something, first come first'],
});
export type ShownOrder = ValueOf<typeof shownOrder>;

export const ordersCommand = defineCommand({
  name: 'orders',
  code: 17,
  about: 'Shows the armed work orders and what was used of them. Commits nothing.',
  asker: 'owner',
  request: defineRecord('orders request', 'Asks for nothing in particular.', {}),
  response: defineRecord('orders response', 'The armed work orders.', {
    orders: [list(shownOrder, FORMAT.armedOrders), 'oldest first'],
  }),
  failures: ['OWNER_NEEDED'],
});
