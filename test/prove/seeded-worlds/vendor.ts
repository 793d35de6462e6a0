import type { ItemId, PublicKey } from '../../../container/model/ids.ts';
import type { GrantSpec } from '../../../host/license-central/index.ts';

/** What an entry of a firm does, as the world knows it from the order. */
export type Meaning =
  | { readonly kind: 'add'; readonly items: readonly Granted[] }
  | { readonly kind: 'withdraw'; readonly itemId: ItemId; readonly seats: number }
  | { readonly kind: 'replace'; readonly itemId: ItemId; readonly seats: number; readonly by: Granted }
  | { readonly kind: 'writeOff'; readonly target: PublicKey; readonly through: number }
  | { readonly kind: 'enable' | 'disable' | 'unblock' };

export interface Granted {
  readonly itemId: ItemId;
  readonly seats: number;
  readonly units: number | null;
}

/** What a vendor makes: an update file, and what is in it. */
export interface VendorFile {
  readonly bytes: Uint8Array;
  readonly meanings: ReadonlyMap<number, Meaning>;
}

/** Why a vendor takes somebody, or itself, to have been set back. */
export interface Accusation {
  readonly self: boolean;
  readonly why: string;
}

/** What the ledger of a vendor says of a license that stands. */
export interface Counted {
  readonly granted: number;
  /** Seats that there are, as far as it was told. */
  readonly seats: number;
  /** Those of them that are beyond what was granted, and that it has not accepted to be there twice. */
  readonly surplus: number;
}

/** How a vendor wants an item changed where it takes it to be. */
export interface ItemOrder {
  readonly kind: 'withdraw' | 'enable' | 'disable' | 'replace';
  readonly itemId: ItemId;
  /** Where it is, and how many seats are there: right or wrong. A License Central knows better, and refuses. */
  readonly at: PublicKey;
  readonly seats: number;
  readonly by: GrantSpec;
}

/** A vendor with its server. What it refuses it throws as a `FerryError`. */
export interface Vendor {
  readonly firmCode: number;
  readonly key: PublicKey;
  readonly certificate: Uint8Array;
  /** Whether it writes off only what the giver told to be in transit. */
  readonly asksBeforeWriteOff: boolean;
  grant(target: PublicKey, specs: readonly GrantSpec[]): Promise<void>;
  change(order: ItemOrder): Promise<void>;
  unblock(target: PublicKey): Promise<void>;
  writeOff(order: { readonly from: PublicKey; readonly target: PublicKey; readonly through: number }): Promise<void>;
  revoke(target: PublicKey, lift: boolean): Promise<void>;
  /** Cancels everything in transit to a container. */
  cancel(target: PublicKey): Promise<void>;
  updates(target: PublicKey): Promise<readonly VendorFile[]>;
  receive(context: Uint8Array): Promise<void>;
  /** Accepts the state of a locked container; gives the file that says so. */
  accept(context: Uint8Array): Promise<Uint8Array>;
  /** Says that the server came from a backup. */
  declareRestored(): Promise<void>;
  /** Keeps a copy of the server as it is. */
  backUp(): Promise<void>;
  /** Puts the newest copy in the server's place. */
  restore(): Promise<void>;
  /** Entries in transit, by container. */
  pending(): Promise<ReadonlyMap<PublicKey, number>>;
  /** Entries that it knows to be applied. */
  settled(): ReadonlySet<Meaning>;
  /** Its ledger, by license. */
  counts(): Promise<ReadonlyMap<ItemId, Counted>>;
  /** Why it takes somebody, or itself, to have been set back; null when it does not. */
  accuses(): Promise<Accusation | null>;
}
