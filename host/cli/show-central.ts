import { summary } from '../../container/errors.ts';
import { isoDate } from '../../container/model/time.ts';
import type { CentralTransit, ItemPlace, LedgerLine, LicenseCentral, UnknownItem } from '../license-central/index.ts';
import { type Cell, type Output, type Part, styled } from './output.ts';
import { stateOfEntry } from './state-of-entry.ts';

/** What a License Central knows: its firms, what became of every grant, what is in transit, what proofs it keeps. */
export interface CentralListing {
  readonly firms: readonly { readonly firmCode: number; readonly name: string }[];
  readonly ledger: readonly LedgerLine[];
  readonly transit: readonly CentralTransit[];
  /** Licenses that containers show and that were granted by a state of this server that is lost. */
  readonly unknown: readonly UnknownItem[];
  readonly evidence: Awaited<ReturnType<LicenseCentral['evidence']>>;
}

export async function listCentral(central: LicenseCentral): Promise<CentralListing> {
  const firms = await central.firms();
  const transit: CentralTransit[] = [];
  for (const { firmCode } of firms) transit.push(...(await central.transit(firmCode)));
  const [ledger, unknown, evidence] = [await central.ledger(), await central.unknownItems(), await central.evidence()];
  return { firms, ledger, transit, unknown, evidence };
}

/** Shows it for people. */
export function showCentral(
  output: Output,
  address: string,
  { firms, ledger, transit, unknown, evidence }: CentralListing,
): void {
  output.line(styled('bold', 'License Central'), `  ${address}`);
  for (const { container, reason } of evidence)
    output.line(styled('yellow', `  Proof about ${container.slice(0, 16)}: ${reason}`));
  for (const { firmCode, name } of firms) {
    output.line(`  Firm Item ${firmCode}  ${name}`);
    showLedger(
      output,
      ledger.filter((line) => line.firmCode === firmCode),
    );
  }
  showUnknown(output, unknown);
  showTransit(output, transit);
  output.line();
}

function showLedger(output: Output, ledger: readonly LedgerLine[]): void {
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
    { indent: 4, notes: ledger.map(whereabouts) },
  );
}

/** What became of a grant, and where its seats are, as its containers told last; red when they do not add up. */
function whereabouts(line: LedgerLine): Part {
  const { refusedFor, duplicates, usedAgain, surplus, movedOn, unaccounted, places, firstHolder, status } = line;
  if (refusedFor !== null) return styled('red', `refused by ${firstHolder}: ${summary(refusedFor)} [${refusedFor}]`);
  if (status === 'unsure')
    return styled(
      'yellow',
      `${firstHolder} applied or refused it before the restoring; whoever shows it in a context settles that`,
    );
  if (status === 'issued') return styled('yellow', `on its way to ${firstHolder}, not confirmed`);
  const told = [`${status}: ${places.length === 0 ? `was granted to ${firstHolder}` : places.map(placeOf).join('; ')}`];
  if (movedOn > 0) told.push(`${movedOn} of these moved on, not told from where`);
  if (unaccounted > 0) told.push(`${unaccounted} moved on, not told where`);
  const writtenOff = duplicates - usedAgain;
  if (usedAgain > 0) told.push(`${usedAgain} used again in a state that was set back: a duplicate that was accepted`);
  if (writtenOff > 0) told.push(`${writtenOff} written off, yet applied: a duplicate that was accepted`);
  if (surplus > 0) return styled('red', [...told, `${surplus} more than granted`].join('; '));
  if (movedOn + unaccounted + duplicates > 0) return styled('yellow', told.join('; '));
  return styled('dim', told.join('; '));
}

function placeOf({ serial, quantity, pending, leftSince, enabled, toldAt }: ItemPlace): string {
  const away = pending > 0 ? ` and ${pending} in transit` : '';
  const left = leftSince > 0 ? `, ${leftSince} left since` : '';
  return `${quantity}${away} in ${serial}${enabled ? '' : ', disabled'} (${isoDate(toldAt)}${left})`;
}

function showUnknown(output: Output, unknown: readonly UnknownItem[]): void {
  for (const { itemId, firmCode, places } of unknown)
    output.line(
      styled('yellow', `  License ${itemId.slice(0, 12)} of Firm Item ${firmCode} was granted and forgotten: `),
      styled('yellow', places.map(placeOf).join('; ')),
    );
}

function showTransit(output: Output, transit: CentralListing['transit']): void {
  if (transit.length === 0) return;
  output.line();
  output.table(
    ['In transit to', 'Firm Item', 'Sequence', 'What', 'State'],
    transit.map(({ serial, firmCode, sequence, kind, cancelled }) => [
      serial,
      String(firmCode),
      sequence,
      kind,
      stateOfEntry({ cancelled, writtenOff: false, arrived: null }),
    ]),
    { indent: 2 },
  );
}
