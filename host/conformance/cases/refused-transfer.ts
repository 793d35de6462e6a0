import type { Grant, TransferTerms } from '../../../container/files/grant.ts';
import type { Bench, Outcome } from '../bench.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { holdingOf, notHeld } from '../holdings.ts';
import { type Moved, movedWhole, signedTransfer, type TransferBends } from '../makers/test-dongle.ts';
import type { SignedGrant } from '../makers/test-firm.ts';

/** The record by which the earlier holder gave a license to the dongle. */
export function firstHop(bench: Bench, grant: SignedGrant, item: Parameters<typeof movedWhole>[1] = {}): Uint8Array {
  const { tools, dongle, earlierHolder } = bench;
  const { firmCode } = grant.grant;
  const items = [movedWhole(grant, item)];
  return signedTransfer(tools, earlierHolder, { to: dongle.party.key, sequence: 1, firmCode, items });
}

/** Terms that allow what the tool does with a license. */
export const FREE: TransferTerms = {
  type: 'quantity',
  targetKinds: [],
  targetKeys: [],
  mostPerTarget: null,
  returnable: true,
  depth: 2,
};

/** A transfer as the dongle makes it. */
export interface Transfer {
  readonly grant: SignedGrant;
  readonly moved?: Omit<Moved, 'grant'>;
  readonly bends?: TransferBends;
  /** Beside those of the firm and the earlier holder. */
  readonly certificates?: readonly Uint8Array[];
}

/** A transfer that is refused for one reason; the same container sends a good one behind it, which is taken. */
export function refusedTransfer(
  id: string,
  title: string,
  code: Outcome,
  transfer: (bench: Bench) => Transfer,
): ConformanceCase {
  return {
    id,
    title,
    section: 'Transfer records and custody',
    async run(bench) {
      const { firm, dongle, earlierHolder } = bench;
      const { grant, moved, bends, certificates: more = [] } = transfer(bench);
      const certificates = [firm.party.certificate, earlierHolder.certificate, ...more];
      dongle.transfer([{ grant, ...moved }], certificates, bends);
      const good = firm.grant({}, dongle.party.key);
      dongle.transfer([{ grant: good }], certificates);
      const { listing } = await bench.takes(dongle, [code, 'applied']);
      notHeld(listing, grant.grant.itemId);
      holdingOf(listing, good.grant.itemId);
    },
  };
}

/** A license whose first holder is the dongle. */
export function ofDongle(bench: Bench, options: Partial<Grant> = {}): SignedGrant {
  return bench.firm.grant(options, bench.dongle.party.key);
}

/** The same with other terms. */
export function withTerms(bench: Bench, terms: Partial<TransferTerms>, options: Partial<Grant> = {}): SignedGrant {
  return ofDongle(bench, { terms: { ...FREE, ...terms }, ...options });
}

/** Over two containers: the record of the first hop as given. */
export function overTwo(
  bench: Bench,
  hop: (grant: SignedGrant) => readonly Uint8Array[],
  options: Partial<Grant> = {},
): Transfer {
  const grant = bench.firm.grant(options, bench.earlierHolder.key);
  const records = hop(grant);
  return { grant, moved: { carried: { custody: records.map((_, at) => at) } }, bends: { records } };
}
