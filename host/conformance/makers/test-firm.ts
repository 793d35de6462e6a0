import type { Inventory } from '../../../container/files/context-file.ts';
import { type EntryContent, encodeEntry } from '../../../container/files/entries.ts';
import { type Grant, NO_OPTIONS } from '../../../container/files/grant.ts';
import { signGrant } from '../../../container/files/test-root.ts';
import { toHex } from '../../../container/model/bytes.ts';
import type { ItemId, PublicKey } from '../../../container/model/ids.ts';
import { newFirm, type Party, type Target, type Tools } from './parties.ts';
import { TestIssuer } from './test-issuer.ts';

/** The Firm Code of evaluation keys: what the tool grants hangs on it. */
export const EVALUATION_FIRM = 6000010;

/** A grant with its signed bytes. */
export interface SignedGrant {
  readonly grant: Grant;
  readonly raw: Uint8Array;
}

/** A throw-away vendor with a channel to the container under test. */
export class TestFirm extends TestIssuer {
  readonly firmCode: number;
  #custodyKnown = 0;

  constructor(tools: Tools, target: Target, firmCode = EVALUATION_FIRM, party: Party = newFirm(tools, firmCode)) {
    super(tools, party, target);
    this.firmCode = firmCode;
  }

  override get custodyKnownThrough(): number {
    return this.#custodyKnown;
  }

  /** A license of 5 seats that may move twice in any parts, unless it says otherwise; nothing is issued yet. */
  grant(options: Partial<Grant> = {}, firstHolder: PublicKey = this.target.key): SignedGrant {
    const grant: Grant = {
      itemId: toHex(this.tools.env.random(16)) as ItemId,
      firmCode: this.firmCode,
      productCode: 1001,
      firstHolder,
      quantity: 5,
      ...NO_OPTIONS,
      text: 'Conformance test',
      terms: { type: 'quantity', targetKinds: [], targetKeys: [], mostPerTarget: null, returnable: true, depth: 2 },
      ...options,
    };
    return { grant, raw: signGrant(this.tools.crypto, this.party.seed, grant) };
  }

  /** Issues one entry. @returns its sequence */
  issue(content: EntryContent): number {
    return this.issueRaw(encodeEntry(content, this.tools.env.random(16)));
  }

  /** Issues one entry that adds these licenses, and gives their grants. */
  add(...options: readonly Partial<Grant>[]): Grant[] {
    const grants = options.map((option) => this.grant(option));
    this.issue({ kind: 'add', grants: grants.map(({ raw }) => raw) });
    return grants.map(({ grant }) => grant);
  }

  /** Takes over what the container told of its custody log. */
  learn({ logFirst, log }: Inventory): void {
    this.#custodyKnown = logFirst + log.length - 1;
  }
}
