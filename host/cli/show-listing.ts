import { type Listing, movesWhole } from '../../container/commands/list.ts';
import { toHex } from '../../container/model/bytes.ts';
import { isoDate } from '../../container/model/time.ts';
import { conditionsOf } from './conditions.ts';
import { type ListedProduct, productsOf } from './listed-products.ts';
import { type Cell, type Output, type Part, styled } from './output.ts';
import { quoted } from './printable.ts';
import { stateOfEntry } from './state-of-entry.ts';

/** A listing as JSON, with the seats of every product: bytes as hexadecimal text. @param words fingerprint words of the container */
export function listingDocument(address: string, listing: Listing, words: string): object {
  return { address, words, ...(jsonOf(listing) as object), products: productsOf(listing.holdings) };
}

/** A value of a message as JSON can hold it: bytes as hexadecimal text. */
export function jsonOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, jsonOf(part)]));
}

/** A container for people: who it is, its Firm Items and Product Items, what is in transit. @param words to know it by */
export function showListing(output: Output, address: string, listing: Listing, words: string): void {
  const { serial, kind, freeMemory, capacity, generation } = listing;
  output.line(
    styled('bold', `CmContainer ${serial ?? '(not certified)'}`),
    `  ${kind}  ${address}  ${kibibytes(freeMemory)} of ${kibibytes(capacity)} KiB free  generation ${generation}`,
  );
  output.line(`  Fingerprint words: ${words}`);
  for (const condition of conditionsOf(listing)) output.line('  ', condition);
  if (listing.evidence > 0)
    output.line(styled('yellow', `  Evidence is kept here (${listing.evidence}): ferry history ${quoted(address)}`));
  if (listing.pinTries === 0) output.line('  Guarded by a PIN, which is blocked: only a vendor can unblock it.');
  else if (listing.pinTries !== null) output.line(`  Guarded by a PIN: ${listing.pinTries} tries left.`);
  if (listing.armedOrders > 0)
    output.line(`  Work orders armed: ${listing.armedOrders}. ferry order list ${quoted(address)}`);
  showHoldings(output, listing);
  showTransit(output, listing);
  output.line();
}

function showHoldings(output: Output, { holdings, firms }: Listing): void {
  if (holdings.length === 0) {
    output.line('  No Product Items.');
    return;
  }
  const names = new Map(firms.map(({ firmCode, name }) => [firmCode, name]));
  const codes = [...new Set(holdings.map(({ firmCode }) => firmCode))].sort((one, other) => one - other);
  for (const code of codes) {
    output.line(`  Firm Item ${code}  ${names.get(code) ?? ''}`);
    const ofFirm = holdings
      .filter(({ firmCode }) => firmCode === code)
      .sort((one, other) => one.productCode - other.productCode || one.id - other.id);
    const rows = productsOf(ofFirm).flatMap((product) => [
      ...ofFirm.filter(({ productCode }) => productCode === product.productCode).map(rowOf),
      ...(product.holdings > 1 ? [sumRowOf(product)] : []),
    ]);
    output.table(
      ['Product Item', 'Text', 'Held', 'In transit', 'Granted'],
      rows.map(({ cells }) => cells),
      { indent: 4, notes: rows.map(({ note }) => note) },
    );
  }
}

interface Row {
  readonly cells: readonly Cell[];
  readonly note: Part;
}

function rowOf(holding: Listing['holdings'][number]): Row {
  const { productCode, text, quantity, pending, granted } = holding;
  return { cells: [String(productCode), text, quantity, pending, granted], note: noteOf(holding) };
}

/** Grants of one license are shown with each holding of it, so their sum would say nothing. */
function sumRowOf({ productCode, holdings, quantity, pending }: ListedProduct): Row {
  return { cells: [String(productCode), `all ${holdings} holdings`, quantity, pending, ''], note: '' };
}

function noteOf(holding: Listing['holdings'][number]): Part {
  const marks = [holding.enabled ? '' : 'disabled', holding.withdrawn ? 'its key is withdrawn by the root' : ''];
  const marked = marks.filter((mark) => mark !== '').join(', ');
  return marked === '' ? styled('dim', options(holding)) : styled('red', `${marked}, ${options(holding)}`);
}

/** The Product Item Options that a holding has, as people say them. */
function options(holding: Listing['holdings'][number]): string {
  const { units, featureMap, expirationTime, activationTime, maintenance, lingerTime, minimumRuntime } = holding;
  const all = [
    terms(holding),
    units === null ? '' : `${units} units`,
    featureMap === null ? '' : `features 0x${featureMap.toString(16)}`,
    activationTime === null ? '' : `from ${isoDate(activationTime)}`,
    expirationTime === null ? '' : `until ${isoDate(expirationTime)}`,
    usage(holding),
    maintenance === null ? '' : `maintained ${isoDate(maintenance.start)} to ${isoDate(maintenance.end)}`,
    lingerTime === null ? '' : `lingers ${lingerTime} s`,
    minimumRuntime === null ? '' : `runtime ${minimumRuntime} or newer`,
  ];
  return all.filter((text) => text !== '').join(', ');
}

function terms(holding: Listing['holdings'][number]): string {
  const { transfer, hops, depth, targetKinds, mostPerTarget, returnable } = holding;
  if (transfer === 'none') return 'stays';
  const all = [
    `moves ${movesWhole(holding) ? 'whole' : 'in parts'}`,
    `hop ${hops} of ${depth}`,
    targetKinds.length === 0 ? '' : `to ${targetKinds.join(' or ')} only`,
    mostPerTarget === null ? '' : `at most ${mostPerTarget} a target`,
    returnable ? '' : 'no return',
  ];
  return all.filter((text) => text !== '').join(', ');
}

function usage({ usagePeriod, usageStart }: Listing['holdings'][number]): string {
  if (usagePeriod === null) return '';
  const begun = usageStart === null ? '' : `, begun ${isoDate(usageStart)}`;
  return `${Math.round(usagePeriod / 86400)} days of use${begun}`;
}

function showTransit(output: Output, { transit, holdings }: Listing): void {
  if (transit.length === 0) return;
  const product = new Map(holdings.map(({ id, productCode }) => [id, productCode]));
  output.line();
  output.table(
    ['In transit to', 'Sequence', 'Items', 'State'],
    transit.map(({ serial, sequence, firmCode, holdings: from, quantities, cancelled, writtenOff }) => [
      serial,
      sequence,
      writtenOff
        ? `of Firm Item ${firmCode}`
        : from.map((id, at) => `${firmCode}:${product.get(id) ?? '?'}x${quantities[at] ?? 0}`).join(' '),
      stateOfEntry({ cancelled, writtenOff, standing: 'unknown' }),
    ]),
    { indent: 2 },
  );
}

function kibibytes(bytes: number): number {
  return Math.floor(bytes / 1024);
}
