import { fileRanges, newInbound, placeNotices } from '../../../container/engine/issuer-channel.ts';
import { sealUpdateFile } from '../../../container/files/update-file.ts';
import { concatBytes, fromHex, utf8 } from '../../../container/model/bytes.ts';
import type { Hash } from '../../../container/model/ids.ts';
import { LEAST_LARGEST_RECORD } from '../../../container/model/limits.ts';
import { type Channel, type Issued, inTransit } from './firm-channel.ts';
import { toyCrypto } from './toy-crypto.ts';
import type { ToyFirm } from './toy-firm.ts';

interface Plan {
  readonly first: number;
  readonly last: number;
  readonly notices: readonly Uint8Array[];
}

/** The update files with all that is in transit to a container, and each notice with the first that has room for it. @see host/license-central/update-files.ts */
export function updatesOf(firm: ToyFirm, channel: Channel, notices: readonly Uint8Array[]): readonly Uint8Array[] {
  const limit = LEAST_LARGEST_RECORD[channel.target.kind];
  const entries = inTransit(channel);
  const weight = (sequence: number): number => carried(entries[sequence - channel.settled - 1] as Issued).length;
  const carriedNotices = notices.map((raw) => ({ raw, signer: null }));
  const plans = placeNotices(channel, fileRanges(channel, limit, weight), limit, carriedNotices, weight);
  return plans.map((plan) => fileOf(firm, channel, { ...plan, notices: plan.notices.map(({ raw }) => raw) }));
}

/** A file that carries a notice and nothing else. */
export function noticeFileOf(firm: ToyFirm, channel: Channel, notice: Uint8Array): Uint8Array {
  return fileOf(firm, channel, { first: channel.issued + 1, last: channel.issued, notices: [notice] });
}

function fileOf(firm: ToyFirm, channel: Channel, { first, last, notices }: Plan): Uint8Array {
  const { target, epoch, issued, issuedChain, settled, settledChain, generation, stateHash } = channel;
  const transit = inTransit(channel);
  const chainAt = (sequence: number): Hash => transit[sequence - settled - 1]?.chain ?? settledChain;
  const entries = transit.slice(first - settled - 1, last - settled);
  const statement = {
    signer: firm.key,
    partner: target.key,
    generation,
    stateHash,
    outbound: { epoch, issued, hash: issuedChain },
    inbound: newInbound(toyCrypto, target.key, firm.key),
  };
  const header = {
    certificate: firm.certificate,
    container: target.key,
    serial: target.serial,
    epoch,
    first,
    last,
    chainBefore: chainAt(first - 1),
    chainLast: chainAt(last),
    settledThrough: settled,
    custodyKnownThrough: channel.custodyKnownThrough,
    cancelled: entries.filter(({ cancelled }) => cancelled).map(({ sequence }) => sequence),
  };
  const body = { entries: entries.map(carried), signatures: entries.map(() => null), certificates: [], notices };
  const entropy = toyCrypto.sha256(concatBytes(utf8(`${firm.name} seals for `), fromHex(target.key)));
  return sealUpdateFile(toyCrypto, firm.seed, { statement, header, body }, target.sealingKey, entropy);
}

/** An entry as files carry it: a cancelled one as its hash. */
function carried({ cancelled, entry, hash }: Issued): Uint8Array {
  return cancelled ? fromHex(hash) : entry;
}
