import type { ContainerClient } from '../../container/commands/client.ts';
import type { ShownOrder } from '../../container/commands/order.ts';
import type { Container } from '../../container/container.ts';
import { shownOrders } from '../../container/engine/work-orders.ts';

/** The container of a dongle, as the mailbox reaches it. */
export interface MailboxContainer {
  /** A session that nobody attends: what it gives away, an armed work order covers. */
  readonly client: ContainerClient;
  /** The armed work orders, oldest first. The firmware may know them; nobody who asks over a wire does without the PIN. */
  readonly orders: () => readonly ShownOrder[];
}

export function mailboxContainer(container: Container): MailboxContainer {
  return { client: container.client(undefined, 'unattended'), orders: () => shownOrders(container.state) };
}
