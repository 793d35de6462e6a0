import { FerryError } from '../../../../container/errors.ts';
import type { CentralTransit } from '../../../license-central/index.ts';
import { headerOf } from '../../ferry-files.adapter.ts';
import type { Progress } from '../../progress.ts';
import { type Brought, broughtBy } from './brought.ts';
import { type FirmsServer, isOfFirm, updatesInTransit } from './updates-of-firms.ts';

/** What of one firm was written for one container. */
export interface ExportedFirm {
  readonly serial: string;
  readonly files: readonly string[];
  /** What the files bring. */
  readonly brought: Brought;
  /** The entries that are in them. */
  readonly entries: readonly CentralTransit[];
}

/** A container for which nothing was written: of one firm, or of none where `firmCode` is null. */
export interface ExportFailure {
  readonly serial: string;
  readonly firmCode: number | null;
  readonly error: FerryError;
}

export interface Exported {
  readonly written: readonly ExportedFirm[];
  readonly failures: readonly ExportFailure[];
  /** Those that were named and that nothing is in transit to. */
  readonly idle: readonly string[];
  /** Lists that are too large for a container; null: that of the root. */
  readonly leftOut: readonly { readonly serial: string; readonly lists: readonly (number | null)[] }[];
}

interface ExportOrder {
  /** Serial numbers; empty: of all that something is in transit to. */
  readonly named: readonly string[];
  /** A Firm Code: of no other firm. */
  readonly only: number | undefined;
  readonly bar: Progress;
  /** Writes files of one firm for one container. @throws FILE_UNWRITABLE for these alone */
  write(updates: readonly Uint8Array[]): readonly string[];
}

/**
 * Writes for every container the files of what is in transit to it. One that a rule, a damaged key or a file stops does not hold up the others.
 *
 * @throws what stops all: what reading the License Central throws, and `write` beside FILE_UNWRITABLE
 */
export async function exportUpdates(central: FirmsServer, { named, only, bar, write }: ExportOrder): Promise<Exported> {
  const server = readOnce(central);
  const transit = await transitOf(server, only);
  const serials = named.length > 0 ? [...new Set(named)] : serialsIn(transit);
  const written: ExportedFirm[] = [];
  const failures: ExportFailure[] = [];
  const idle: string[] = [];
  const leftOut: { serial: string; lists: readonly (number | null)[] }[] = [];
  for (const [at, serial] of serials.entries()) {
    bar.update(at, serials.length, serial);
    const fail = (firmCode: number | null, error: unknown): void => {
      if (!(error instanceof FerryError) || !isOfOne(error)) throw error;
      failures.push({ serial, firmCode, error });
    };
    try {
      const made = await updatesInTransit(server, serial, only);
      const brought = await broughtBy(server, serial, made.updates);
      if (made.asked === 0) idle.push(serial);
      if (made.leftOut.length > 0) leftOut.push({ serial, lists: made.leftOut });
      for (const { firmCode, error } of made.failures) fail(firmCode, error);
      for (const firm of brought) {
        try {
          const files = write(made.updates.filter((raw) => headerOf(raw).get('From') === `firm ${firm.firmCode}`));
          written.push({ serial, files, brought: firm, entries: entriesIn(transit, serial, firm) });
        } catch (error) {
          fail(firm.firmCode, error);
        }
      }
    } catch (error) {
      fail(null, error);
    }
  }
  return { written, failures, idle, leftOut };
}

function isOfOne(error: FerryError): boolean {
  return isOfFirm(error) || error.code === 'FILE_UNWRITABLE';
}

/** What is in transit from one of the firms, or from all. */
async function transitOf(server: FirmsServer, only: number | undefined): Promise<readonly CentralTransit[]> {
  const firms = only === undefined ? (await server.firms()).map(({ firmCode }) => firmCode) : [only];
  const transit: CentralTransit[] = [];
  for (const firmCode of firms) transit.push(...(await server.transit(firmCode)));
  return transit;
}

function serialsIn(transit: readonly CentralTransit[]): readonly string[] {
  const serials = new Set(transit.map(({ serial }) => String(serial)));
  return [...serials].sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
}

/** Files without sequences bring lists or the time alone, whatever is in transit. */
function entriesIn(transit: readonly CentralTransit[], serial: string, { firmCode, sequences }: Brought) {
  if (sequences.length === 0) return [];
  return transit.filter((entry) => entry.serial === serial && entry.firmCode === firmCode);
}

/** The same License Central, of which what is the same for all containers is read once. */
function readOnce(server: FirmsServer): FirmsServer {
  const [firms, revocations] = [once(() => server.firms()), once(() => server.revocations())];
  return {
    firms: () => firms(0),
    revocations: () => revocations(0),
    channels: once((firmCode) => server.channels(firmCode)),
    transit: once((firmCode) => server.transit(firmCode)),
    askedForTime: (target) => server.askedForTime(target),
    listsTooLargeFor: (target) => server.listsTooLargeFor(target),
    updatesFor: (direction) => server.updatesFor(direction),
  };
}

function once<T>(read: (firmCode: number) => Promise<T>): (firmCode: number) => Promise<T> {
  const known = new Map<number, Promise<T>>();
  return (firmCode) => {
    const answer = known.get(firmCode) ?? read(firmCode);
    known.set(firmCode, answer);
    return answer;
  };
}
