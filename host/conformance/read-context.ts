import type { Listing } from '../../container/commands/list.ts';
import { chainStart } from '../../container/engine/issuer-channel.ts';
import {
  type ContextFile,
  type Inventory,
  openContextFile,
  openInventory,
} from '../../container/files/context-file.ts';
import type { InboundState } from '../../container/files/statement.ts';
import { LEAST_LARGEST_RECORD } from '../../container/model/limits.ts';
import { CaseFailure, holds, present, same } from './check.ts';
import type { Target, Tools } from './makers/parties.ts';
import { TestFirm } from './makers/test-firm.ts';
import type { TestIssuer } from './makers/test-issuer.ts';

/** A context file that was verified as its issuer verifies it. */
export interface ReadContext {
  readonly file: ContextFile;
  /** What a firm is told; null for containers. */
  readonly inventory: Inventory | null;
}

/**
 * Verifies a context file or receipt: it hangs on the root, the container under test signed it, it is for this issuer,
 * and its inventory opens with this issuer's key.
 *
 * @throws CaseFailure
 */
export function readContext(issuer: TestIssuer, raw: Uint8Array, what: string): ReadContext {
  const { tools, target, party } = issuer;
  const file = verifiedContext(tools, target, raw, what);
  same(`${what}, issuer`, file.header.issuer, party.key);
  if (!(issuer instanceof TestFirm)) {
    same(`${what}, sealed part for a container`, file.sealed.length, 0);
    return { file, inventory: null };
  }
  const opened = openInventory(tools.crypto, party.sealingSecret, file);
  if (!opened.ok) throw new CaseFailure(`${what}, inventory`, 'one that its firm can open', opened.code);
  return { file, inventory: present(opened.value, `${what}, inventory`) };
}

/** The same for a context of whatever issuer. @throws CaseFailure */
export function verifiedContext({ crypto, root }: Tools, target: Target, raw: Uint8Array, what: string): ContextFile {
  const read = openContextFile({ crypto, root, known: () => undefined, isRevoked: () => false }, raw);
  if (!read.ok) throw new CaseFailure(what, 'a context file that verifies', read.code);
  same(`${what}, signer`, read.value.certificate.key, target.key);
  same(`${what}, certificate`, read.value.header.certificate, target.certificate);
  return read.value;
}

/** The channels as a context for this issuer has to state them. */
export interface ExpectedState {
  readonly listing: Listing;
  readonly inbound: InboundState;
}

/** A context says what the listing says, and of the issuer's channel what the issuer knows. @throws CaseFailure */
export function agrees(
  issuer: TestIssuer,
  { file, inventory }: ReadContext,
  { listing, inbound }: ExpectedState,
  what: string,
): void {
  const { target, party, tools } = issuer;
  const { statement, header } = file;
  same(`${what}, channel from the issuer`, statement.inbound, inbound);
  const nothing = { epoch: 0, issued: 0, hash: chainStart(tools.crypto, target.key, party.key) };
  same(`${what}, channel to the issuer`, statement.outbound, nothing);
  same(`${what}, generation`, statement.generation, listing.generation);
  same(`${what}, state hash`, statement.stateHash, listing.stateHash);
  same(`${what}, locked`, header.locked, false);
  same(`${what}, free memory`, header.freeMemory, listing.freeMemory);
  const least = LEAST_LARGEST_RECORD[target.kind];
  holds(header.largestRecord >= least, `${what}, largestRecord`, `at least ${least}`, header.largestRecord);
  const line = present(
    listing.channels.find(({ partner }) => partner === party.key),
    'the line of the issuer in the listing',
  );
  same('the line of the issuer in the listing, applied', line.applied, inbound.applied);
  if (inventory !== null) tellsHoldings(issuer as TestFirm, inventory, listing, what);
}

/** The inventory has the holdings of its firm, and no others. */
function tellsHoldings(firm: TestFirm, { complete, holdings }: Inventory, listing: Listing, what: string): void {
  if (!complete) return;
  const listed = listing.holdings
    .filter(({ firmCode }) => firmCode === firm.firmCode)
    .map(({ itemId, quantity, pending, units, usageStart, enabled }) =>
      [itemId, quantity, pending, units, usageStart, enabled].join(),
    );
  const told = holdings.map(({ itemId, quantity, pending, units, usageStart, enabled }) =>
    [itemId, quantity, pending, units, usageStart, enabled].join(),
  );
  same(`${what}, holdings in the inventory`, told.sort(), listed.sort());
}
