import type { ContainerClient } from '../../container/commands/client.ts';
import type { ShownOrder } from '../../container/commands/order.ts';
import type { Container } from '../../container/container.ts';
import type { ContainerState } from '../../container/engine/state.ts';
import { shownOrders } from '../../container/engine/work-orders.ts';
import type { InboundState } from '../../container/files/statement.ts';
import type { PublicKey } from '../../container/model/ids.ts';

/** The container of a dongle, as the mailbox reaches it. */
export interface MailboxContainer {
  /** A session that nobody attends: what it gives away, an armed work order covers. */
  readonly client: ContainerClient;
  /** The armed work orders, oldest first. The firmware may know them; nobody who asks over a wire does without the PIN. */
  readonly orders: () => readonly ShownOrder[];
  /** How far it has applied what an issuer gave it, with what it refused of that; undefined for one that gave it nothing. */
  readonly inbound: (issuer: PublicKey) => InboundState | undefined;
}

export function mailboxContainer(container: Container): MailboxContainer {
  return mailboxContainerOf(container.client(undefined, 'unattended'), () => container.state);
}

/** @param client a session that nobody attends @param state the state of the container now */
export function mailboxContainerOf(client: ContainerClient, state: () => ContainerState): MailboxContainer {
  return {
    client,
    orders: () => shownOrders(state()),
    inbound: (issuer) => state().partners.get(issuer)?.inbound,
  };
}
