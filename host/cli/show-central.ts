import { summary } from '../../container/errors.ts';
import { isoDate } from '../../container/model/time.ts';
import type { CentralTransit, ItemPlace, LedgerLine, LicenseCentral } from '../license-central/index.ts';
import { type Cell, type Output, styled } from './output.ts';

/** What a License Central knows: its firms, what became of every grant, what is in transit, what proofs it keeps. */
export interface CentralListing {
  readonly firms: readonly { readonly firmCode: number; readonly name: string }[];
  readonly ledger: readonly LedgerLine[];
  readonly transit: readonly ({ readonly firmCode: number } & CentralTransit)[];
  readonly evidence: Awaited<ReturnType<LicenseCentral['evidence']>>;
}

export async function listCentral(central: LicenseCentral): Promise<CentralListing> {
  const firms = await central.firms();
  const transit: CentralListing['transit'][number][] = [];
  for (const { firmCode } of firms)
    transit.push(...(await central.transit(firmCode)).map((entry) => ({ firmCode, ...entry })));
  return { firms, ledger: await central.ledger(), transit, evidence: await central.evidence() };
}

/** Shows it for people. */
export function showCentral(
  output: Output,
  address: string,
  { firms, ledger, transit, evidence }: CentralListing,
): void {
  output.line(styled('bold', 'License Central'), `  ${address}`);
  for (const { firmCode, name } of firms) output.line(`  Firm Item ${firmCode} ${name}`);
  for (const { container, reason } of evidence)
    output.line(styled('yellow', `  Proof about ${container.slice(0, 16)}: ${reason}`));
  showLedger(output, ledger);
  showTransit(output, transit);
  output.line();
}

function showLedger(output: Output, ledger: readonly LedgerLine[]): void {
  if (ledger.length === 0) {
    output.line('  No licenses granted.');
    return;
  }
  output.table(
    [
      '  License',
      'Firm Item',
      'Product Item',
      'Text',
      'Granted',
      'Status',
      'Held',
      'In transit',
      'Unknown',
      'Where, as told',
    ],
    ledger.map((line): readonly Cell[] => [
      `  ${line.itemId.slice(0, 12)}`,
      String(line.firmCode),
      String(line.productCode),
      line.text,
      line.granted,
      statusOf(line),
      line.held,
      line.inTransit,
      line.surplus > 0 ? styled('red', `${line.surplus} too many`) : line.unaccounted,
      line.places.length === 0 ? `for ${line.firstHolder}` : line.places.map(placeOf).join('; '),
    ]),
  );
}

function statusOf({ status, refusedFor }: LedgerLine): Cell {
  if (refusedFor !== null) return styled('red', `refused: ${summary(refusedFor)} [${refusedFor}]`);
  return status === 'issued' ? styled('yellow', 'not confirmed') : status;
}

function placeOf({ serial, quantity, pending, enabled, toldAt }: ItemPlace): string {
  const away = pending > 0 ? ` and ${pending} in transit` : '';
  return `${quantity}${away} in ${serial}${enabled ? '' : ', disabled'} (${isoDate(toldAt)})`;
}

function showTransit(output: Output, transit: CentralListing['transit']): void {
  if (transit.length === 0) return;
  output.line();
  output.table(
    ['  In transit to', 'Firm Item', 'Sequence', 'What', 'State'],
    transit.map(({ serial, firmCode, sequence, kind, cancelled }) => [
      `  ${serial}`,
      String(firmCode),
      sequence,
      kind,
      cancelled ? styled('yellow', 'cancelled, waits for the receipt') : 'waits for the receipt',
    ]),
  );
}
