import type { PublicKey } from '../../../container/model/ids.ts';

/** What the owner of a container may want of it, and what may befall it; what is not named is not wanted. */
export interface Wishes {
  readonly orders?: readonly OrderWish[];
  /** Whether entries in transit may be called back. */
  readonly cancels?: boolean;
  /** Whether the owner may refuse what is not applied yet. */
  readonly refuses?: boolean;
  /** Certificates that it may be shown by hand, so that it makes a context for them. */
  readonly meets?: readonly Uint8Array[];
  /** Uses of licenses, at any of the times that a clock may show; seconds since 2000-01-01. */
  readonly uses?: { readonly firmCode: number; readonly productCode: number; readonly times: readonly number[] };
  /** How many records it commits at most; where that is given, it bounds the world. */
  readonly commits?: number;
  /** Whether it may be destroyed. */
  readonly dies?: boolean;
  readonly copies?: CopyWish;
}

/** How a memory may be copied and set back. */
export interface CopyWish {
  /** How often a copy is made at most; the newest one is kept. */
  readonly copies: number;
  /** How often the memory is exchanged for it at most. */
  readonly swaps: number;
  /**
   * `clone`: memory and copy change places, and go on in turns. `backup`: the memory is set back to the copy, which stays
   * as it is.
   */
  readonly way: 'clone' | 'backup';
}

export interface OrderWish {
  readonly to: PublicKey;
  /** Last sequence that an order may create. */
  readonly most: number;
  /** Seats of a holding that an order may name. */
  readonly quantities: readonly number[];
  /** Whether orders may also be given that cannot be: of more than is free, or with a sequence that is not the next. */
  readonly vain?: boolean;
}
