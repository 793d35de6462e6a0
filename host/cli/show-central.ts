import { summary } from '../../container/errors.ts';
import type { PublicKey } from '../../container/model/ids.ts';
import { isoDate } from '../../container/model/time.ts';
import type {
  CentralTransit,
  ItemPlace,
  LedgerLine,
  LicenseCentral,
  RevocationList,
  UnknownItem,
} from '../license-central/index.ts';
import { type Cell, type Output, type Part, styled } from './output.ts';
import { stateOfEntry } from './state-of-entry.ts';

/** What a License Central knows: its firms, what became of every grant, what is in transit, what proofs it keeps. */
export interface CentralListing {
  readonly firms: readonly { readonly firmCode: number; readonly name: string; readonly withdrawn: boolean }[];
  readonly ledger: readonly LedgerLine[];
  readonly transit: readonly CentralTransit[];
  /** Licenses that containers show and that were granted by a state of this server that is lost. */
  readonly unknown: readonly UnknownItem[];
  /** Who is on which list of revocations. */
  readonly lists: readonly RevocationList[];
  readonly evidence: Awaited<ReturnType<LicenseCentral['evidence']>>;
}

export async function listCentral(central: LicenseCentral): Promise<CentralListing> {
  const firms = await central.firms();
  const transit: CentralTransit[] = [];
  for (const { firmCode } of firms) transit.push(...(await central.transit(firmCode)));
  const [ledger, unknown, evidence] = [await central.ledger(), await central.unknownItems(), await central.evidence()];
  return { firms, ledger, transit, unknown, lists: await central.revocations(), evidence };
}

const WITHDRAWN = 'The root has withdrawn its key: what it granted stays where it is, and nothing is granted any more.';

/** Shows it for people. */
export function showCentral(
  output: Output,
  address: string,
  { firms, ledger, transit, unknown, lists, evidence }: CentralListing,
): void {
  output.line(styled('bold', 'License Central'), `  ${address}`);
  for (const proof of new Set(evidence.map(proofText))) output.line(styled('yellow', `  ${proof}`));
  for (const { firmCode, name, withdrawn } of firms) {
    output.line(`  Firm Item ${firmCode}  ${name}`);
    if (withdrawn) output.line(styled('yellow', `    ${WITHDRAWN}`));
    const own = ledger.filter((line) => line.firmCode === firmCode);
    showLedger(output, own, revokedBy(lists, firmCode));
  }
  showUnknown(output, unknown, lists);
  showTransit(output, transit, lists);
  output.line();
}

/** What is kept of one contradiction, the signed statements of both sides of it, is one proof for people. */
function proofText({ container, serial, reason }: CentralListing['evidence'][number]): string {
  return `Proof about ${serial ?? keyName(container)}: ${reason}`;
}

/** What a container is called that is not known here. */
function keyName(key: PublicKey): string {
  return `the container with the key ${key.slice(0, 16)}`;
}

/** Those whom a firm or the root refuses. */
type Revoked = ReadonlySet<PublicKey>;

function revokedBy(lists: readonly RevocationList[], firmCode: number): Revoked {
  const own = lists.filter((list) => list.firmCode === null || list.firmCode === firmCode);
  return new Set(own.flatMap(({ containers }) => containers.map(({ key }) => key)));
}

/** A container by its serial number, marked where it is revoked: what is with it is out of reach, or not to be trusted. */
function markedName(serial: string, key: PublicKey, revoked: Revoked): string {
  return revoked.has(key) ? `${serial} (revoked)` : serial;
}

function showLedger(output: Output, ledger: readonly LedgerLine[], revoked: Revoked): void {
  if (ledger.length === 0) {
    output.line('    No licenses granted.');
    return;
  }
  output.table(
    ['License', 'Product Item', 'Text', 'Granted', 'Held', 'In transit'],
    ledger.map((line): readonly Cell[] => [
      line.itemId.slice(0, 12),
      String(line.productCode),
      line.text,
      line.granted,
      line.held,
      line.inTransit,
    ]),
    { indent: 4, notes: ledger.map((line) => whereabouts(line, revoked)) },
  );
}

/** What became of a grant, and where its seats are, as its containers told last; red when they do not add up. */
function whereabouts(line: LedgerLine, revoked: Revoked): Part {
  const { refusedFor, duplicates, usedAgain, surplus, movedOn, unaccounted, places, arrivals, firstHolder, status } =
    line;
  if (refusedFor !== null) return styled('red', `refused by ${firstHolder}: ${summary(refusedFor)} [${refusedFor}]`);
  if (status === 'unsure')
    return styled(
      'yellow',
      `${firstHolder} applied or refused it before the restoring; whoever shows it in a context settles that`,
    );
  if (status === 'issued') return styled('yellow', `on its way to ${firstHolder}, not confirmed`);
  const told = [
    `${status}: ${places.length === 0 ? `was granted to ${firstHolder}` : places.map((place) => placeOf(place, revoked)).join('; ')}`,
  ];
  for (const { serial, container, quantity } of arrivals)
    told.push(
      `${quantity} went to ${markedName(serial ?? keyName(container), container, revoked)}, which has not told of it`,
    );
  if (movedOn > 0) told.push(`${movedOn} of these moved on, not told from where`);
  if (unaccounted > 0) told.push(`${unaccounted} moved on, not told where`);
  const writtenOff = duplicates - usedAgain;
  if (usedAgain > 0) told.push(`${usedAgain} used again in a state that was set back: a duplicate that was accepted`);
  if (writtenOff > 0) told.push(`${writtenOff} written off, yet applied: a duplicate that was accepted`);
  if (surplus > 0) return styled('red', [...told, `${surplus} more than granted`].join('; '));
  const isRevoked = [...places, ...arrivals].some(({ container }) => revoked.has(container));
  if (movedOn + unaccounted + duplicates > 0 || isRevoked) return styled('yellow', told.join('; '));
  return styled('dim', told.join('; '));
}

function placeOf(place: ItemPlace, revoked: Revoked): string {
  const { serial, container, quantity, pending, leftSince, enabled, toldAt } = place;
  const where = markedName(serial, container, revoked);
  const away = pending > 0 ? ` and ${pending} in transit` : '';
  const left = leftSince > 0 ? `, ${leftSince} left since` : '';
  return `${quantity}${away} in ${where}${enabled ? '' : ', disabled'} (${isoDate(toldAt)}${left})`;
}

function showUnknown(output: Output, unknown: readonly UnknownItem[], lists: CentralListing['lists']): void {
  for (const { itemId, firmCode, places } of unknown)
    output.line(
      styled('yellow', `  License ${itemId.slice(0, 12)} of Firm Item ${firmCode} was granted and forgotten: `),
      styled('yellow', places.map((place) => placeOf(place, revokedBy(lists, firmCode))).join('; ')),
    );
}

function showTransit(output: Output, transit: CentralListing['transit'], lists: CentralListing['lists']): void {
  if (transit.length === 0) return;
  output.line();
  output.table(
    ['In transit to', 'Firm Item', 'Sequence', 'What', 'State'],
    transit.map(({ target, serial, firmCode, sequence, kind, cancelled }) => [
      markedName(serial, target, revokedBy(lists, firmCode)),
      String(firmCode),
      sequence,
      kind,
      stateOfEntry({ cancelled, writtenOff: false, standing: 'unknown' }),
    ]),
    { indent: 2 },
  );
  if (transit.some(({ cancelled }) => cancelled))
    output.note(
      '  What was cancelled waits for a receipt, and nothing waits for it: where its target is lost, grant anew.',
    );
}
