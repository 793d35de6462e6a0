import type { PublicKey } from '../../../container/model/ids.ts';
import type { ToyItem } from './toy-firm.ts';

/** What a firm may want of a container, once, at any time, right or wrong. */
export type FirmWish =
  | { readonly kind: 'add'; readonly item: ToyItem }
  | { readonly kind: 'withdraw' | 'enable' | 'disable'; readonly item: ToyItem }
  | { readonly kind: 'replace'; readonly item: ToyItem; readonly by: ToyItem }
  /** What the container gave to the target up to that sequence is given up, and the target comes on the firm's list. */
  | { readonly kind: 'writeOff'; readonly target: PublicKey; readonly of: string; readonly through: number }
  | { readonly kind: 'unblock' };

/** A container that the firm knows, and what it may want there. */
export interface FirmTarget {
  readonly name: string;
  readonly certificate: Uint8Array;
  readonly wishes: readonly FirmWish[];
}

/** A change of a list of revocations that may be wanted, once. */
export interface ListWish {
  readonly list: 'firm' | 'root';
  readonly key: PublicKey;
  readonly name: string;
  /** Whether the container is taken off the list. */
  readonly lifts?: boolean;
}

/** What else a firm may want, and what may befall it. */
export interface FirmPlan {
  /** Whether entries in transit may be called back. */
  readonly cancels?: boolean;
  readonly lists?: readonly ListWish[];
  /** Whether it accepts the state of a container that was set back, whenever it is told of it. */
  readonly accepts?: boolean;
  /** Times that its clock shows, one after the other, where it certifies time; seconds since 2000-01-01. */
  readonly clock?: readonly number[];
  /** How often its memory may be set back to a copy that was made at any time before. */
  readonly setBacks?: number;
}
