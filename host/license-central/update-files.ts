import {
  type CarriedNotice,
  type FilePlan,
  fileRanges,
  newInbound,
  placeNotices,
} from '../../container/engine/issuer-channel.ts';
import { Defect } from '../../container/errors.ts';
import { readStoredCertificate } from '../../container/files/certificate.ts';
import type { Statement } from '../../container/files/statement.ts';
import { sealUpdateFile } from '../../container/files/update-file.ts';
import { fromHex, NO_BYTES } from '../../container/model/bytes.ts';
import type { Hash } from '../../container/model/ids.ts';
import type { Foundation } from './channels.ts';
import type { FirmKeys } from './firm-keys.ts';
import { largestRecordOf } from './parties.ts';
import type { ChannelRow, ContainerRow, EntryRow, FirmRow, Reads } from './tables.ts';

/** What the update files for one container are made from; one consistent reading. */
export interface UpdateSource {
  readonly firm: FirmRow;
  readonly container: ContainerRow;
  readonly channel: ChannelRow;
  /** Every entry in transit, in sequence. */
  readonly entries: readonly EntryRow[];
  /** Signed lists of revocations that the files are to carry. */
  readonly notices: readonly Uint8Array[];
}

/** Bytes that an entry takes in a file beside itself. */
const ENTRY_FRAME = 80;

export async function entriesInTransit(db: Reads, channel: ChannelRow): Promise<EntryRow[]> {
  return db
    .selectFrom('entries')
    .selectAll()
    .where('firmCode', '=', channel.firmCode)
    .where('container', '=', channel.container)
    .where('sequence', '>', channel.settled)
    .orderBy('sequence')
    .execute();
}

/**
 * The update files with all that is in transit to a container, each small enough for it; one without entries when
 * nothing is, or when it gets notices alone. Changes nothing: a missed file never matters, since the next ones carry the same.
 */
export function updateFiles(
  base: Foundation,
  keys: FirmKeys,
  source: UpdateSource & { readonly noticesAlone: boolean },
): Uint8Array[] {
  if (source.noticesAlone) return [noticeFile(base, keys, source)];
  const { container, channel, entries } = source;
  const bytesOf = (sequence: number): number => carried(entries[sequence - channel.settled - 1]).length + ENTRY_FRAME;
  const largest = largestRecordOf(container);
  const ranges = fileRanges(channel, largest, bytesOf);
  return filesOf(
    base,
    keys,
    source,
    placeNotices(channel, ranges, largest, source.notices.map(unaccompanied), bytesOf),
  );
}

/** A file that carries the notices of the source and nothing else. */
export function noticeFile(base: Foundation, keys: FirmKeys, source: UpdateSource): Uint8Array {
  const { issued } = source.channel;
  const behind = { first: issued + 1, last: issued, notices: source.notices.map(unaccompanied) };
  const [file] = filesOf(base, keys, source, [behind]);
  return file as Uint8Array;
}

/** A notice of the firm whose files carry it, or one that brings its own certificate: none travels with it. */
function unaccompanied(raw: Uint8Array): CarriedNotice {
  return { raw, signer: null };
}

function filesOf(base: Foundation, keys: FirmKeys, source: UpdateSource, plans: readonly FilePlan[]): Uint8Array[] {
  const { firm, container, channel, entries } = source;
  const { settled, settledChain } = channel;
  const target = readStoredCertificate(container.certificate);
  if (target.party !== 'container') throw new Defect('the target of a channel is no container');
  const index = (sequence: number): number => sequence - settled - 1;
  const statement = statementOf(base, firm, channel);
  const chainAt = (sequence: number): Hash => entries[index(sequence)]?.chain ?? settledChain;
  return plans.map(({ first, last, notices }) => {
    const range = entries.slice(index(first), index(last) + 1);
    const header = {
      certificate: firm.certificate,
      container: container.key,
      serial: container.serial,
      epoch: channel.epoch,
      first,
      last,
      chainBefore: chainAt(first - 1),
      chainLast: chainAt(last),
      settledThrough: settled,
      custodyKnownThrough: channel.custodyKnownThrough,
      cancelled: range.filter(({ cancelled }) => cancelled === 1).map(({ sequence }) => sequence),
    };
    const body = {
      entries: range.map(carried),
      signatures: range.map(() => null),
      certificates: [],
      notices: notices.map(({ raw }) => raw),
    };
    return sealUpdateFile(base.crypto, keys.seed, { statement, header, body }, target.sealingKey, base.env.random(32));
  });
}

/** An entry as files carry it: a cancelled one as its hash. */
function carried(entry: EntryRow | undefined): Uint8Array {
  if (entry === undefined) return NO_BYTES;
  return entry.cancelled === 1 || entry.bytes === null ? fromHex(entry.hash) : entry.bytes;
}

/** What a firm says to a container about their channels; containers issue nothing to firms. */
function statementOf({ crypto }: Foundation, firm: FirmRow, channel: ChannelRow): Statement {
  return {
    signer: firm.key,
    partner: channel.container,
    generation: channel.generation,
    stateHash: channel.stateHash,
    outbound: { epoch: channel.epoch, issued: channel.issued, hash: channel.issuedChain },
    inbound: newInbound(crypto, channel.container, firm.key),
  };
}
