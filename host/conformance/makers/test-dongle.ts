import { type CarriedHolding, encodeEntry } from '../../../container/files/entries.ts';
import { sealEnvelope, signParts } from '../../../container/files/envelope.ts';
import { type MovedItem, type TransferRecord, transferRecord } from '../../../container/files/transfer-record.ts';
import { NO_BYTES } from '../../../container/model/bytes.ts';
import { newContainer, type Party, type Target, type Tools } from './parties.ts';
import type { SignedGrant } from './test-firm.ts';
import { TestIssuer } from './test-issuer.ts';

/** One Product Item that goes to the container under test. */
export interface Moved {
  readonly grant: SignedGrant;
  /** What the transfer record says of it; the whole License Quantity, unless it says otherwise. */
  readonly item?: Partial<MovedItem>;
  /** Beside the grant: user data, and the way it came as positions in `records`. */
  readonly carried?: Partial<CarriedHolding>;
}

/** What a transfer says beside what an honest container would. */
export interface TransferBends {
  readonly record?: Partial<TransferRecord>;
  /** Earlier signed transfer records. */
  readonly records?: readonly Uint8Array[];
  readonly signature?: Uint8Array | null;
}

/** What a transfer record says of a whole license. */
export function movedWhole({ grant }: SignedGrant, item: Partial<MovedItem> = {}): MovedItem {
  return { itemId: grant.itemId, quantity: grant.quantity, units: grant.unitCounter, usageStart: null, ...item };
}

/** A transfer record, signed by its sender. */
export function signedTransfer(
  { crypto }: Tools,
  sender: Party,
  content: Omit<TransferRecord, 'from'> & Partial<Pick<TransferRecord, 'from'>>,
): Uint8Array {
  return sealEnvelope(crypto, sender.seed, 'transferRecord', [transferRecord.encode({ from: sender.key, ...content })]);
}

/** A dongle of the tool's own that gives licenses to the container under test. */
export class TestDongle extends TestIssuer {
  constructor(tools: Tools, target: Target, party: Party = newContainer(tools)) {
    super(tools, party, target);
  }

  /** Issues one transfer-in entry. `certificates` are those of the firm and of earlier holders. @returns its sequence */
  transfer(items: readonly Moved[], certificates: readonly Uint8Array[], bends: TransferBends = {}): number {
    const { crypto, env } = this.tools;
    const moved = items.map(({ grant, item }) => movedWhole(grant, item));
    const record = transferRecord.encode({
      from: this.party.key,
      to: this.target.key,
      sequence: this.issued + 1,
      firmCode: items[0]?.grant.grant.firmCode ?? 0,
      items: moved,
      ...bends.record,
    });
    const holdings = items.map(({ grant, carried }, at) => ({
      grant: grant.raw,
      units: moved[at]?.units ?? null,
      usageStart: moved[at]?.usageStart ?? null,
      userData: NO_BYTES,
      customerInfo: NO_BYTES,
      custody: [],
      ...carried,
    }));
    const signed = signParts(crypto, this.party.seed, 'transferRecord', [record]);
    const content = { kind: 'transferIn', record, records: bends.records ?? [], holdings } as const;
    return this.issueRaw(encodeEntry(content, env.random(16)), {
      signature: bends.signature === undefined ? signed : bends.signature,
      certificates,
    });
  }
}
