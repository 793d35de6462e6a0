import type { ShownOrder } from '../../container/commands/order.ts';
import type { ContainerKind } from '../../container/files/certificate.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { type Failure, newOrderId, type OrderedItem, planMove } from '../../state-machines/index.ts';
import { failureIn } from './failure-in.ts';
import type { MailboxContainer } from './mailbox-container.ts';

/** A device that has sent its context. */
export interface AskingDevice {
  readonly key: PublicKey;
  /** As its certificate says, which the container verifies. */
  readonly kind: ContainerKind;
  readonly serial: string;
  /** Its context file. */
  readonly context: Uint8Array;
}

/** What the armed work orders had for a device. */
export interface IssuedByOrders {
  /** Whether at least one of them is for it, and has something left for it. */
  readonly isMeant: boolean;
  /** Why one of them could not be carried out. */
  readonly failure: Failure | null;
}

/**
 * Gives a device what the armed work orders have for it: of each its one set, whole or not at all, the oldest first. What a
 * device was given is noted with its order, in the same commit; so this may be repeated at will, and gives nothing twice.
 */
export async function issueByOrders(
  container: MailboxContainer,
  random: (length: number) => Uint8Array,
  device: AskingDevice,
): Promise<IssuedByOrders> {
  const tried = new Set<number>();
  let failure: Failure | null = null;
  for (;;) {
    // Looked at anew each time: what was issued may have been counted on another order than it was meant for.
    const order = container.orders().find((one) => !tried.has(one.id) && hasFor(one, device));
    if (order === undefined) return { isMeant: tried.size > 0, failure };
    tried.add(order.id);
    const failed = await issueSet(container, random, device, leftOf(order, device.key));
    failure ??= failed;
  }
}

/**
 * Why no armed work order has anything for a device: in the words of the container, to which each order is given as if it were
 * for the device; null when one was after all, or none is armed.
 */
export async function whyNothingIssued(
  container: MailboxContainer,
  random: (length: number) => Uint8Array,
  device: AskingDevice,
): Promise<Failure | null> {
  let first: Failure | null = null;
  for (const { items } of container.orders()) {
    const failure = await issueSet(container, random, device, items);
    // Any other reason is one of an order that may well be for somebody else.
    if (failure === null || failure.code === 'OWNER_NEEDED') return failure;
    first ??= failure;
  }
  return first;
}

function hasFor(order: ShownOrder, { key, kind }: AskingDevice): boolean {
  const { kinds, keys, served, most } = order;
  const isFor = (kinds.length === 0 || kinds.includes(kind)) && (keys.length === 0 || keys.includes(key));
  const isServed = served.some(({ target }) => target === key);
  return isFor && (isServed || served.length < most) && leftOf(order, key).length > 0;
}

/** What is left of a device's set. */
function leftOf({ items, served }: ShownOrder, key: PublicKey): readonly OrderedItem[] {
  const given = served.find(({ target }) => target === key)?.quantities ?? [];
  return items
    .map((item, at) => ({ ...item, quantity: item.quantity - (given[at] ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}

async function issueSet(
  { client }: MailboxContainer,
  random: (length: number) => Uint8Array,
  { context, ...target }: AskingDevice,
  items: readonly OrderedItem[],
): Promise<Failure | null> {
  const planned = planMove(await client.call('list', {}), target, { kind: 'items', items }, true);
  if (!planned.ok) return { code: planned.code, details: planned.details };
  const { targetKey, first, parts } = planned.plan;
  const orderId = newOrderId(random);
  return failureIn(() => client.call('issue', { target: targetKey, orderId, context, first, parts: [...parts] }));
}
