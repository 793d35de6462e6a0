import type { IssueReport } from '../../container/commands/issue.ts';
import type { Listing } from '../../container/commands/list.ts';
import type { SettleReport } from '../../container/commands/settle.ts';
import type { OrderId } from '../../container/model/ids.ts';
import type { UpdateTaker } from '../apply-transaction/apply-update.ts';
import type { ContextMaker } from '../context-transaction/request-context.ts';
import type { MovePlan } from './move-order.ts';

/** What planning has to know of an issuer. A License Central, which orders nothing itself, shows no holdings. */
export type IssuerListing = Pick<Listing, 'serial' | 'key' | 'issues' | 'holdings' | 'channels'> &
  Partial<Pick<Listing, 'kind' | 'locked' | 'pinTries' | 'armedOrders'>> & {
    readonly transit: readonly IssuerTransit[];
  };

/** An entry in transit. */
export interface IssuerTransit extends Readonly<ListedTransit> {
  /** What it grants, where it comes from no holding: from a License Central. */
  readonly items?: readonly { readonly productCode: number; readonly seats: number }[];
}

type ListedTransit = Listing['transit'][number];

/** What the issuer answers to a plan, now or when it is given again. */
export interface IssueAnswer extends Pick<IssueReport, 'first' | 'last' | 'repeated' | 'updates'> {
  /** Where the entries of the order stand, where the issuer can tell. */
  readonly entries?: IssueReport['entries'];
}

/** A plan that is to be issued, and by what its order is told apart. */
export interface IssuedPlan {
  readonly context: Uint8Array;
  readonly plan: MovePlan;
  readonly orderId: OrderId;
}

/** The side that gives licenses: a container, or a License Central that delivers what is in transit. */
export interface MoveIssuer {
  list(): Promise<IssuerListing>;
  certificate(): Promise<Uint8Array>;
  /**
   * Issues the plan's parts to its target, which has to have made the context. Repeatable: the same plan under the same id
   * never moves twice. A plan without parts issues nothing and gives the update files of what is in transit to the target.
   *
   * @throws TARGET_OTHER when a context was made by somebody else and would be used; ISSUED_OTHERWISE when another order was
   *   issued at that sequence, however alike
   */
  issue(input: IssuedPlan): Promise<IssueAnswer>;
  /** Takes the receipt home. Repeatable. */
  settle(receipt: Uint8Array): Promise<Pick<SettleReport, 'entries'>>;
}

/** The side that gets licenses. */
export interface MoveTarget extends ContextMaker, UpdateTaker {
  list(): Promise<Pick<Listing, 'key'> & Partial<Pick<Listing, 'kind' | 'serial'>>>;
}
