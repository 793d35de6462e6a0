import type { ListedHolding, Listing } from '../../container/commands/list.ts';
import { plain } from '../../container/files/plain-text.ts';
import type { PublicKey } from '../../container/model/ids.ts';

/** What there is to say of the mail, besides the container. */
export interface MailStatus {
  /** The devices whose update files lie in the outbox. */
  readonly targets: ReadonlySet<PublicKey>;
  /** Files that stay in the inbox. */
  readonly waiting: number;
  /** Files that found no room on the volume, or were too many to be looked at. */
  readonly leftOut: number;
}

/** What a dongle has, what is on its way and to whom, for people. The same state gives the same text. */
export function statusText(self: Listing, mail: MailStatus): string {
  const { serial, key, freeMemory, capacity, armedOrders } = self;
  return [
    `License Ferry dongle ${serial ?? `that is not certified yet (key ${key.slice(0, 16)})`}`,
    '',
    ...conditions(self),
    ...contents(self),
    '',
    ...transit(self, mail.targets),
    '',
    `Work orders that are armed: ${armedOrders}`,
    `Memory: ${freeMemory} of ${capacity} bytes are free.`,
    ...mailLines(mail),
    '',
    'This is how it was when this volume appeared. Eject it to see how it is.',
    '',
  ].join('\r\n');
}

/** What keeps it from giving and taking. */
function conditions({ locked, rolledBack, retired, lockedFirms, pinTries }: Listing): readonly string[] {
  const found = [
    ...(locked ? ['It is LOCKED: its memory does not match its anchor. Its vendors can unlock their licenses.'] : []),
    ...(rolledBack ? ['It was SET BACK, as a partner has proven: it gives nothing to anybody.'] : []),
    ...(retired ? ['It is used up: it takes and gives nothing any more.'] : []),
    ...(lockedFirms.length > 0 ? [`Licenses of these firms are locked: ${lockedFirms.join(', ')}`] : []),
    ...(pinTries === 0 ? ['Its PIN is blocked; a vendor can unblock it.'] : []),
  ];
  return found.length === 0 ? [] : [...found, ''];
}

function contents({ holdings, firms }: Listing): readonly string[] {
  if (holdings.length === 0) return ['It holds no licenses.'];
  const names = new Map(firms.map(({ firmCode, name }) => [firmCode, name]));
  return [
    'Licenses:',
    ...holdings.map((holding) => `  ${plain(holdingLine(holding, names.get(holding.firmCode) ?? ''))}`),
  ];
}

function holdingLine(holding: ListedHolding, firm: string): string {
  const { firmCode, productCode, text, quantity, pending, units, enabled } = holding;
  const more = [
    ...(pending > 0 ? [`${pending} in transit`] : []),
    ...(units === null ? [] : [`${units} units left`]),
    ...(enabled ? [] : ['disabled by its vendor']),
  ];
  return `${firmCode}:${productCode} ${text} (${firm}): ${[`${quantity} free`, ...more].join(', ')}`;
}

function transit({ transit: entries, holdings }: Listing, targets: ReadonlySet<PublicKey>): readonly string[] {
  if (entries.length === 0) return ['Nothing is in transit.'];
  const products = new Map(holdings.map(({ id, firmCode, productCode }) => [id, `${firmCode}:${productCode}`]));
  const lines = entries.map((entry) => {
    const parts = entry.holdings.map((id, at) => `${entry.quantities[at] ?? 0} of ${products.get(id) ?? '?'}`);
    const state = [...(entry.cancelled ? ['cancelled'] : []), ...(entry.writtenOff ? ['written off'] : [])];
    const marks = state.length === 0 ? '' : `, ${state.join(', ')}`;
    const where = targets.has(entry.target) ? 'its file is in OUTBOX' : 'its owner has the file made';
    return `  to ${entry.serial}, entry ${entry.sequence}${marks}: ${parts.join(', ') || 'nothing more'}; ${where}`;
  });
  return ['In transit, until a receipt comes back:', ...lines.map(plain)];
}

function mailLines({ waiting, leftOut }: MailStatus): readonly string[] {
  return [
    ...(waiting > 0 ? [`Files in INBOX that were not taken: ${waiting}. OUTBOX\\ANSWER.TXT says why.`] : []),
    ...(leftOut > 0 ? [`Files for which there was no room here: ${leftOut}. They are gone from this volume.`] : []),
  ];
}
